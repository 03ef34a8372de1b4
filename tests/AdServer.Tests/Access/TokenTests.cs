using System.Net.Http.Headers;
using System.Text;
using AdServer.Access;
using AdServer.Access.SignIn;
using AdServer.Common;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AdServer.Tests.Access;

/// <summary>Tokens: made, shown once, used, rotated, revoked, and what of them is kept.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private static readonly string[] ReadStats = ["readStats"];
    private static readonly string[] ReadAds = ["readAds"];

    private ClosedHost closed = null!;

    public async ValueTask InitializeAsync() => closed = await ClosedHost.StartAsync();

    public ValueTask DisposeAsync() => closed.DisposeAsync();

    [Fact]
    public async Task A_token_is_shown_once_and_kept_as_a_hash_alone()
    {
        var made = await closed.MakeAsync("analyst");
        var secret = made.Text("token");
        var list = (await closed.GetAsync(ClosedHost.Root, "/tokens")).Has(200).Text;

        Assert.Matches("^ads_[A-Za-z0-9_-]{43}$", secret);
        Assert.Contains(made.GetProperty("details").Text("_id"), list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenSecret.Hash(secret), list, StringComparison.Ordinal);
        await closed.Host.StopAsync();
        foreach (var file in Directory.EnumerateFiles(closed.Host.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.False(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) >= 0, $"{file} holds the secret");
            Assert.False(bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(ClosedHost.Root)) >= 0, $"{file} holds the administrator's secret");
        }
    }

    [Fact]
    public async Task A_token_outlives_a_restart_and_is_taken_bare_too()
    {
        var secret = await closed.MakeTokenAsync("analyst");
        await closed.Host.RestartAsync();

        Assert.Equal(200, (await closed.GetAsync(secret, "/stats")).Status);
        foreach (var (header, status) in new[] { (secret, 200), ($"bearer  {secret}", 200), ($"Basic {secret}", 401), ($"{secret} {secret}", 401), ("Bearer", 401) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/stats");
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", header));
            Assert.Equal(status, (int)(await closed.Host.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        }
    }

    [Fact]
    public async Task A_revoked_token_is_refused_at_once_and_after_a_restart_and_can_be_revoked_once()
    {
        var made = await closed.MakeAsync("analyst");
        var path = $"/tokens/{made.GetProperty("details").Text("_id")}";

        (await closed.SendAsync(ClosedHost.Root, "DELETE", path)).Is(200, """{"message":"Token revoked"}""");
        (await closed.GetAsync(made.Text("token"), "/stats")).IsError(401, "The token is unknown, revoked or expired");
        await closed.Host.RestartAsync();

        Assert.Equal(401, (await closed.GetAsync(made.Text("token"), "/stats")).Status);
        (await closed.SendAsync(ClosedHost.Root, "DELETE", path)).IsError(404, "Token not found");
    }

    [Fact]
    public async Task A_token_ends_when_it_expires()
    {
        var secret = await closed.MakeTokenAsync("analyst", new { expiresAt = closed.Host.Clock.GetUtcNow().AddHours(1) });

        Assert.Equal(200, (await closed.GetAsync(secret, "/stats")).Status);
        closed.Host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(401, (await closed.GetAsync(secret, "/stats")).Status);
    }

    [Theory]
    [InlineData(null, 24 * 3600)]
    [InlineData(60, 60)]
    [InlineData(0, 0)]
    public async Task A_rotated_token_goes_on_for_the_grace_time(int? graceSeconds, int seconds)
    {
        var old = await closed.MakeAsync("analyst", new { scopes = ReadStats });
        var path = $"/tokens/{old.GetProperty("details").Text("_id")}/rotate";

        var made = (await closed.SendAsync(ClosedHost.Root, "POST", path, graceSeconds is null ? null : new { graceSeconds })).Has(201).Json;

        Assert.Equal(ReadStats, made.GetProperty("details").GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        closed.Host.Clock.Advance(TimeSpan.FromSeconds(Math.Max(0, seconds - 1)));
        Assert.Equal(seconds == 0 ? 401 : 200, (await closed.GetAsync(old.Text("token"), "/stats")).Status);
        closed.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        await closed.Host.RestartAsync();
        Assert.Equal(401, (await closed.GetAsync(old.Text("token"), "/stats")).Status);
        Assert.Equal(200, (await closed.GetAsync(made.Text("token"), "/stats")).Status);
    }

    [Fact]
    public async Task A_token_that_is_rotated_twice_gives_two_that_end_when_it_would_have()
    {
        var end = closed.Host.Clock.GetUtcNow().AddDays(9);
        var old = await closed.MakeAsync("analyst", new { expiresAt = end });
        var path = $"/tokens/{old.GetProperty("details").Text("_id")}/rotate";
        var lost = (await closed.SendAsync(ClosedHost.Root, "POST", path, new { graceSeconds = 60 })).Has(201).Json;

        var made = (await closed.SendAsync(ClosedHost.Root, "POST", path, new { graceSeconds = 600 })).Has(201).Json;

        Assert.All([lost, made], one => Assert.Equal(end, one.GetProperty("details").GetProperty("expiresAt").GetDateTimeOffset()));
        closed.Host.Clock.Advance(TimeSpan.FromSeconds(60));
        await closed.Host.RestartAsync();
        Assert.Equal(401, (await closed.GetAsync(old.Text("token"), "/stats")).Status);
        Assert.Equal(200, (await closed.GetAsync(made.Text("token"), "/stats")).Status);
        closed.Host.Clock.Advance(TimeSpan.FromDays(9));
        Assert.Equal(401, (await closed.GetAsync(made.Text("token"), "/stats")).Status);
    }

    [Fact]
    public async Task Whoever_hangs_up_after_the_new_token_was_made_has_ended_the_old_one_all_the_same()
    {
        var (secret, id) = Parts(await closed.MakeAsync("analyst"));
        using var hangsUp = new CancellationTokenSource();
        var changes = ChangesOn(new GatedTokenStore(closed.Host.Get<ITokenStore>()) { Added = hangsUp.Cancel });

        var (error, made) = await changes.RotateAsync(id, new("new"), TimeSpan.Zero, AuditOrigin.Server, hangsUp.Token);

        Assert.True(hangsUp.IsCancellationRequested);
        Assert.Null(error);
        Assert.Equal((401, 200), ((await closed.GetAsync(secret, "/stats")).Status, (await closed.GetAsync(made!.Token, "/stats")).Status));
        await closed.Host.RestartAsync();
        Assert.Equal(401, (await closed.GetAsync(secret, "/stats")).Status);
    }

    [Fact]
    public async Task A_rotation_that_broke_off_before_the_old_token_was_told_its_end_is_completed_by_its_repeat()
    {
        var (secret, id) = Parts(await closed.MakeAsync("analyst"));
        var store = new GatedTokenStore(closed.Host.Get<ITokenStore>()) { IsShorteningAway = true };
        var changes = ChangesOn(store);
        var grace = TimeSpan.FromMinutes(1);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => changes.RotateAsync(id, new("new"), grace, AuditOrigin.Server, TestContext.Current.CancellationToken));
        closed.Host.Clock.Advance(grace);
        Assert.Equal(200, (await closed.GetAsync(secret, "/stats")).Status);

        store.IsShorteningAway = false;
        var (error, _) = await changes.RotateAsync(id, new("new", isRepeat: true), grace, AuditOrigin.Server, TestContext.Current.CancellationToken);

        Assert.Equal(TokenChanges.MadeBefore("new"), error);
        Assert.Equal(401, (await closed.GetAsync(secret, "/stats")).Status);
        await closed.Host.RestartAsync();
        Assert.Equal(401, (await closed.GetAsync(secret, "/stats")).Status);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_writing_when_tokens_were_used_loses_no_use()
    {
        var (secret, id) = Parts(await closed.MakeAsync("analyst"));
        var (clock, cancellation) = (closed.Host.Clock, TestContext.Current.CancellationToken);
        var isWriting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new GatedTokenStore(closed.Host.Get<ITokenStore>())
        {
            Noting = stopping =>
            {
                isWriting.TrySetResult();
                return Task.Delay(Timeout.Infinite, stopping);
            },
        };
        // Not the host's own directory: its writer would take the use first.
        var directory = new TokenDirectory(clock);
        directory.Take((await store.FindTokenAsync(id, cancellation))!);
        using var writer = new TokenUseWriter(store, directory, clock, NullLogger<TokenUseWriter>.Instance);
        await writer.StartAsync(cancellation);
        Assert.NotNull(directory.Find(secret));
        var used = clock.GetUtcNow();
        // The writer waits for the clock a moment after it was started.
        while (!isWriting.Task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        store.Noting = _ => Task.CompletedTask;
        await writer.StopAsync(cancellation);

        Assert.Equal(used, (await store.FindTokenAsync(id, cancellation))!.LastUsedAt);
    }

    private static (string Secret, string Id) Parts(System.Text.Json.JsonElement made) => (made.Text("token"), made.GetProperty("details").Text("_id"));

    private TokenChanges ChangesOn(ITokenStore store) =>
        new(store, closed.Host.Get<TokenDirectory>(), closed.Host.Get<AuditLog>(), closed.Host.Clock);

    [Fact]
    public async Task A_grace_time_that_is_none_is_refused_and_nothing_is_rotated()
    {
        var old = await closed.MakeAsync("analyst");
        var path = $"/tokens/{old.GetProperty("details").Text("_id")}/rotate";

        (await closed.SendAsync(ClosedHost.Root, "POST", path, new { graceSeconds = -1 })).IsError(400, "graceSeconds must be from 0 to 2592000");
        (await closed.SendAsync(ClosedHost.Root, "POST", "/tokens/none/rotate")).IsError(404, "Token not found");

        Assert.Equal(200, (await closed.GetAsync(old.Text("token"), "/stats")).Status);
    }

    [Fact]
    public async Task Scopes_narrow_what_the_role_may()
    {
        var secret = await closed.MakeTokenAsync("reviewer", new { scopes = ReadAds });

        Assert.Equal((200, 403), ((await closed.GetAsync(secret, "/ads")).Status, (await closed.GetAsync(secret, "/stats")).Status));
    }

    [Fact]
    public async Task Its_last_use_is_remembered()
    {
        var made = await closed.MakeAsync("analyst");
        await closed.GetAsync(made.Text("token"), "/stats");
        var used = closed.Host.Clock.GetUtcNow();
        closed.Host.Clock.Advance(TimeSpan.FromHours(1));
        await closed.Host.RestartAsync();

        var listed = (await closed.GetAsync(ClosedHost.Root, "/tokens")).Has(200).Json.EnumerateArray()
            .Single(token => token.Text("_id") == made.GetProperty("details").Text("_id"));

        Assert.Equal(used, listed.GetProperty("lastUsedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_token_that_ended_a_day_ago_leaves_memory_and_comes_back_with_no_restart_and_one_that_is_valid_stays()
    {
        var (validSecret, valid) = Parts(await closed.MakeAsync("analyst"));
        var (endedSecret, ended) = Parts(await closed.MakeAsync("analyst"));
        Assert.Equal((200, 200), ((await closed.GetAsync(validSecret, "/stats")).Status, (await closed.GetAsync(endedSecret, "/stats")).Status));
        await closed.Host.RestartAsync();
        Assert.Equal(200, (await closed.SendAsync(ClosedHost.Root, "DELETE", $"/tokens/{ended}")).Status);
        Assert.Equal((true, true), (Knows(valid), Knows(ended)));

        closed.Host.Clock.Set(closed.Host.Clock.GetUtcNow().AddDays(1).AddMilliseconds(1));
        await closed.Host.Get<SessionService>().SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal((true, false), (Knows(valid), Knows(ended)));

        await closed.Host.RestartAsync();
        Assert.Equal((true, false), (Knows(valid), Knows(ended)));
        Assert.Equal((200, 401), ((await closed.GetAsync(validSecret, "/stats")).Status, (await closed.GetAsync(endedSecret, "/stats")).Status));
        Assert.NotNull((await closed.Host.Get<ITokenStore>().FindTokenAsync(ended, TestContext.Current.CancellationToken))?.RevokedAt);

        // Both were used.
        bool Knows(string id) => closed.Host.Get<TokenDirectory>().LastUse(id) is not null;
    }

    [Fact]
    public async Task The_last_token_that_can_make_others_stays()
    {
        (await closed.SendAsync(ClosedHost.Root, "DELETE", $"/tokens/{FirstToken.BootstrapId}"))
            .IsError(409, "This is the last token that can make others; make another one first");

        var other = await closed.MakeTokenAsync("administrator");
        Assert.Equal(200, (await closed.SendAsync(other, "DELETE", $"/tokens/{FirstToken.BootstrapId}")).Status);
    }

    [Fact]
    public async Task A_bootstrap_token_that_was_revoked_comes_back_at_no_start_and_the_log_says_so()
    {
        var other = await closed.MakeTokenAsync("administrator");
        Assert.Equal(200, (await closed.SendAsync(other, "DELETE", $"/tokens/{FirstToken.BootstrapId}")).Status);
        for (var start = 1; start <= 2; start++)
        {
            await closed.Host.RestartAsync();

            Assert.Equal((401, 200), ((await closed.GetAsync(ClosedHost.Root, "/stats")).Status, (await closed.GetAsync(other, "/stats")).Status));
            Assert.Equal(start, closed.Host.Log.Warnings.Count(entry => entry.Message.StartsWith("Access:BootstrapToken names a token that was revoked", StringComparison.Ordinal)));
        }

        Assert.DoesNotContain(closed.Host.Log.Entries, entry => entry.Message.Contains(ClosedHost.Root, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bootstrap_token_with_the_secret_of_another_one_is_refused_at_the_start()
    {
        closed.Host.Change("Access:BootstrapToken", await closed.MakeTokenAsync("analyst"));

        var refused = await Assert.ThrowsAsync<StartException>(closed.Host.RestartAsync);

        Assert.StartsWith("Access:BootstrapToken is the secret of another token", refused.Message, StringComparison.Ordinal);
        closed.Host.Change("Access:BootstrapToken", null);
        await closed.Host.RestartAsync();
        Assert.Equal(200, (await closed.GetAsync(ClosedHost.Root, "/tokens")).Status);
    }

    [Theory]
    [InlineData("""{"role":"analyst"}""", "Missing name or role")]
    [InlineData("""{"name":"n"}""", "Missing name or role")]
    [InlineData("""{"name":" ","role":"analyst"}""", "name cannot be empty")]
    [InlineData("""{"name":7,"role":"analyst"}""", "name must be a string")]
    [InlineData("""{"name":"n","role":"king"}""", "Invalid role: one of administrator, reviewer, advertiser, analyst, app")]
    [InlineData("""{"name":"n","role":"advertiser"}""", "performerId belongs to the role advertiser, which needs one")]
    [InlineData("""{"name":"n","role":"analyst","performerId":"p"}""", "performerId belongs to the role advertiser, which needs one")]
    [InlineData("""{"name":"n","role":"app"}""", "packages belongs to the role app, which needs some")]
    [InlineData("""{"name":"n","role":"app","packages":[]}""", "Invalid packages: 1 to 1000 package names or patterns such as com.example.*")]
    [InlineData("""{"name":"n","role":"app","packages":["a*b"]}""", "Invalid packages: 1 to 1000 package names or patterns such as com.example.*")]
    [InlineData("""{"name":"n","role":"analyst","scopes":["readAds"]}""", "Invalid scopes: some of readStats, readDocument")]
    [InlineData("""{"name":"n","role":"analyst","scopes":[]}""", "Invalid scopes: some of readStats, readDocument")]
    [InlineData("""{"name":"n","role":"analyst","expiresAt":"soon"}""", "Invalid expiresAt: an ISO-8601 instant")]
    [InlineData("""{"name":"n","role":"analyst","expiresAt":"2001-01-01"}""", "expiresAt lies in the past")]
    [InlineData("[]", "Missing name or role")]
    [InlineData("null", "Missing name or role")]
    public async Task A_request_for_a_token_that_is_wrong_says_what_is(string body, string error)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/tokens") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ClosedHost.Root);

        (await Answer.ReadAsync(await closed.Host.Client.SendAsync(request, TestContext.Current.CancellationToken))).IsError(400, error);
    }

    [Fact]
    public async Task An_advertiser_of_whom_nobody_knows_gets_no_token() =>
        (await closed.SendAsync(ClosedHost.Root, "POST", "/tokens", new { name = "n", role = "advertiser", performerId = "none" }))
            .IsError(404, "Performer not found");

    [Fact]
    public async Task No_secret_is_in_the_log()
    {
        var secret = await closed.MakeTokenAsync("analyst");
        await closed.GetAsync(secret, "/stats");
        await closed.GetAsync("ads_wrong", "/stats");

        Assert.DoesNotContain(closed.Host.Log.Entries, entry => entry.Message.Contains(secret, StringComparison.Ordinal) || entry.Message.Contains(ClosedHost.Root, StringComparison.Ordinal));
    }
}
