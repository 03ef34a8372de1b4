using System.Globalization;
using AdServer.Serving;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Laws 1, 2 and 5 for signing keys: what is read is what was written, one key a period, and the first one stays.</summary>
public abstract class SigningKeyLaws : IAsyncLifetime
{
    private static readonly DateTimeOffset Then = new(2026, 11, 21, 10, 0, 0, 123, TimeSpan.Zero);

    private readonly TestEngine engine;

    private protected SigningKeyLaws(TestEngine engine) => this.engine = engine;

    private ISigningKeyStore Keys => engine.SigningKeys;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task What_is_read_is_what_was_written_in_order_also_by_another_server()
    {
        SigningKey[] made = [Make(days: 1), Make(days: 0), Make(days: 20)];
        foreach (var key in made)
        {
            await Keys.AddSigningKeyAsync(key, Token);
        }

        await engine.ReopenAsync();

        Assert.Equal(made.OrderBy(key => key.SignsFrom).Select(Describe), (await Keys.ListSigningKeysAsync(Token)).Select(Describe));
    }

    [Fact]
    public async Task Of_many_keys_for_one_period_one_is_kept_and_stays()
    {
        var many = Enumerable.Range(0, 16).Select(_ => Make(days: 0)).ToList();
        await Task.WhenAll(many.Select(key => Keys.AddSigningKeyAsync(key, Token)));

        var kept = Describe(Assert.Single(await Keys.ListSigningKeysAsync(Token)));
        await Keys.AddSigningKeyAsync(Make(days: 0), Token);

        Assert.Contains(kept, many.Select(Describe));
        Assert.Equal(kept, Describe(Assert.Single(await Keys.ListSigningKeysAsync(Token))));
    }

    [Fact]
    public async Task What_is_removed_is_gone_and_removed_twice_takes_nothing_else()
    {
        await Keys.AddSigningKeyAsync(Make(days: 0), Token);
        await Keys.AddSigningKeyAsync(Make(days: 1), Token);

        await Keys.RemoveSigningKeysAsync([Make(days: 0).Id, "none"], Token);
        await Keys.RemoveSigningKeysAsync([Make(days: 0).Id], Token);

        Assert.Equal(Make(days: 1).Id, Assert.Single(await Keys.ListSigningKeysAsync(Token)).Id);
    }

    /// <summary>A key of another period, with random bits.</summary>
    internal static SigningKey Make(int days) =>
        SigningKey.Make(Then.AddDays(days), TimeSpan.FromDays(1), Then, TimeSpan.Zero) with { CreatedAt = Then };

    /// <summary>All that a key is.</summary>
    internal static string Describe(SigningKey key) => string.Create(
        CultureInfo.InvariantCulture, $"{key.Id} {Convert.ToHexString(key.Secret)} {key.CreatedAt:O} {key.SignsFrom:O} {key.SignsUntil:O}");
}

/// <summary>The laws of signing keys on SQLite.</summary>
public sealed class SqliteSigningKeyLaws() : SigningKeyLaws(new SqliteEngine());

/// <summary>The laws of signing keys on MongoDB.</summary>
public sealed class MongoSigningKeyLaws() : SigningKeyLaws(new Mongo.MongoEngine());
