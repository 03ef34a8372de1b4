using AdServer.Access;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Law 17: a key is reserved once, for one identity, and everybody who comes with it later finds that.</summary>
public abstract class IdempotencyLaws : IAsyncLifetime
{
    private const int Most = 100;

    private readonly TestEngine engine;

    private protected IdempotencyLaws(TestEngine engine) => this.engine = engine;

    private IIdempotencyStore Keys => engine.Keys;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task Of_many_at_once_one_reserves_and_all_get_the_same_identity()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(number =>
            Task.Run(() => Keys.ReserveKeyAsync(Key("k") with { ObjectId = $"o{number}" }, Most, Token))));

        Assert.Single(answers, answer => answer!.Value.IsNew);
        Assert.Single(answers.Select(answer => answer!.Value.Held.ObjectId).Distinct());
    }

    [Fact]
    public async Task What_was_reserved_and_answered_is_found_also_by_another_server_and_the_first_answer_stays()
    {
        await Keys.ReserveKeyAsync(Key("k"), Most, Token);
        await engine.ReopenAsync();
        Assert.Equal((Key("k"), false), await Keys.ReserveKeyAsync(Key("k") with { ObjectId = "other", Fingerprint = "other" }, Most, Token));

        await Keys.AnswerKeyAsync("k", new KeyAnswer(201, "o"), Token);
        await Keys.AnswerKeyAsync("k", new KeyAnswer(200, "other"), Token);
        await engine.ReopenAsync();

        Assert.Equal((Key("k") with { Answer = new KeyAnswer(201, "o") }, false), await Keys.ReserveKeyAsync(Key("k") with { ObjectId = "other" }, Most, Token));
    }

    [Fact]
    public async Task A_caller_who_has_many_gets_no_more_and_still_finds_his_own()
    {
        foreach (var number in Enumerable.Range(0, 3))
        {
            Assert.NotNull(await Keys.ReserveKeyAsync(Key($"k{number}"), 3, Token));
        }

        Assert.Null(await Keys.ReserveKeyAsync(Key("k3"), 3, Token));
        Assert.False((await Keys.ReserveKeyAsync(Key("k0") with { ObjectId = "other" }, 3, Token))!.Value.IsNew);
        Assert.True((await Keys.ReserveKeyAsync(Key("k3") with { CallerId = "other" }, 3, Token))!.Value.IsNew);
    }

    [Fact]
    public async Task Old_ones_are_forgotten_some_at_a_time()
    {
        foreach (var number in Enumerable.Range(0, 7))
        {
            await Keys.ReserveKeyAsync(Key($"k{number}") with { CreatedAt = Noon.AddMinutes(number) }, Most, Token);
        }

        Assert.Equal((3, 2, 0), (
            await Keys.RemoveKeysAsync(Noon.AddMinutes(5), 3, Token), await Keys.RemoveKeysAsync(Noon.AddMinutes(5), 3, Token), await Keys.RemoveKeysAsync(Noon.AddMinutes(5), 3, Token)));
        Assert.False((await Keys.ReserveKeyAsync(Key("k5") with { ObjectId = "other" }, Most, Token))!.Value.IsNew);
        Assert.True((await Keys.ReserveKeyAsync(Key("k4"), Most, Token))!.Value.IsNew);
    }

    /// <summary>A plausible key.</summary>
    internal static ReservedKey Key(string id) => new(id, "t1", "fingerprint", "o", Noon);
}

/// <summary>The laws of idempotency keys on SQLite.</summary>
public sealed class SqliteIdempotencyLaws() : IdempotencyLaws(new SqliteEngine());
