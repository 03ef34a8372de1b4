using System.Diagnostics;
using AdServer.Catalog;
using AdServer.Serving;
using AdServer.StorageTests.Mongo.Wire;
using AdServer.Tests;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.Hosts;

/// <summary>
/// Two servers in real time on one database. What one was told the other serves within two seconds: it looks each second, and what was
/// answered before a look began is served when that look ends. So a look may take a second; how long it takes a busy machine is not asserted.
/// </summary>
public sealed class MongoTwoSecondsTests : IAsyncLifetime
{
    private const int LongEnough = 120_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly MongoEngine engine = new();
    private readonly MongoGateway gateway;
    private AdServerHost one = null!;
    private AdServerHost other = null!;

    public MongoTwoSecondsTests() => gateway = engine.NewGateway();

    public async ValueTask InitializeAsync()
    {
        one = await StartAsync(engine.Uri);
        other = await StartAsync(engine.UriOf(gateway));
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await one.DisposeAsync();
        await gateway.DisposeAsync();
        await engine.DisposeAsync();
    }

    [Fact(Timeout = LongEnough)]
    public async Task A_change_on_one_host_is_served_by_the_other_after_its_next_look()
    {
        var (portal, sdk) = (new Portal(one), new Sdk(other));
        Assert.Equal(Second, other.Get<CatalogSettings>().PollEvery);
        await portal.SignUpAsync();

        var adId = string.Empty;
        await ReachesAsync(async () => adId = await portal.AddAdAsync("First"), snapshot => snapshot.Find(adId)?.Ad.Name == "First");
        Assert.Equal("First", (await sdk.AskAsync()).Succeeds().Text("name"));
        await ReachesAsync(() => portal.ChangeAsync(adId, new { adName = "Second" }), snapshot => snapshot.Find(adId)?.Ad.Name == "Second");
        Assert.Equal("Second", (await sdk.AskAsync()).Succeeds().Text("name"));
        await ReachesAsync(() => portal.RemoveAsync(adId), snapshot => snapshot.Find(adId) is null);
        Assert.Equal(204, (await sdk.AskAsync()).Status);
    }

    [Fact(Timeout = LongEnough)]
    public async Task An_event_on_one_host_makes_its_ad_seen_on_the_other_after_its_next_look()
    {
        var portal = new Portal(one);
        Assert.Equal(Second, other.Get<ServingSettings>().PollEvery);
        await portal.SignUpAsync();
        var (seen, unseen) = (await portal.AddAdAsync("Seen"), await portal.AddAdAsync("Unseen"));
        await ReachesAsync(() => portal.ChangeAsync(seen, new { adName = "Both" }), snapshot => snapshot.Find(seen)?.Ad.Name == "Both");

        // Nobody rolls up: the position is read by looks alone, and events are by the one that finds some.
        using var looks = gateway.Faults.Every("find", "rolls", Pass);
        var found = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var events = gateway.Faults.Every("aggregate", "ad_events", call =>
        {
            found.TrySetResult(looks.Count);
            return Pass(call);
        });
        await new Sdk(one).ReportsAsync(seen);
        var (before, started) = (looks.Count, Stopwatch.GetTimestamp());
        Assert.InRange(await found.Task.WaitAsync(Token) - before, 0, 1);
        var sdk = new Sdk(other);
        while (other.Get<SeenSets>().Pairs == 0)
        {
            await sdk.AskAsync();
        }

        Say("seen", started);
        for (var turn = 0; turn < 20; turn++)
        {
            Assert.Equal(unseen, await sdk.NextAdAsync());
        }
    }

    [Fact(Timeout = LongEnough)]
    public async Task An_address_that_signs_up_on_both_hosts_at_the_same_moment_is_one_performer()
    {
        for (var turn = 0; turn < 5; turn++)
        {
            var wanted = new { name = "Ann", email = $"ann{turn}@example.com" };
            var answers = await Task.WhenAll(new[] { one, other }.Select(host => host.PostAsync("/performers", wanted)));

            Assert.Equal([200, 201], answers.Select(answer => answer.Status).Order());
            Assert.Single(answers.Select(answer => answer.Json.Text("performerId")).Distinct());
        }
    }

    /// <summary>At most one look of the other host after the answer to a change, it serves it.</summary>
    private async Task ReachesAsync(Func<Task> change, Func<CatalogSnapshot, bool> isServed)
    {
        using var looks = gateway.Faults.Every("find", "performers", Pass);
        var served = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(CatalogSnapshot snapshot) => _ = isServed(snapshot) && served.TrySetResult(looks.Count);
        other.Get<CatalogRefresher>().Published += Look;
        await change();
        var (before, started) = (looks.Count, Stopwatch.GetTimestamp());
        Look(other.Get<CatalogRefresher>().Current);

        Assert.InRange(await served.Task.WaitAsync(Token) - before, int.MinValue, 1);
        other.Get<CatalogRefresher>().Published -= Look;
        Say("served", started);
    }

    /// <summary>How long it took this time, for whoever wants to know.</summary>
    private static void Say(string what, long started) => TestContext.Current.SendDiagnosticMessage(
        $"{what} by the other host {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms after the answer");

    private static async Task<byte[]?> Pass(Call call) => await call.ExecuteNowAsync();

    /// <summary>A server that looks as often as servers do, but rolls up and reads everything only when the test is over.</summary>
    private static Task<AdServerHost> StartAsync(string uri) => AdServerHost.StartAsync(
        new()
        {
            ["ConnectionStrings:MongoDb"] = uri,
            ["Storage:Deadline"] = "00:00:30",
            ["Stats:RollUpEvery"] = "00:01:00",
            ["Catalog:ReadAllEvery"] = "01:00:00",
        },
        realTime: true);
}
