using AdServer.Common;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Delivered ads are written in parts while somebody waits for the writer.</summary>
public sealed class SqliteDeliveredTests : IAsyncLifetime
{
    private readonly SqliteEngine engine = new();

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public async Task Where_somebody_waits_a_transaction_ends_after_its_first_part(bool isAwaited, int writes)
    {
        var sets = await AddAdsAsync();
        var transactions = new WatchedTransactions(engine.Database, isAwaited, mostWrites: int.MaxValue);

        await new SqliteDeliveredStore(transactions).AddDeliveredAdsAsync(sets, Token);

        Assert.Equal(writes, transactions.Writes);
        Assert.Equal(Text(sets), await DeliveredLaws.ReadAsync(engine));
    }

    [Fact]
    public async Task What_failed_after_a_part_is_whole_when_it_is_done_again()
    {
        var sets = await AddAdsAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => new SqliteDeliveredStore(new WatchedTransactions(engine.Database, isAwaited: true, mostWrites: 1)).AddDeliveredAdsAsync(sets, Token));
        Assert.Equal(3000, (await DeliveredLaws.ReadAsync(engine)).Count);

        await engine.Delivered.AddDeliveredAdsAsync(sets, Token);

        Assert.Equal(Text(sets), await DeliveredLaws.ReadAsync(engine));
    }

    /// <summary>7,500 pairs of 2,500 packages.</summary>
    private async Task<IReadOnlyList<PackageAds>> AddAdsAsync()
    {
        string[] ads = ["a1", "a2", "a3"];
        await engine.AddAdsAsync("p1", ads);
        return [.. Enumerable.Range(0, 2500).Select(number => new PackageAds($"x{number:d4}", ads))];
    }

    private static IEnumerable<string> Text(IEnumerable<PackageAds> sets) => sets.SelectMany(set => set.AdIds, (set, ad) => $"{set.Package} {ad}");

    /// <summary>Counts writes, and has no room for more than some of them.</summary>
    private sealed class WatchedTransactions(ISqliteTransactions database, bool isAwaited, int mostWrites) : ISqliteTransactions
    {
        public int Writes { get; private set; }

        public bool IsAwaited => isAwaited;

        public Task<T> ReadAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation) => database.ReadAsync(query, cancellation);

        public Task<T> ReportAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation) => database.ReportAsync(query, cancellation);

        public Task<T> WriteAsync<T>(SqliteLane lane, Func<SqliteSession, T> work, CancellationToken cancellation) =>
            ++Writes <= mostWrites ? database.WriteAsync(lane, work, cancellation) : throw new StoreUnavailableException("full");

        public void Dispose()
        {
        }
    }
}
