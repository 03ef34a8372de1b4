using AdServer.Serving;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Which ads were handed out to which package: pairs that are only added, and go with their ad.</summary>
public abstract class DeliveredLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected DeliveredLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task Pairs_are_there_once_however_often_they_are_added_and_over_restarts()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");

        await AddAsync(new PackageAds("x", ["a1", "a2", "a1"]), new PackageAds("odd | \U0001F600", ["a1"]));
        await AddAsync(new PackageAds("x", ["a2"]), new PackageAds("(other)", ["a2"]));
        await engine.ReopenAsync();
        await AddAsync(new PackageAds("x", ["a1"]));

        Assert.Equal(["(other) a2", "odd | \U0001F600 a1", "x a1", "x a2"], await ReadAsync(engine));
    }

    [Fact]
    public async Task A_package_that_only_got_ads_is_counted_by_name_from_then_on()
    {
        await engine.AddAdsAsync("p1", "a1");
        await AddAsync(new PackageAds("first", ["a1"]));
        await engine.Serving.ReplaceDeliveriesAsync("one", [], [new RequestTotal("second", Today, 1, 1)], Token);

        var names = await engine.Serving.ReadPackageAdsAsync(Token).Select(set => set.Package).Distinct().ToListAsync(Token);

        Assert.Equal(["first", "second"], names);
    }

    [Fact]
    public async Task Those_of_some_pairs_are_found_that_are_there()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await AddAsync(new PackageAds("x", ["a1"]), new PackageAds("y", ["a1", "a2"]));

        var found = await engine.Delivered.FindDeliveredAdsAsync([("x", "a1"), ("x", "a2"), ("y", "a2"), ("z", "a1"), ("x", "no-ad")], Token);

        Assert.Equal(["x a1", "y a2"], Text(found));
        Assert.Empty(await engine.Delivered.FindDeliveredAdsAsync([], Token));
    }

    [Fact]
    public async Task Of_thousands_of_pairs_none_is_missing()
    {
        string[] ads = [.. Enumerable.Range(0, 60).Select(number => $"a{number}")];
        await engine.AddAdsAsync("p1", ads);
        PackageAds[] sets = [.. Enumerable.Range(0, 100).Select(number => new PackageAds($"x{number:d3}", ads))];

        await AddAsync(sets);

        Assert.Equal(Text(sets), await ReadAsync(engine));
        Assert.Equal(Text(sets[..30]), Text(await engine.Delivered.FindDeliveredAdsAsync([.. sets[..30].SelectMany(set => ads, (set, ad) => (set.Package, ad))], Token)));
    }

    [Fact]
    public async Task Pairs_of_removed_ads_are_left_out_and_swept_whenever_they_come()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await AddAsync(new PackageAds("x", ["a1", "a2"]));
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        Assert.Equal(["x a2"], await ReadAsync(engine));

        await engine.SweepAllAsync();
        await AddAsync(new PackageAds("y", ["a1", "a2"]));
        await engine.SweepAllAsync();

        Assert.Equal(["x a2", "y a2"], await ReadAsync(engine));
        Assert.Equal(0, await engine.CountTracesAsync("a1"));
    }

    [Fact]
    public async Task Of_many_ads_of_a_package_the_removed_ones_go_and_the_others_stay()
    {
        string[] ads = [.. Enumerable.Range(0, 130).Select(number => $"a{number:d3}")];
        string[] gone = [ads[0], ads[62], ads[129]];
        await engine.AddAdsAsync("p1", ads);
        await AddAsync(new PackageAds("x", ads), new PackageAds("y", [ads[62]]), new PackageAds("z", [ads[61], ads[62]]));
        foreach (var ad in gone)
        {
            await engine.Catalog.RemoveAdAsync(ad, Noon, Token);
        }

        await engine.SweepAllAsync();

        Assert.Equal([.. ads.Except(gone).Select(ad => $"x {ad}"), $"z {ads[61]}"], await ReadAsync(engine));
        foreach (var ad in gone)
        {
            Assert.Equal(0, await engine.CountTracesAsync(ad));
        }

        Assert.Equal(["x a001"], Text(await engine.Delivered.FindDeliveredAdsAsync([("x", ads[0]), ("x", ads[1]), ("y", ads[62])], Token)));
    }

    [Fact]
    public async Task A_store_without_room_says_so_and_takes_them_later()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.FillDiskAsync();
        await Assert.ThrowsAsync<Common.StoreUnavailableException>(() => AddAsync([.. Many()]));
        await engine.FreeDiskAsync();

        await AddAsync([.. Many()]);

        Assert.Equal(Text(Many()), await ReadAsync(engine));

        static IEnumerable<PackageAds> Many() => Enumerable.Range(0, 3000).Select(number => new PackageAds($"some.long.name.of.an.app.{number:d4}", ["a1"]));
    }

    /// <summary>All pairs as text, in order.</summary>
    internal static async Task<IReadOnlyList<string>> ReadAsync(TestEngine engine) => Text(await engine.Delivered.ReadDeliveredAdsAsync(Token).ToListAsync(Token));

    private static IReadOnlyList<string> Text(IEnumerable<PackageAds> sets) =>
        [.. sets.SelectMany(set => set.AdIds, (set, ad) => $"{set.Package} {ad}").Order(StringComparer.Ordinal)];

    private Task AddAsync(params PackageAds[] sets) => engine.Delivered.AddDeliveredAdsAsync(sets, Token);
}

/// <summary>The laws on SQLite.</summary>
public sealed class SqliteDeliveredLaws() : DeliveredLaws(new SqliteEngine());

/// <summary>The laws on MongoDB.</summary>
public sealed class MongoDeliveredLaws() : DeliveredLaws(new Mongo.MongoEngine());
