using AdServer.Access;
using AdServer.Access.SignIn;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Laws 1, 2 and 5 for tokens: what is read is what was written, one token a secret, and an end is never taken back.</summary>
public abstract class TokenLaws : IAsyncLifetime
{
    private static readonly DateTimeOffset Then = new(2026, 11, 21, 10, 0, 0, 123, TimeSpan.Zero);

    private readonly TestEngine engine;

    private protected TokenLaws(TestEngine engine) => this.engine = engine;

    private ITokenStore Tokens => engine.Tokens;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task What_is_read_is_what_was_written_also_by_another_server()
    {
        var plain = Make("t1");
        var full = Make("t2") with
        {
            Role = Role.App.Name,
            PerformerId = "p",
            Packages = ["com.example.*", "org.b"],
            Scopes = Permissions.Serve | Permissions.Report,
            ExpiresAt = Then.AddDays(1),
            GraceUntil = Then.AddHours(2),
            RevokedAt = Then.AddHours(1),
            LastUsedAt = Then.AddMinutes(1),
        };
        Assert.True(await Tokens.AddTokenAsync(plain, Token));
        Assert.True(await Tokens.AddTokenAsync(full, Token));
        await engine.ReopenAsync();

        AssertSame(plain, await Tokens.FindTokenAsync("t1", Token));
        AssertSame(full, await Tokens.FindTokenAsync("t2", Token));
        Assert.Null(await Tokens.FindTokenAsync("t3", Token));
        var all = await Tokens.ListTokensAsync(null, Token).ToListAsync(Token);
        Assert.Equal(["t1", "t2"], all.Select(token => token.Id).Order());
    }

