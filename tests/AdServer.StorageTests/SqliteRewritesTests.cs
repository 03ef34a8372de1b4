using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>How much one transaction rewrites has a bound, whatever the rolls are.</summary>
public sealed class SqliteRewritesTests : IAsyncLifetime
{
    private readonly SqliteEngine engine = new();

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(new[] { 15_000, 4_000, 5_000 }, 2)]
    [InlineData(new[] { 90_000, 1 }, 1)]
    [InlineData(new[] { 10, 10, 10, 10, 10, 10, 10, 10, 10, 10 }, SqliteRewrites.MostRolls)]
    public async Task Buckets_are_taken_up_to_a_bound(int[] sizes, int taken)
    {
        long[] ends = [.. sizes.Select((_, index) => (long)sizes.Take(index + 1).Sum())];
        foreach (var (size, index) in sizes.Select((size, index) => (size, index)))
        {
            await engine.RunAsync(
                $"INSERT INTO rolls (number, first_seq, last_seq, events, closed_at, applied) VALUES ({index + 1}, {ends[index] - size + 1}, {ends[index]}, {size}, 0, 1)");
        }

        var (answers, buckets) = await engine.Database.ReadAsync(
            session =>
            {
                var rewrites = new SqliteRewrites(session);
                return (ends.Select(end => Take(rewrites, end)).ToList(), rewrites.Buckets.ToList());
            },
            Token);

        Assert.Equal(ends.Select((_, index) => index < taken), answers);
        Assert.Equal(Enumerable.Range(1, taken).Select(roll => (Today, (long)roll)), buckets);
    }

    [Fact]
    public async Task Another_day_of_a_roll_that_was_taken_is_taken()
    {
        await engine.RunAsync("INSERT INTO rolls (number, first_seq, last_seq, events, closed_at, applied) VALUES (1, 1, 90000, 90000, 0, 1)");
        var buckets = await engine.Database.ReadAsync(
            session =>
            {
                var rewrites = new SqliteRewrites(session);
                Assert.True(Take(rewrites, 1) && Take(rewrites, 2, day: -1) && Take(rewrites, 90_000));
                return rewrites.Buckets.ToList();
            },
            Token);

        Assert.Equal([(Today, 1L), (Today.AddDays(-1), 1L)], buckets);
    }

    private static bool Take(SqliteRewrites rewrites, long seq, int day = 0)
    {
        if (rewrites.Fit(seq) is not { } roll)
        {
            return false;
        }

        rewrites.Note(Today.AddDays(day), roll);
        return true;
    }
}
