using AdServer.Events;
using AdServer.Stats;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>Rules can be changed, and history rated by the new ones: net counts follow, gross counts never do, and raw equals rolled up.</summary>
public abstract class RatingLaws : IAsyncLifetime
{
    private static readonly StatsQuery Net = new() { Traffic = TrafficChoice.Net };

    private readonly TestEngine engine;

    private protected RatingLaws(TestEngine engine) => this.engine = engine;

    public async ValueTask InitializeAsync()
    {
        await engine.OpenAsync();
        await engine.AddDeliveredAdsAsync();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return engine.DisposeAsync();
    }

    [Fact]
    public async Task Rated_by_the_rules_of_its_receipt_history_stays_as_it_is()
    {
        var events = RatingScene.SomeEvents(seed: 1, count: 300, RatingScene.Mild);
        await AppendAsync(events);
        await engine.RollAllAsync(20);

        Assert.Equal($"{events.Count(one => one.Day == Today)}: ", await engine.RateAsync(RatingScene.Mild));
        Assert.Equal($"{events.Count(one => one.Day != Today)}: ", await engine.RateAsync(RatingScene.Mild, day: Today.AddDays(-1)));
        Assert.Equal(InvalidCounts.Flaws, events.Select(one => one.Flaw).Where(flaw => flaw != TrafficFlaw.None).Distinct().Order());
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task Rated_by_other_rules_it_changes_net_counts_and_nothing_else_and_back_again()
    {
        var events = RatingScene.SomeEvents(seed: 2, count: 300, RatingScene.Mild);
        var strict = RatingScene.SomeEvents(seed: 2, count: 300, RatingScene.Strict);
        await AppendAsync(events);
        await engine.RollAllAsync(20);
        var gross = await engine.ReadTotalAsync();

        await RateAllAsync(RatingScene.Strict);
        await AssertAsync(strict, gross);
        Assert.NotEqual(Sum(events), Sum(strict));

        await engine.ReopenAsync();
        await RateAllAsync(RatingScene.Mild);
        await AssertAsync(events, gross);
    }

    [Fact]
    public async Task It_says_how_many_events_changed_from_which_reason_to_which_and_done_again_changes_nothing()
    {
        await engine.AppendAsync(
            Event(watched: 8000), Event(watched: 8000) with { Flaw = TrafficFlaw.Rate, DeviceId = "d" }, Event() with { UserAgent = "curl/8" },
            Event("a2") with { Flaw = TrafficFlaw.NotDelivered }, Event() with { Flaw = TrafficFlaw.Robot, UserAgent = "app" });
        await engine.RollAllAsync();

        Assert.Equal(
            "5: 1 None > Robot, 1 None > ImpossibleWatch, 1 Robot > None, 1 Rate > ImpossibleWatch", await engine.RateAsync(RatingScene.Strict));
        Assert.Equal("5: ", await engine.RateAsync(RatingScene.Strict));
        Assert.Equal("0: ", await engine.RateAsync(RatingScene.Strict, day: Today.AddDays(1)));
    }

    [Fact]
    public async Task An_event_whose_device_is_gone_keeps_what_it_had_for_the_sake_of_its_device_and_nothing_else()
    {
        await engine.AppendAsync(
            Event() with { Flaw = TrafficFlaw.Repeat }, Event() with { Flaw = TrafficFlaw.Rate }, Event() with { Flaw = TrafficFlaw.ImpossibleWatch },
            Event() with { Flaw = TrafficFlaw.Robot },
            Event() with { Flaw = TrafficFlaw.Repeat, DeviceId = "d" });
        await engine.RollAllAsync();

        Assert.Equal("5: 1 ImpossibleWatch > None, 1 Repeat > None", await engine.RateAsync(RatingScene.Mild));
        Assert.Equal((2, 1, 1), await ReadAsync(invalid => (invalid.Repeat, invalid.Rate)));
    }

    [Fact]
    public async Task What_is_not_rolled_up_yet_and_what_is_of_a_removed_ad_stays_as_it_was_rated()
    {
        await engine.Catalog.AddAdAsync(Ad("gone"), Token);
        var robot = Event() with { Flaw = TrafficFlaw.Robot, UserAgent = "app" };
        await engine.AppendAsync(robot, robot with { AdId = "gone" });
        await engine.RollAllAsync();
        await engine.AppendAsync(robot);
        await engine.Catalog.RemoveAdAsync("gone", Noon, Token);

        Assert.Equal("2: 1 Robot > None", await engine.RateAsync(RatingScene.Mild));
        Assert.Equal((1, 1, 0), await ReadAsync(invalid => (invalid.Robot, invalid.Rate)));
        await engine.RollAllAsync();
        await engine.SweepAllAsync();
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal("2: 1 Robot > None", await engine.RateAsync(RatingScene.Mild));
        Assert.Empty(await engine.VerifyAsync());
    }

    [Fact]
    public async Task It_works_while_events_come_and_are_rolled_up_and_no_gross_count_is_ever_other()
    {
        var appended = 0;
        for (var round = 0; round < 6; round++)
        {
            var events = RatingScene.SomeEvents(round, 60, RatingScene.Mild);
            await AppendAsync(events);
            appended += events.Count;
            var rolling = engine.RollAllAsync(maxEvents: 7);
            var rating = engine.RateAsync(round % 2 == 0 ? RatingScene.Strict : RatingScene.Mild);
            do
            {
                Assert.Equal(appended, (await engine.ReadTotalAsync()).Events.Events);
            }
            while (!rolling.IsCompleted || !rating.IsCompleted);
            await Task.WhenAll(rolling, rating);
        }

        Assert.Empty(await engine.VerifyAsync());
        await RateAllAsync(RatingScene.Strict);
        Assert.Empty(await engine.VerifyAsync());
        Assert.Equal(appended, (await engine.ReadTotalAsync()).Events.Events);
    }

    /// <summary>Rows that were emptied are like rows that never were: a copy compares them.</summary>
    [Fact]
    public async Task What_counts_as_valid_again_is_in_net_reports_as_if_it_always_had()
    {
        await engine.AppendAsync(Event() with { Flaw = TrafficFlaw.ImpossibleWatch }, Event() with { Flaw = TrafficFlaw.Rate, DeviceId = "d" });
        await engine.RollAllAsync();
        await engine.RateAsync(RatingScene.Mild);

        foreach (var groups in new StatsGroup[][] { [], [StatsGroup.Ad], [StatsGroup.Ad, StatsGroup.Day], [StatsGroup.Package] })
        {
            var query = new StatsQuery { GroupBy = groups };
            Assert.Equal((await engine.Stats.ReadAsync(query, Token)).Rows, (await engine.Stats.ReadAsync(query with { Traffic = TrafficChoice.Net }, Token)).Rows);
        }
    }

    [Fact]
    public async Task A_day_whose_raw_events_are_not_kept_is_not_touched()
    {
        await engine.AppendAsync(Event() with { UserAgent = "curl/8" }, Event() with { Flaw = TrafficFlaw.Rate, DeviceId = "d" });
        await engine.RollAllAsync();
        await engine.Retention.RaiseRawSinceAsync(Today.AddDays(1), Token);

        await engine.RateAsync(RatingScene.Mild);

        Assert.Equal((1, 0, 1), await ReadAsync(invalid => (invalid.Robot, invalid.Rate)));
    }

    /// <summary>An erased device leaves neither its identity nor its header behind, and what they were rated by stays.</summary>
    [Fact]
    public async Task What_an_erased_device_reported_stays_rated_as_it_was()
    {
        await engine.AppendAsync(
            Event() with { UserAgent = "curl/8", Flaw = TrafficFlaw.Robot, DeviceId = "d" }, Event() with { Flaw = TrafficFlaw.Rate, DeviceId = "d" });
        await engine.RollAllAsync();
        await engine.Devices.Erase("d").StepAsync(Token);

        Assert.Equal("2: ", await engine.RateAsync(RatingScene.Mild));
        Assert.Equal((0, 1, 1), await ReadAsync(invalid => (invalid.Robot, invalid.Rate)));
        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>Two hosts rate by other rules: whoever comes last to an event decides, and what follows from events does follow.</summary>
    [Fact]
    public async Task Rated_by_two_at_once_a_day_is_right_when_one_rates_it_again()
    {
        var events = RatingScene.SomeEvents(seed: 5, count: 200, RatingScene.Mild);
        await AppendAsync(events);
        await engine.RollAllAsync(20);
        var gross = await engine.ReadTotalAsync();

        await Task.WhenAll(RateAllAsync(RatingScene.Strict), RateAllAsync(RatingScene.Mild));
        await RateAllAsync(RatingScene.Mild);

        await AssertAsync(events, gross);
    }

    private async Task AppendAsync(IReadOnlyList<AdEvent> events)
    {
        foreach (var batch in events.Chunk(20))
        {
            await engine.AppendAsync(batch);
        }
    }

    private async Task RateAllAsync(TrafficSettings settings)
    {
        await engine.RateAsync(settings);
        await engine.RateAsync(settings, day: Today.AddDays(-1));
    }

    /// <summary>Net counts are those of events that were rated so at their receipt.</summary>
    private async Task AssertAsync(IReadOnlyList<AdEvent> rated, Measures gross)
    {
        var net = await engine.ReadTotalAsync(Net);
        Assert.Equal(Sum(rated), InvalidResponse.Of(net.Invalid, counts => counts.Events));
        Assert.Equal(gross.Events, net.Events + net.Invalid!.All);
        Assert.Equal(gross, await engine.ReadTotalAsync());
        Assert.Empty(await engine.VerifyAsync());
    }

    private static InvalidResponse Sum(IReadOnlyList<AdEvent> rated) => InvalidResponse.Of(
        rated.Where(one => one.Flaw != TrafficFlaw.None).Select(one => InvalidCounts.Of(one.Flaw, DayCounts.Of(one))).Aggregate((sum, one) => sum + one),
        counts => counts.Events);

    /// <summary>How many events count, and how many do not for two reasons.</summary>
    private async Task<(long, long, long)> ReadAsync(Func<InvalidResponse, (long, long)> reasons)
    {
        var net = await engine.ReadTotalAsync(Net);
        var (first, second) = reasons(InvalidResponse.Of(net.Invalid, counts => counts.Events));
        return (net.Events.Events, first, second);
    }
}

/// <summary>The laws of rating anew on SQLite.</summary>
public sealed class SqliteRatingLaws() : RatingLaws(new SqliteEngine());

/// <summary>The laws of rating anew on MongoDB.</summary>
public sealed class MongoRatingLaws() : RatingLaws(new Mongo.MongoEngine());