    [Fact]
    public async Task Of_many_tokens_with_one_identity_or_one_secret_one_is_added()
    {
        var same = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Tokens.AddTokenAsync(Make("one", $"hash{number}"), Token)));
        var secret = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Tokens.AddTokenAsync(Make($"t{number}", "hash"), Token)));

        Assert.Equal((1, 1), (same.Count(added => added), secret.Count(added => added)));
    }

    [Fact]
    public async Task A_token_is_revoked_once_and_for_ever()
    {
        await Tokens.AddTokenAsync(Make("t1"), Token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Tokens.RevokeTokenAsync("t1", Then.AddSeconds(number), Token)));
        await Tokens.ShortenTokenAsync("t1", Then.AddDays(9), Token);
        await engine.ReopenAsync();

        Assert.Single(answers, revoked => revoked);
        Assert.NotNull((await Tokens.FindTokenAsync("t1", Token))!.RevokedAt);
        Assert.False(await Tokens.RevokeTokenAsync("none", Then, Token));
    }

    [Fact]
    public async Task A_token_is_shortened_and_never_lengthened()
    {
        await Tokens.AddTokenAsync(Make("t1"), Token);
        foreach (var (days, end) in new[] { (5, 5), (3, 3), (9, 3) })
        {
            await Tokens.ShortenTokenAsync("t1", Then.AddDays(days), Token);

            Assert.Equal((Then.AddDays(end), null), await Tokens.FindTokenAsync("t1", Token) is { } kept ? (kept.EndsAt, kept.ExpiresAt) : default);
        }
    }

    [Fact]
    public async Task A_new_secret_begins_a_new_life()
    {
        await Tokens.AddTokenAsync(Make("t1") with { ExpiresAt = Then, GraceUntil = Then }, Token);
        await Tokens.RevokeTokenAsync("t1", Then, Token);

        Assert.True(await Tokens.PutTokenAsync(Make("t1", "other"), Token));
        Assert.True(await Tokens.PutTokenAsync(Make("t2"), Token));

        AssertSame(Make("t1", "other"), await Tokens.FindTokenAsync("t1", Token));
        AssertSame(Make("t2"), await Tokens.FindTokenAsync("t2", Token));
    }

    [Fact]
    public async Task A_secret_of_another_token_is_given_to_none_and_nothing_changes()
    {
        await Tokens.AddTokenAsync(Make("t1"), Token);
        await Tokens.AddTokenAsync(Make("t2"), Token);

        Assert.False(await Tokens.PutTokenAsync(Make("t1", "hash of t2"), Token));
        Assert.False(await Tokens.PutTokenAsync(Make("t3", "hash of t2"), Token));

        AssertSame(Make("t1"), await Tokens.FindTokenAsync("t1", Token));
        AssertSame(Make("t2"), await Tokens.FindTokenAsync("t2", Token));
        Assert.Null(await Tokens.FindTokenAsync("t3", Token));
    }

    [Fact]
    public async Task The_last_use_only_ever_gets_later_and_belongs_to_tokens_that_are_there()
    {
        await Tokens.AddTokenAsync(Make("t1"), Token);
        await Tokens.NoteUsesAsync([new("t1", Then.AddHours(2)), new("none", Then)], Token);
        await Tokens.NoteUsesAsync([new("t1", Then.AddHours(1))], Token);

        Assert.Equal(Then.AddHours(2), (await Tokens.FindTokenAsync("t1", Token))!.LastUsedAt);
        Assert.Null(await Tokens.FindTokenAsync("none", Token));
    }

    [Fact]
    public async Task Who_asks_again_hears_of_all_that_changed_since()
    {
        await Tokens.AddTokenAsync(Make("t1"), Token);
        await Tokens.AddTokenAsync(Make("t2"), Token);
        var clock = await Tokens.ReadTokenClockAsync(Token);
        await Tokens.RevokeTokenAsync("t1", Then, Token);
        await Tokens.ShortenTokenAsync("t2", Then, Token);
        await Tokens.AddTokenAsync(Make("t3"), Token);

        var news = await Tokens.ListTokensAsync(clock, Token).ToDictionaryAsync(token => token.Id, cancellationToken: Token);

        Assert.Equal((Then, Then, true), (news["t1"].RevokedAt, news["t2"].EndsAt, news.ContainsKey("t3")));
    }

    [Fact]
    public async Task Tokens_that_ended_before_a_time_are_not_among_those_that_live_then()
    {
        await Tokens.AddTokenAsync(Make("t1"), Token);
        await Tokens.AddTokenAsync(Make("t2") with { ExpiresAt = Then, GraceUntil = Then, RevokedAt = Then }, Token);
        await Tokens.AddTokenAsync(Make("t3") with { ExpiresAt = Then.AddMilliseconds(-1) }, Token);
        await Tokens.AddTokenAsync(Make("t4") with { GraceUntil = Then.AddMilliseconds(-1) }, Token);
        await Tokens.AddTokenAsync(Make("t5") with { RevokedAt = Then.AddMilliseconds(-1) }, Token);
        await Tokens.AddTokenAsync(Session("s1", Ann), Token);

        var living = await Tokens.ListLivingTokensAsync(Then, Token).ToListAsync(Token);

        Assert.Equal(["s1", "t1", "t2"], living.Select(token => token.Id).Order());
    }

    [Fact]
    public async Task A_session_is_read_as_it_was_written()
    {
        var session = Session("s1", Ann) with { PerformerId = "p", RevokedAt = Then, LastUsedAt = Then };
        await Tokens.AddTokenAsync(session, Token);
        await engine.ReopenAsync();

        AssertSame(session, await Tokens.FindTokenAsync("s1", Token));
    }

    [Fact]
    public async Task All_sessions_of_a_subject_are_revoked_and_no_others_and_others_hear_of_it()
    {
        await Tokens.AddTokenAsync(Session("s1", Ann), Token);
        await Tokens.AddTokenAsync(Session("s2", Ann) with { RevokedAt = Then }, Token);
        await Tokens.AddTokenAsync(Session("s3", Ann with { Kind = SubjectKind.Performer }), Token);
        await Tokens.AddTokenAsync(Make("t1"), Token);
        var clock = await Tokens.ReadTokenClockAsync(Token);

        await Tokens.RevokeSessionsAsync(Ann, Then.AddHours(1), Token);

        var all = await Tokens.ListTokensAsync(clock, Token).ToDictionaryAsync(token => token.Id, token => token.RevokedAt, cancellationToken: Token);
        Assert.Equal((Then.AddHours(1), Then, null, null), (all["s1"], all["s2"], all["s3"], all["t1"]));
    }

    [Fact]
    public async Task Sessions_that_have_expired_are_deleted_and_tokens_never()
    {
        await Tokens.AddTokenAsync(Session("s1", Ann) with { ExpiresAt = Then.AddHours(1) }, Token);
        await Tokens.AddTokenAsync(Session("s2", Ann) with { ExpiresAt = Then.AddHours(2) }, Token);
        await Tokens.AddTokenAsync(Make("t1") with { ExpiresAt = Then }, Token);

        await Tokens.RemoveSessionsAsync(Then.AddHours(2), Token);

        Assert.Equal(["s2", "t1"], (await Tokens.ListTokensAsync(null, Token).ToListAsync(Token)).Select(token => token.Id).Order());
    }

    [Fact]
    public async Task The_use_of_a_session_is_known_to_others_to_five_minutes()
    {
        await Tokens.AddTokenAsync(Session("s1", Ann), Token);
        foreach (var minutes in new[] { 1, 4, 6, 30 })
        {
            await Tokens.NoteUsesAsync([new("s1", Then.AddMinutes(minutes), IsSession: true), new("none", Then, IsSession: true)], Token);

            var known = await Tokens.ListTokensAsync(await Tokens.ReadTokenClockAsync(Token), Token).SingleAsync(token => token.Id == "s1", Token);
            Assert.InRange(known.LastUsedAt!.Value, Then.AddMinutes(minutes) - SessionMark.NotedEvery, Then.AddMinutes(minutes));
        }

        Assert.Null(await Tokens.FindTokenAsync("none", Token));
    }

    private static readonly Subject Ann = new(SubjectKind.Developer, "ann");

    internal static AccessToken Session(string id, Subject subject) =>
        Make(id) with { ExpiresAt = Then.AddHours(12), Session = new SessionMark(subject, $"stamp of {id}") };

    private static AccessToken Make(string id, string? hash = null) => new(id, $"name of {id}", hash ?? $"hash of {id}", Role.Analyst.Name, Then);

    private static void AssertSame(AccessToken expected, AccessToken? found)
    {
        Assert.NotNull(found);
        Assert.Equal(expected.Packages, found.Packages);
        Assert.Equal(expected with { Packages = [] }, found with { Packages = [] });
    }
}

/// <summary>The laws of tokens on SQLite.</summary>
public sealed class SqliteTokenLaws() : TokenLaws(new SqliteEngine());
