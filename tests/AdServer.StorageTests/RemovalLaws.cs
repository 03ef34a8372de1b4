using AdServer.Serving;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Law 6: a removed ad is gone from every report at once, and what it left behind goes slice by slice.</summary>
public abstract class RemovalLaws : IAsyncLifetime
{
    private readonly TestEngine engine;

    private protected RemovalLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync() => await engine.OpenAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task A_removed_ad_is_in_no_report_from_the_mark_on()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event("a1"), Event("a2"));
        await engine.Serving.ReplaceDeliveriesAsync("one", [new DeliveryTotal("a1", Today, 7)], [], Token);
        await engine.RollAllAsync();
        await engine.AppendAsync(Event("a1"), Event("a2"));
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);

        foreach (var group in Enum.GetValues<StatsGroup>())
        {
            var view = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [group] }, Token);
            Assert.Equal((2, 0), (view.Total.Events.Events, view.Total.Deliveries));
        }

        await engine.Serving.ReplaceDeliveriesAsync("one", [new DeliveryTotal("a1", Today, 8)], [], Token);
        Assert.Equal(0, (await engine.ReadTotalAsync()).Deliveries);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Sweeping_leaves_nothing_of_the_ad_and_all_of_the_others_over_any_restart()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        for (var round = 0; round < 40; round++)
        {
            await engine.AppendAsync(Event("a1", day: -round % 5, package: $"x{round}"), Event("a2", day: -round % 5, package: $"x{round}"));
            await engine.RollAllAsync();
        }

        await engine.Serving.ReplaceDeliveriesAsync(
            "one", [.. Enumerable.Range(0, 20).SelectMany(day => new DeliveryTotal[] { new("a1", Today.AddDays(-day), 7), new("a2", Today.AddDays(-day), 5) })], [], Token);
        await engine.Delivered.AddDeliveredAdsAsync([.. Enumerable.Range(0, 20).Select(number => new PackageAds($"x{number}", ["a1", "a2"]))], Token);
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        var slices = 0;
        while (await engine.Sweep.SweepRemovedAsync(7, Token))
        {
            await (++slices % 3 == 0 ? engine.ReopenAsync() : Task.CompletedTask);
        }

        Assert.True(slices > 40 / 7);
        Assert.Equal(0, await engine.CountTracesAsync("a1"));
        Assert.Equal(40, (await engine.ReadTotalAsync()).Events.Views);
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task An_event_is_deleted_only_once_its_roll_was_applied_and_what_arrives_later_is_swept_too()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync(Event("a1", id: "e1"));
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        await engine.SweepAllAsync();
        Assert.Equal(1, await engine.CountTracesAsync("a1"));

        await engine.RollAllAsync();
        await engine.SweepAllAsync();
        Assert.Equal(0, await engine.CountTracesAsync("a1"));

        Assert.Equal([Events.AppendOutcome.Duplicate, Events.AppendOutcome.Stored], await engine.AppendAsync(Event("a1", id: "e1"), Event("a1", id: "e2")));
        await engine.RollAllAsync();
        Assert.Equal(1, await engine.CountTracesAsync("a1"));
        await engine.SweepAllAsync();
        Assert.Equal(0, await engine.CountTracesAsync("a1"));
    }

    [Fact]
    public async Task An_event_that_is_rolled_while_a_sweep_is_under_way_is_swept_as_well()
    {
        await engine.AddAdsAsync("p1", "a1");
        await engine.AppendAsync([.. Enumerable.Range(0, 10).Select(_ => Event("a1"))]);
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);

        while (await engine.Sweep.SweepRemovedAsync(2, Token))
        {
            if ((await engine.Journal.ReadLagAsync(Token)).Roll < 8)
            {
                await engine.AppendAsync(Event("a1"));
                await engine.RollAllAsync();
            }
        }

        Assert.Equal(0, await engine.CountTracesAsync("a1"));
    }

    [Fact]
    public async Task A_position_is_never_given_twice_also_after_the_newest_events_were_swept()
    {
        await engine.AddAdsAsync("p1", "a1", "a2");
        await engine.AppendAsync(Event("a1"), Event("a1"));
        await engine.RollAllAsync();
        await engine.Catalog.RemoveAdAsync("a1", Noon, Token);
        await engine.SweepAllAsync();
        await engine.ReopenAsync();
        await engine.AppendAsync(Event("a2"));

        var roll = await engine.Journal.NextRollAsync(10, Token);
        Assert.Equal((2, 1), (roll!.Number, roll.Events.Count));
        Assert.Equal(1, (await engine.ReadTotalAsync()).Events.Views);
    }
}

/// <summary>The laws of removal on SQLite.</summary>
public sealed class SqliteRemovalLaws() : RemovalLaws(new SqliteEngine());

/// <summary>The laws of removal on MongoDB.</summary>
public sealed class MongoRemovalLaws() : RemovalLaws(new Mongo.MongoEngine());
