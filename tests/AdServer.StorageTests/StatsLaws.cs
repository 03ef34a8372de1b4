using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Laws 5, 7 and 11: what applying a roll writes, and what a reader sees at any moment.</summary>
public abstract class StatsLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected StatsLaws(TestEngine engine) => this.engine = engine;

    private IStatsStore Stats => engine.Stats;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task An_event_counts_from_the_moment_of_its_commit_and_a_roll_changes_nothing()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(watched: 10), Event(type: EventType.Click, watched: 5));
        var expected = new DayCounts(1, 1, 0, 0, 10);

        Assert.Equal(expected, (await engine.ReadTotalAsync()).Events);
        var roll = await engine.Journal.NextRollAsync(10, Token);
        Assert.Equal(expected, (await engine.ReadTotalAsync()).Events);
        await Stats.ApplyAsync(roll!, Token);
        Assert.Equal(expected, (await engine.ReadTotalAsync()).Events);
        await engine.AppendAsync(Event(watched: 1));

        var view = await Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad] }, Token);
        Assert.Equal(new StatsPosition(1, 1), view.Position);
        Assert.Equal([new StatsRow(new StatsKey("a1", ""), new Measures(new DayCounts(2, 1, 0, 0, 11), 0, 0, 0))], view.Rows);
    }

    [Fact]
    public async Task A_roll_that_is_applied_again_after_any_interruption_counts_once()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event(), Event(type: EventType.Exit));

        var before = await engine.Journal.NextRollAsync(10, Token);
        await engine.ReopenAsync();
        var after = await engine.Journal.NextRollAsync(10, Token);
        await Task.WhenAll(Stats.ApplyAsync(before!, Token), Stats.ApplyAsync(after!, Token));
        await engine.ReopenAsync();
        await Stats.ApplyAsync(before!, Token);

        Assert.Equal(new DayCounts(1, 0, 0, 1, 1234), (await engine.ReadTotalAsync()).Events);
        Assert.Null(await engine.Journal.NextRollAsync(10, Token));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_reader_beside_the_roll_up_never_sees_an_event_twice_or_not_at_all()
    {
        await engine.AddAdsAsync("p1", "a1");
        var views = 0L;
        for (var round = 0; round < 20; round++)
        {
            await engine.AppendAsync([.. Enumerable.Range(0, 10).Select(_ => Event())]);
            views += 10;
            var rolling = engine.RollAllAsync(maxEvents: 3);
            do
            {
                Assert.Equal(views, (await engine.ReadTotalAsync()).Events.Views);
            }
            while (!rolling.IsCompleted);
            await rolling;
        }

        Assert.Equal(200, (await engine.ReadTotalAsync()).Events.Views);
    }

    [Fact]
    public async Task Counts_are_grouped_and_filtered_alike_in_rows_and_in_the_tail()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AddAdsAsync("p2", "b1");
        AdEvent[] events =
        [
            Event("a1", package: "x", day: -1), Event("a1", package: "y"), Event("a2", EventType.Skip, package: "x"),
            Event("b1", EventType.Click, package: "x", performerId: "p2"), Event("b1", package: "z", performerId: "p2") with { IsOtherPackage = true },
        ];
        await engine.AppendAsync(events);
        var tail = await ReadManyAsync();
        await engine.RollAllAsync();
        var rows = await ReadManyAsync();

        Assert.Equal(tail, rows);
        Assert.Equal(
            [
                "a1/:2", "a2/:1", "b1/:2",
                "p1/:3", "p2/:2",
                "(other)/:1", "x/:3", "y/:1",
                "2026-11-20/a1:1", "2026-11-21/a1:1", "2026-11-21/a2:1", "2026-11-21/b1:2",
                "/:3", "a2/:1", "b1/:1", "x/p1:1", "x/p2:1", "/:0",
            ],
            rows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_join_to_the_whole_and_each_tells_the_whole_sum(bool rolled)
    {
        string[] packages = ["a", "b", "\uFFFD", "\U0001F600", "é", "B", "c.d", ""];
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync([.. packages.Select(package => Event("a1", package: package))]);
        await (rolled ? engine.RollAllAsync() : Task.CompletedTask);
        await engine.AppendAsync([.. packages.Reverse().Select(package => Event("a2", package: package))]);
        await engine.Serving.ReplaceDeliveriesAsync("one", [], [new RequestTotal("only requests", Today, 5, 3)], Token);

        var keys = new List<StatsKey>();
        for (var query = new StatsQuery { GroupBy = [StatsGroup.Package], Limit = 2 }; ;)
        {
            var view = await Stats.ReadAsync(query, Token);
            Assert.Equal((16, 5), (view.Total.Events.Events, view.Total.Requests));
            keys.AddRange(view.Rows.Take(2).Select(row => row.Key));
            if (view.Rows.Count < 3)
            {
                break;
            }

            query = query with { After = view.Rows[1].Key };
        }

        Assert.Equal(["", "B", "a", "b", "c.d", "only requests", "é", "\uFFFD", "\U0001F600"], keys.Select(key => key.First));
    }

    [Fact]
    public async Task Deliveries_and_requests_are_totals_of_each_process_and_replacing_them_again_changes_nothing()
    {
        await engine.AddAdsAsync("p1", "a1");
        for (var time = 0; time < 2; time++)
        {
            await engine.Serving.ReplaceDeliveriesAsync("one", [new DeliveryTotal("a1", Today, 7)], [new RequestTotal("x", Today, 9, 7)], Token);
            await engine.Serving.ReplaceDeliveriesAsync("two", [new DeliveryTotal("a1", Today, 2)], [new RequestTotal("x", Today, 2, 2)], Token);
        }

        await engine.Serving.ReplaceDeliveriesAsync("two", [new DeliveryTotal("a1", Today, 3), new DeliveryTotal("unknown", Today, 1)], [], Token);

        Assert.Equal(new Measures(default, 10, 11, 9), await engine.ReadTotalAsync());
        Assert.Equal(2, (await engine.ReadTotalAsync()).NoFills);
        Assert.Equal(10, (await engine.ReadTotalAsync(new StatsQuery { PerformerId = "p1" })).Deliveries);
        Assert.Equal(new Measures(default, 0, 11, 9), await engine.ReadTotalAsync(new StatsQuery { PackageName = "x" }));
    }

    [Fact]
    public async Task Package_sets_hold_every_pair_of_rows_and_tail()
    {
        await engine.AddAdsAsync("p1", "a1", "a2", "a3");
        await engine.AppendAsync(Event("a1", package: "x"), Event("a1", package: "x"), Event("a2", package: "x\0y"), Event("a3", package: "x"));
        await engine.RollAllAsync();
        await engine.AppendAsync(Event("a2", package: "x"), Event("a2", package: "new"), Event("a3", package: "w") with { IsOtherPackage = true });
        await engine.Catalog.RemoveAdAsync("a3", Noon, Token);

        var pairs = new HashSet<(string, string)>();
        await foreach (var set in engine.Serving.ReadPackageAdsAsync(Token))
        {
            pairs.UnionWith(set.AdIds.Select(ad => (set.Package, ad)));
        }

        Assert.Equal([("new", "a2"), ("x", "a1"), ("x", "a2"), ("x\0y", "a2")], pairs.Order());
    }

    [Fact]
    public async Task Packages_are_remembered_in_the_order_in_which_they_came_those_that_only_asked_too()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.Serving.ReplaceDeliveriesAsync("one", [], [new RequestTotal("z", Today, 1, 0)], Token);
        await engine.AppendAsync(Event("a1", package: "y"));
        await engine.RollAllAsync();
        await engine.Serving.ReplaceDeliveriesAsync("one", [], [new RequestTotal("z", Today, 2, 0), new RequestTotal("x", Today, 1, 1)], Token);
        await engine.ReopenAsync();

        var names = await engine.Serving.ReadPackageAdsAsync(Token).Select(set => set.Package).Distinct().ToListAsync(Token);

        Assert.Equal(["z", "y", "x"], names);
    }

    [Fact]
    public async Task No_bucket_holds_more_than_a_thousand_events()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync([.. Enumerable.Range(0, 2500).Select(number => Event(day: number % 2 == 0 ? 0 : -1))]);
        await engine.RollAllAsync();

        Assert.Equal(1000, await engine.ReadLargestBucketAsync());
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task A_roll_that_finds_the_disk_full_is_applied_later_as_a_whole()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync([.. Enumerable.Range(0, 2000).Select(_ => Event())]);
        var roll = await engine.Journal.NextRollAsync(10_000, Token);

        await engine.FillDiskAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Stats.ApplyAsync(roll!, Token));
        Assert.Equal(2000, (await engine.ReadTotalAsync()).Events.Views);
        await engine.FreeDiskAsync();
        await Stats.ApplyAsync(roll!, Token);

        Assert.Equal(2000, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    private async Task<List<string>> ReadManyAsync()
    {
        StatsQuery[] queries =
        [
            new() { GroupBy = [StatsGroup.Ad] },
            new() { GroupBy = [StatsGroup.Performer] },
            new() { GroupBy = [StatsGroup.Package] },
            new() { GroupBy = [StatsGroup.Day, StatsGroup.Ad] },
            new() { PerformerId = "p1" },
            new() { GroupBy = [StatsGroup.Ad], PackageName = "x", From = Today, To = Today },
            new() { GroupBy = [StatsGroup.Package, StatsGroup.Performer], From = Today, PackageName = "x" },
            new() { AdId = "a1", From = Today.AddDays(1) },
        ];
        var found = new List<string>();
        foreach (var query in queries)
        {
            var view = await Stats.ReadAsync(query, Token);
            found.AddRange(view.Rows.Select(row => $"{row.Key.First}/{row.Key.Second}:{row.Measures.Events.Events}"));
        }

        return found;
    }
}

/// <summary>The laws of statistics on SQLite.</summary>
public sealed class SqliteStatsLaws() : StatsLaws(new SqliteEngine());

/// <summary>The laws of statistics on MongoDB.</summary>
public sealed class MongoStatsLaws() : StatsLaws(new Mongo.MongoEngine());
