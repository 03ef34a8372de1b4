using AdServer.Catalog;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.Storage.Mongo;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using AdServer.StorageTests.Copying;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>
/// Each write of removals and sweeps, of deliveries and requests, of a spool that is drained, of a rebuild and of rating anew has each accident
/// that a write can have: what is left is the same as without it.
/// </summary>
public sealed class MongoUpkeepAccidentTests : IAsyncLifetime
{
    private const string Kept = "kept";

    private readonly MongoEngine engine = new();

    public static TheoryData<string> Accidents => WriteAccidents.Names;

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddAdsAsync("p1", Kept);
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    /// <summary>An event is on its way when its ad is removed, and is rolled up after a sweep: the ad is swept once more.</summary>
    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task What_a_removed_ad_left_behind_goes_and_nothing_else(string accident)
    {
        var writes = await TellAllAsync(
            accident,
            prepare: async number =>
            {
                await AddAdAsync(number);
                await engine.AppendAsync(Event(Ad(number), id: $"e{number}"), Event(Ad(number), EventType.Exit), Event(Kept, EventType.Exit));
                await engine.Serving.ReplaceDeliveriesAsync($"process {number}", [new(Ad(number), Today, 5), new(Kept, Today, 1)], [], Token);
                await engine.RollAllAsync();
            },
            tell: async number =>
            {
                await engine.AppendAsync(Event(Ad(number), EventType.Click));
                await DeliverAsync(number, "before");
                Assert.Equal(ChangeOutcome.Done, await engine.Catalog.RemoveAdAsync(Ad(number), Noon, Token));
                await engine.SweepAllAsync();
                await engine.RollAllAsync();
                await DeliverAsync(number, "after");
                await engine.SweepAllAsync();
            },
            judge: async number =>
            {
                Assert.True(await engine.CountTracesAsync(Ad(number)) == 0, $"An accident of write {number} left traces");
                Assert.Equal([AppendOutcome.Duplicate], await engine.AppendAsync(Event(Kept, id: $"e{number}")));
                var kept = await engine.ReadTotalAsync();
                Assert.Equal((number + 1, number + 1, number + 1), (kept.Events.Exits, kept.Events.Events, kept.Deliveries));
            });

        Assert.True(writes > 15, $"Only {writes} writes were reached");
        Assert.Empty(await engine.VerifyAsync());
    }

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task Deliveries_and_requests_are_counted_exactly(string accident)
    {
        var writes = await TellAllAsync(
            accident,
            prepare: AddAdAsync,
            tell: async number =>
            {
                await ReplaceAsync(number, 5);
                await ReplaceAsync(number, 7);
            },
            judge: async number =>
            {
                var total = await engine.ReadTotalAsync();
                Assert.Equal((7 * (number + 1), 14 * (number + 1), 7 * (number + 1)), (total.Deliveries, total.Requests, total.Fills));
            });

        Assert.True(writes >= 5, $"Only {writes} writes were reached");
    }

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task What_was_handed_out_is_known(string accident)
    {
        var writes = await TellAllAsync(
            accident,
            prepare: AddAdAsync,
            tell: number => DeliverAsync(number, $"x{number}"),
            judge: async number =>
            {
                Assert.Equal(2 * (number + 1), (await DeliveredLaws.ReadAsync(engine)).Count);
                Assert.Equal(2, (await engine.Delivered.FindDeliveredAdsAsync([($"x{number}", Ad(number)), ($"x{number}", Kept)], Token)).Sum(set => set.AdIds.Count));
            });

        Assert.True(writes >= 2, $"Only {writes} writes were reached");
    }

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task A_spool_is_drained_exactly_and_its_mark_goes(string accident)
    {
        await using var host = engine.Open(StorageAccess.Serve);
        await host.OpenStorageAsync();
        var spool = host.GetRequiredService<SqliteSpool>();
        var writes = await TellAllAsync(
            accident,
            prepare: number => spool.AddAsync([Event(Kept, id: $"e{number}"), MongoEvents.Identify(Event(Kept, EventType.Exit), Noon)], Token),
            tell: _ => host.GetRequiredService<SpoolDrainService>().DrainAsync(Token),
            judge: async number =>
            {
                var view = await engine.Stats.ReadAsync(new StatsQuery(), Token);
                Assert.True(spool.IsEmpty && view.IsComplete, $"An accident of write {number} left a mark");
                Assert.Equal((number + 1, number + 1), (view.Total.Events.Views, view.Total.Events.Exits));
            });

        Assert.True(writes >= 4, $"Only {writes} writes were reached");
        await engine.RollAllAsync();
        Assert.Empty(await engine.VerifyAsync());
    }

    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task A_rebuild_puts_right_what_is_wrong_and_nothing_else(string accident)
    {
        var writes = await TellAllAsync(
            accident,
            prepare: async number =>
            {
                await AddAdAsync(number);
                var (spoiled, absent, strange) = (Ad(number), $"absent{number}", $"strange{number}");
                await engine.Catalog.AddAdAsync(Samples.Ad(absent), Token);
                await engine.AppendAsync(Event(spoiled, package: $"x{number}"), Event(absent), Event(Kept));
                await engine.RollAllAsync();
                await engine.SpoilAdRowAsync(spoiled);
                await engine.SpoilBucketsAsync(spoiled);
                await engine.DeleteRowsAsync(absent);
                await engine.AddStrangeRowsAsync(strange, "p1");
                await engine.SpoilPackageAdsAsync($"x{number}");
            },
            tell: async _ =>
            {
                await engine.Ledger.RebuildDayAsync(Today, 1000, Token);
                await engine.Ledger.RebuildPackageAdsAsync(Token);
            },
            judge: async number =>
            {
                Assert.Empty(await engine.VerifyAsync(mostKeys: 1000));
                Assert.Equal(3 * (number + 1), (await engine.ReadTotalAsync()).Events.Views);
            });

        Assert.True(writes >= 6, $"Only {writes} writes were reached");
    }

