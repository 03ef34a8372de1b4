using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>What SQLite keeps by itself, whoever asks: each row its guard, each table its types.</summary>
public sealed class SqliteDerivedTests : IAsyncDisposable
{
    private readonly SqliteEngine engine = new();

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_row_that_includes_a_roll_does_not_take_it_or_an_earlier_one_again(long through)
    {
        await engine.AddAdsAsync("p1", "a1");
        var counts = RollUp.Of([Event()]);

        await AddAsync(counts, 2);
        await AddAsync(counts, through);
        Assert.Equal((1, 1), await ReadAsync());

        await AddAsync(counts, 3);
        Assert.Equal((2, 2), await ReadAsync());
    }

    [Fact]
    public async Task Every_table_is_strict()
    {
        var loose = await engine.Database.ReadAsync(
            session =>
            {
                using var select = session.Once("SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%' AND strict = 0");
                return select.Rows().Select(row => row.Text(0)).ToList();
            },
            Token);

        Assert.Empty(loose);
    }

    private Task<bool> AddAsync(RollUp counts, long through) => engine.Database.WriteAsync(
        SqliteLane.Background,
        session =>
        {
            SqliteDerived.AddRows(session, counts, new SqliteLiveAds(session), through, Noon);
            return true;
        },
        Token);

    /// <summary>The views in the ad's row and in the package's.</summary>
    private Task<(long Ad, long Package)> ReadAsync() => engine.Database.ReadAsync(
        session =>
        {
            var rows = SqliteDayRows.Read(session, Today, ["a1"], long.MaxValue);
            return (rows.AdDays.Values.Single().Views, rows.PackageDays.Values.Single().Views);
        },
        Token);
}
