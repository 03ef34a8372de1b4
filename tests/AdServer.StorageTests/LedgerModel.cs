using AdServer.Events;
using AdServer.Stats;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests;

/// <summary>What can happen to a store.</summary>
internal enum LedgerAction
{
    Append,
    CloseRoll,
    Apply,
    ApplyTheLastAgain,
    Reopen,
}

/// <summary>One thing that happens: to these events, or to as many events as these and one more.</summary>
internal sealed record LedgerStep(LedgerAction Action, IReadOnlyList<AdEvent> Events)
{
    public override string ToString() => $"{Action}({string.Join(", ", Events.Select(one => $"{one.AdId} {one.Type} {one.EventId}"))})";
}

/// <summary>Takes steps on an empty store and keeps count by hand of what must be in it.</summary>
internal sealed class LedgerModel(TestEngine engine)
{
    private static readonly string[] Ads = ["a1", "a2", "a3"];

    /// <summary>Moments at which some days are open, some closed, and some revisions closed.</summary>
    private static readonly DateTimeOffset[] Times =
    [
        DayClosing.ClosedAt(Today.AddDays(-3)), DayClosing.ClosedAt(Today.AddDays(-2), 25), DayClosing.ClosedAt(Today, 1), DayClosing.ClosedAt(Today, 99),
    ];

    private readonly List<AdEvent> stored = [];
    private readonly HashSet<string> seen = [];
    private Roll? last;

    /// <summary>Any sequence of steps; few ids, so that many repeat.</summary>
    public static Gen<IReadOnlyList<LedgerStep>> SomeSteps { get; } =
        from steps in Gen.ListOf(
            from action in Gen.Elements(Enum.GetValues<LedgerAction>())
            from events in Gen.ListOf(SomeEvent())
            select new LedgerStep(action, [.. events]))
        select (IReadOnlyList<LedgerStep>)[.. steps];

    /// <summary>Takes the steps, then compares the store's answers with the count by hand.</summary>
    public async Task RunAsync(IReadOnlyList<LedgerStep> steps)
    {
        await engine.AddAdsAsync("p1", Ads);
        foreach (var step in steps)
        {
            await TakeAsync(step);
        }

        await CompareAsync();
        await engine.RollAllAsync(maxEvents: 7);
        await CompareAsync();
    }

    private static Gen<AdEvent> SomeEvent() =>
        from ad in Gen.Elements(Ads)
        from type in Gen.Elements(Enum.GetValues<EventType>())
        from id in Gen.Elements(null, "e1", "e2", "e3", "e4", "e5", "e6")
        from package in Gen.Elements("x", "y", "z\0", "\U0001F600")
        from other in Gen.Elements(false, false, true)
        from day in Gen.Choose(-3, 0)
        from watched in Gen.Choose(0, 100_000)
        from revision in Gen.Elements(0, 0, 0, 1, 2, 25, 40)
        from flaw in Gen.Elements(TrafficFlaw.None, TrafficFlaw.None, TrafficFlaw.Robot, TrafficFlaw.NotDelivered, TrafficFlaw.Rate)
        from verified in Gen.Elements(false, true)
        select Event(ad, type, id, package, day, watched) with { IsOtherPackage = other, Revision = revision, Flaw = flaw, IsVerified = verified };