    /// <summary>New events come as the rules of before rated them; the others have their new flaws already.</summary>
    [Theory]
    [MemberData(nameof(Accidents))]
    public async Task Rated_anew_a_day_is_what_the_rules_say_and_gross_counts_stay(string accident)
    {
        await engine.Delivered.AddDeliveredAdsAsync([new PackageAds("com.example.app", [Kept])], Token);
        var events = 0;
        var writes = await TellAllAsync(
            accident,
            prepare: async number =>
            {
                await engine.AppendAsync(Event(Kept, watched: 9000), Event(Kept, id: $"e{number}", watched: 9000) with { Flaw = TrafficFlaw.Robot, UserAgent = "app" }, Event(Kept, watched: 2), Event(Kept, EventType.Exit));
                await engine.RollAllAsync();
                events += 4;
            },
            tell: async _ => await engine.RateAsync(RatingScene.Strict),
            judge: async _ =>
            {
                Assert.Empty(await engine.VerifyAsync(mostKeys: 1000));
                var net = await engine.ReadTotalAsync(new StatsQuery { Traffic = TrafficChoice.Net });
                Assert.Equal(events, (await engine.ReadTotalAsync()).Events.Events);
                Assert.Equal((events / 2, events / 2), (net.Events.Events, net.Invalid!.ImpossibleWatch.Events));
            });

        Assert.True(writes >= 3, $"Only {writes} writes were reached");
    }

    /// <summary>Killed at each of its writes, before or after it was carried out, and done again by another.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_anywhere_rating_anew_is_done_again_by_another(bool isExecuted)
    {
        await engine.Delivered.AddDeliveredAdsAsync([new PackageAds("com.example.app", [Kept])], Token);
        var (events, deaths) = (0, 0);
        for (var isDone = false; !isDone;)
        {
            await engine.AppendAsync(Event(Kept, watched: 9000), Event(Kept, EventType.Click));
            await engine.RollAllAsync();
            events += 2;
            isDone = await TryRateAsync(deaths + 1, isExecuted);
            deaths += isDone ? 0 : 1;
            Assert.Equal(events, (await engine.ReadTotalAsync()).Events.Events);
            await engine.RateAsync(RatingScene.Strict);
            Assert.Empty(await engine.VerifyAsync(mostKeys: 1000));
            Assert.Equal(events / 2, (await engine.ReadTotalAsync(new StatsQuery { Traffic = TrafficChoice.Net })).Events.Events);
            Assert.Equal(events, (await engine.ReadTotalAsync()).Events.Events);
        }

        Assert.True(deaths >= 3, $"It was killed {deaths} times only");
    }

    private async Task<bool> TryRateAsync(int writes, bool isExecuted)
    {
        var commands = new MongoRetry(new MortalCommands(engine.Commands, writes, isExecuted), TimeProvider.System, TimeSpan.FromSeconds(30), MongoChance.Next);
        try
        {
            await engine.RateAsync(RatingScene.Strict, new MongoRatingStore(commands, engine.Clock));
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
    }

    private static string Ad(int number) => $"a{number}";

    private Task AddAdAsync(int number) => engine.Catalog.AddAdAsync(Samples.Ad(Ad(number)), Token);

    private Task DeliverAsync(int number, string package) =>
        engine.Delivered.AddDeliveredAdsAsync([new PackageAds(package, [Ad(number), Kept])], Token);

    private Task ReplaceAsync(int number, int total) => engine.Serving.ReplaceDeliveriesAsync(
        $"process {number}", [new(Ad(number), Today, total)], [new($"x{number}", Today, 2 * total, total)], Token);

    private Task<int> TellAllAsync(string accident, Func<int, Task> prepare, Func<int, Task> tell, Func<int, Task> judge) =>
        WriteAccidents.TellAllAsync(engine.Faults, accident, prepare, tell, judge);
}
