using AdServer.Storage.Sqlite;
using AdServer.StorageTests.Copying;
using Xunit;

namespace AdServer.StorageTests;

/// <summary>Killed after any of its transactions, rating anew leaves raw events, buckets and rows of one mind, and goes on when it is done again.</summary>
public sealed class SqliteRatingTests : IAsyncLifetime
{
    private readonly SqliteEngine engine = new();

    public async ValueTask InitializeAsync() => await engine.AddDeliveredAdsAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Killed_anywhere_it_leaves_raw_equal_to_rolled_up_and_ends_in_the_same_when_done_again()
    {
        foreach (var batch in RatingScene.SomeEvents(seed: 3, count: 200, RatingScene.Mild).Chunk(5))
        {
            await engine.AppendAsync(batch);
        }

        await engine.RollAllAsync(5);
        await engine.RateAsync(RatingScene.Strict);
        var mild = await engine.RateAsync(RatingScene.Mild);
        var deaths = 0;
        for (var isDone = false; !isDone;)
        {
            isDone = await TryRateAsync(writes: deaths);
            deaths += isDone ? 0 : 1;
            Assert.Empty(await engine.VerifyAsync());
            await engine.RateAsync(RatingScene.Strict);
            Assert.Empty(await engine.VerifyAsync());
            Assert.Equal(mild, await engine.RateAsync(RatingScene.Mild));
        }

        Assert.True(deaths > 2, $"It was killed {deaths} times only");
    }

    private async Task<bool> TryRateAsync(int writes)
    {
        try
        {
            await engine.RateAsync(RatingScene.Strict, new SqliteRatingStore(new MortalTransactions(engine.Database, writes), engine.Clock));
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    /// <summary>Transactions of a process that is killed after so many writes.</summary>
    private sealed class MortalTransactions(ISqliteTransactions database, int writes) : ISqliteTransactions
    {
        private int left = writes;

        public bool IsAwaited => false;

        public Task<T> ReadAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation) => database.ReadAsync(query, cancellation);

        public Task<T> ReportAsync<T>(Func<SqliteSession, T> query, CancellationToken cancellation) => database.ReportAsync(query, cancellation);

        public Task<T> WriteAsync<T>(SqliteLane lane, Func<SqliteSession, T> work, CancellationToken cancellation) =>
            left-- > 0 ? database.WriteAsync(lane, work, cancellation) : throw new KilledException();

        public void Dispose()
        {
        }
    }
}
