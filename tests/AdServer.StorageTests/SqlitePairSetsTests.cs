using AdServer.Common;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Pairs of packages and ads where the ads are in several rows, and the rows more than one read looks at.</summary>
public sealed class SqlitePairSetsTests : IAsyncLifetime
{
    /// <summary>Four ads on either side of the border between two rows.</summary>
    private static readonly string[] Ads = ["a1", "a2", "a3", "a4"];

    private readonly SqliteEngine engine = new();

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddAdsAsync("p1", "first");
        await engine.RunAsync($"UPDATE sqlite_sequence SET seq = {SqlitePairSets.PerRow - 3} WHERE name = 'ads'");
        await engine.AddAdsAsync("p1", Ads);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Ads_on_either_side_of_a_border_are_told_apart()
    {
        await AddAsync(new("x", Ads), new("y", ["a2", "a3"]), new("z", ["a4"]), new("z", ["first"]));

        Assert.Equal(["x a1", "x a2", "x a3", "x a4", "y a2", "y a3", "z a4", "z first"], await DeliveredLaws.ReadAsync(engine));
        var found = await engine.Delivered.FindDeliveredAdsAsync([("x", "a2"), ("x", "a3"), ("y", "a1"), ("y", "a4"), ("z", "a4"), ("z", "a3")], Token);
        Assert.Equal(["x a2", "x a3", "z a4"], found.SelectMany(set => set.AdIds, (set, ad) => $"{set.Package} {ad}"));
        Assert.Equal(8, await engine.Database.ReadAsync(SqlitePairSets.Delivered.CountLive, Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData(SqliteEngine.BackToTheFifthSchema)]
    public async Task A_file_of_an_older_schema_keeps_them(string back)
    {
        await AddAsync(new("x", Ads), new("y", ["a2", "a3"]), new("z", ["a4"]), new("z", ["first"]));
        await engine.AppendAsync(Event("a2", package: "x"), Event("a3", package: "x"), Event("first", package: "y"), Event("a4", package: "y"));
        await engine.RollAllAsync();
        await engine.GoBackAsync(back);

        await engine.ReopenAsync();

        Assert.Equal(["x a1", "x a2", "x a3", "x a4", "y a2", "y a3", "z a4", "z first"], await DeliveredLaws.ReadAsync(engine));
        Assert.Equal(["x a2", "x a3", "y a4", "y first"], await ReadSeenAsync());
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Pairs_of_a_transaction_that_left_no_trace_are_not_taken_for_written()
    {
        await WriteAsync(session => SqlitePairSets.Seen.Add(session, [(1, 5)]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(
            session =>
            {
                SqlitePairSets.Seen.Add(session, [(1, 2), (1, 3), (2, 4)]);
                throw new InvalidOperationException("Whatever");
            }));

        await WriteAsync(session => SqlitePairSets.Seen.Add(session, [(1, 2)]));

        Assert.Equal([(1L, 2L), (1, 5)], await ReadPairsAsync());
    }

    [Fact]
    public async Task Pairs_that_were_taken_out_are_written_when_they_come_again()
    {
        var all = new (long, long)[] { (1, 2), (1, 3), (2, 4) };
        await WriteAsync(session => SqlitePairSets.Seen.Add(session, all));
        await WriteAsync(session =>
        {
            foreach (var (package, ad) in new[] { (1L, 3), (2L, 4) })
            {
                var ads = new NumberSet();
                ads.Add(ad);
                SqlitePairSets.Seen.Clear(session, [new PairRow(package, ads)]);
            }

            return 0;
        });
        Assert.Equal([(1L, 2L)], await ReadPairsAsync());

        await WriteAsync(session => SqlitePairSets.Seen.Add(session, all));
        Assert.Equal(all, await ReadPairsAsync());

        await WriteAsync(session =>
        {
            SqlitePairSets.Seen.Empty(session);
            return SqlitePairSets.Seen.Add(session, [(2, 4)]);
        });
        Assert.Equal([(2L, 4L)], await ReadPairsAsync());
    }

    [Fact]
    public async Task More_rows_than_are_kept_in_memory_are_added_to_as_well()
    {
        var first = Enumerable.Range(1, 5000).Select(package => ((long)package, 1L)).ToList();
        var second = first.ConvertAll(pair => (pair.Item1, 2L));

        await WriteAsync(session => SqlitePairSets.Delivered.Add(session, first));
        await WriteAsync(session => SqlitePairSets.Delivered.Add(session, second));

        Assert.Equal(first.Concat(second).Order(), (await engine.Database.ReadAsync(session => SqliteEngine.AllOf(SqlitePairSets.Delivered, session), Token)).Order());
    }

    [Fact]
    public async Task A_row_that_holds_no_ads_is_named_and_rebuild_derives_it_again()
    {
        await engine.AppendAsync(Event("a2", package: "x"), Event("a4", package: "y"));
        await engine.RollAllAsync();
        await engine.RunAsync("UPDATE package_ads SET ads = x'07ff'");

        var damage = await Assert.ThrowsAsync<StoreUnavailableException>(ReadSeenAsync);

        Assert.StartsWith("The store is damaged: the row ", damage.Message, StringComparison.Ordinal);
        Assert.EndsWith(" of package_ads cannot be read; the command rebuild, without days, derives it again", damage.Message, StringComparison.Ordinal);
        await engine.SpoilAdRowAsync("a2");
        await engine.Ledger.RebuildPackageAdsAsync(Token);
        Assert.True(await engine.Ledger.RebuildDayAsync(Today, 100, Token));
        Assert.Equal(["x a2", "y a4"], await ReadSeenAsync());
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task What_a_removed_ad_left_is_swept_out_of_every_row_also_after_a_migration_in_between()
    {
        await AddAsync(new("x", Ads), new("y", ["a2", "a3"]), new("z", ["a4"]));
        await engine.AppendAsync(Event("a2", package: "x"), Event("a3", package: "x"), Event("a4", package: "y"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a2", Noon, Token);
        await engine.Catalog.RemoveAdAsync("a4", Noon, Token);
        await engine.GoBackAsync();
        await engine.ReopenAsync();

        await engine.SweepAllAsync();

        Assert.Equal((0, 0), (await engine.CountTracesAsync("a2"), await engine.CountTracesAsync("a4")));
        Assert.Equal(["x a1", "x a3", "y a3"], await DeliveredLaws.ReadAsync(engine));
        Assert.Equal(["x a3"], await ReadSeenAsync());
        Assert.Equal(3, await engine.Database.ReadAsync(session => session.Number("SELECT count(*) FROM delivered_sets"), Token));
    }

    [Fact]
    public async Task An_ad_is_swept_that_is_further_away_than_one_read_looks()
    {
        var packages = Enumerable.Range(0, SqlitePairSets.Reach + 10).Select(number => $"x{number:d4}").ToArray();
        await AddAsync([.. packages.Select(package => new PackageAds(package, ["a3"])), new PackageAds(packages[^1], ["a4"]), new PackageAds("y", ["a2", "a4"])]);
        await engine.Catalog.RemoveAdAsync("a4", Noon, Token);

        await engine.SweepAllAsync(slice: 1);

        Assert.Equal(0, await engine.CountTracesAsync("a4"));
        Assert.Equal([.. packages.Select(package => $"{package} a3"), "y a2"], await DeliveredLaws.ReadAsync(engine));
    }

    [Fact]
    public async Task A_page_of_removed_ads_only_is_no_end()
    {
        await AddAsync(new("x", ["a1"]), new("y", ["a1"]), new("z", ["a2"]));
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);

        var (first, second, last) = await engine.Database.ReadAsync(
            session =>
            {
                var one = SqlitePairSets.Delivered.ListNamed(session, -1, enough: 2);
                var two = SqlitePairSets.Delivered.ListNamed(session, one!.Value.Place, enough: 2);
                return (one, two, SqlitePairSets.Delivered.ListNamed(session, two!.Value.Place, enough: 2));
            },
            Token);

        Assert.Empty(first!.Value.Pairs);
        Assert.Equal([("z", "a2")], second!.Value.Pairs);
        Assert.Null(last);
    }

    private Task AddAsync(params PackageAds[] sets) => engine.Delivered.AddDeliveredAdsAsync(sets, Token);

    private async Task<List<string>> ReadSeenAsync() => await engine.Serving.ReadPackageAdsAsync(Token)
        .SelectMany(set => set.AdIds.Select(ad => $"{set.Package} {ad}")).Order(StringComparer.Ordinal).ToListAsync(Token);

    private Task<int> WriteAsync(Func<SqliteSession, int> work) => engine.Database.WriteAsync(SqliteLane.Background, work, Token);

    private Task<List<(long Package, long Ad)>> ReadPairsAsync() => engine.Database.ReadAsync(session => SqliteEngine.AllOf(SqlitePairSets.Seen, session), Token);
}