    private Task TakeAsync(LedgerStep step) => step.Action switch
    {
        LedgerAction.Append => AppendAsync(step.Events),
        LedgerAction.CloseRoll => CloseAsync(step.Events.Count + 1),
        LedgerAction.Apply => ApplyAsync(step.Events.Count + 1),
        LedgerAction.ApplyTheLastAgain => last is null ? Task.CompletedTask : engine.Stats.ApplyAsync(last, Token),
        LedgerAction.Reopen => engine.ReopenAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private async Task AppendAsync(IReadOnlyList<AdEvent> events)
    {
        var outcomes = await engine.Journal.AppendAsync(events, Token);
        var expected = events.Select(one => one.EventId is null || seen.Add(one.EventId) ? AppendOutcome.Stored : AppendOutcome.Duplicate);
        Assert.Equal(expected.ToArray(), outcomes);
        stored.AddRange(events.Where((_, index) => outcomes[index] == AppendOutcome.Stored));
    }

    private async Task CloseAsync(int maxEvents) => last = await engine.Journal.NextRollAsync(maxEvents, Token) ?? last;

    private async Task ApplyAsync(int maxEvents)
    {
        if (await engine.Journal.NextRollAsync(maxEvents, Token) is { } roll)
        {
            last = roll;
            await engine.Stats.ApplyAsync(roll, Token);
        }
    }

    private async Task CompareAsync()
    {
        var expected = RollUp.Of(stored);
        var byAd = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad, StatsGroup.Day] }, Token);
        var byPackage = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Package, StatsGroup.Ad] }, Token);
        Assert.Equal(
            expected.AdDays.ToDictionary(row => new StatsKey(row.Key.AdId, $"{row.Key.Day}"), row => row.Value),
            byAd.Rows.ToDictionary(row => row.Key, row => row.Measures.Events));
        Assert.Equal(
            expected.PackageDays.GroupBy(row => new StatsKey(row.Key.Package, row.Key.AdId), row => row.Value)
                .ToDictionary(group => group.Key, group => group.Aggregate((left, right) => left + right)),
            byPackage.Rows.ToDictionary(row => row.Key, row => row.Measures.Events));
        Assert.Equal(stored.Count, (await engine.ReadTotalAsync()).Events.Events);
        Assert.Equal(
            expected.AdDays.Keys.ToDictionary(key => new StatsKey(key.AdId, $"{key.Day}"), HighestOf),
            byAd.Rows.ToDictionary(row => row.Key, row => row.Measures.Revision));
        foreach (var time in Times)
        {
            await CompareAsync(time);
        }

        await CompareNetAsync([StatsGroup.Ad, StatsGroup.Day], one => new StatsKey(one.AdId, $"{one.Day}"));
        await CompareNetAsync([StatsGroup.Package], one => new StatsKey(one.CountedPackage, string.Empty));
        await CompareNetAsync([], _ => StatsKey.None);
        await CompareVerifiedAsync([StatsGroup.Ad, StatsGroup.Day], one => new StatsKey(one.AdId, $"{one.Day}"));
        await CompareVerifiedAsync([StatsGroup.Package], one => new StatsKey(one.CountedPackage, string.Empty));
        await CompareVerifiedAsync([], _ => StatsKey.None);

        Assert.Empty(await engine.VerifyAsync());
    }

    /// <summary>Sums up to a time: what a later event adds is in none of them.</summary>
    private async Task CompareAsync(DateTimeOffset time)
    {
        var inTime = stored.Where(one => DayClosing.ClosedAt(one.Day, one.Revision) <= time).ToList();
        var view = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = [StatsGroup.Ad] }.At(time, time), Token);
        Assert.Equal(
            RollUp.Of(inTime).AdDays.GroupBy(row => row.Key.AdId, row => row.Value).ToDictionary(
                group => group.Key, group => group.Aggregate((left, right) => left + right)),
            view.Rows.Where(row => row.Measures.Events != default).ToDictionary(row => row.Key.First, row => row.Measures.Events));
        Assert.Equal(inTime.Count, view.Total.Events.Events);
    }

    /// <summary>Net counts and what they leave out: each event is in one of the two.</summary>
    private async Task CompareNetAsync(IReadOnlyList<StatsGroup> groups, Func<AdEvent, StatsKey> keyOf)
    {
        var view = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = groups, Traffic = TrafficChoice.Net }, Token);
        foreach (var row in view.Rows)
        {
            var events = stored.Where(one => keyOf(one) == row.Key).ToLookup(one => one.Flaw, DayCounts.Of);
            DayCounts Sum(TrafficFlaw flaw) => events[flaw].Aggregate(default(DayCounts), (sum, one) => sum + one);
            Assert.Equal(Sum(TrafficFlaw.None), row.Measures.Events);
            Assert.Equal(
                (Sum(TrafficFlaw.Robot), Sum(TrafficFlaw.NotDelivered), Sum(TrafficFlaw.Rate)),
                (row.Measures.Invalid?.Robot ?? default, row.Measures.Invalid?.NotDelivered ?? default, row.Measures.Invalid?.Rate ?? default));
        }

        Assert.Equal(stored.Select(keyOf).Distinct().Count(), view.Rows.Count(row => row.Key != StatsKey.None || stored.Count > 0));
        Assert.Equal(stored.Count(one => one.Flaw == TrafficFlaw.None), view.Total.Events.Events);
    }

    /// <summary>Verified counts: those of the events that are verified and have no flaw; the rows are those of all events.</summary>
    private async Task CompareVerifiedAsync(IReadOnlyList<StatsGroup> groups, Func<AdEvent, StatsKey> keyOf)
    {
        var view = await engine.Stats.ReadAsync(new StatsQuery { GroupBy = groups, Traffic = TrafficChoice.Verified }, Token);
        var verified = stored.Where(one => one.IsVerified && one.Flaw == TrafficFlaw.None).ToList();
        foreach (var row in view.Rows)
        {
            Assert.Equal(verified.Where(one => keyOf(one) == row.Key).Aggregate(default(DayCounts), (sum, one) => sum + DayCounts.Of(one)), row.Measures.Events);
            Assert.Null(row.Measures.Invalid);
        }

        Assert.Equal(stored.Select(keyOf).Distinct().Count(), view.Rows.Count(row => row.Key != StatsKey.None || stored.Count > 0));
        Assert.Equal(verified.Count, view.Total.Events.Events);
    }

    private int HighestOf(AdDay day) => stored.Where(one => one.AdId == day.AdId && one.Day == day.Day).Max(one => one.Revision);
}
