using AdServer.Commands;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary>Comparing raw events with what was derived from them, and deriving it again.</summary>
public sealed class LedgerTests
{
    private static readonly UtcDay Day = UtcDay.Parse("2026-11-21");

    private static AdEvent Event(string ad, string package, EventType type = EventType.View, long watched = 1000) => new()
    {
        AdId = ad,
        PerformerId = "p",
        PackageName = package,
        Timestamp = "t",
        Day = Day,
        Type = type,
        WatchDuration = watched,
        CreatedAt = Day.Start,
    };

    private static RollUp Counted(params AdEvent[] events) => RollUp.Of(events);

    [Fact]
    public void Equal_counts_have_no_difference()
    {
        AdEvent[] events = [Event("a", "x"), Event("a", "y", EventType.Click), Event("b", "x", EventType.Exit)];

        Assert.Empty(Ledger.Compare(new DayLedger(3, Counted(events), Counted(events), Counted(events))));
    }

    [Fact]
    public void A_missing_row_is_found_in_each_table()
    {
        var raw = Counted(Event("a", "x"), Event("b", "x"));

        var differences = Ledger.Compare(new DayLedger(3, raw, Counted(Event("a", "x")), Counted(Event("b", "x"))));

        var one = new DayCounts(1, 0, 0, 0, 1000);
        Assert.Equal(
            [
                new Difference(LedgerTable.DailyAdStats, Day, "b", "p", "", one, default),
                new Difference(LedgerTable.DailyPackageStats, Day, "b", "p", "x", one, default),
                new Difference(LedgerTable.EventsByDay, Day, "a", "p", "x", one, default),
            ],
            differences);
    }

    [Fact]
    public void A_row_that_nothing_raw_stands_behind_is_a_difference()
    {
        var raw = Counted(Event("a", "x"));

        var difference = Assert.Single(Ledger.Compare(new DayLedger(3, raw, raw, Counted(Event("a", "x"), Event("a", "z", EventType.Skip)))));

        Assert.Equal((LedgerTable.EventsByDay, "z", default, 1L), (difference.Table, difference.Package, difference.Raw, difference.Derived.Skips));
    }

    [Fact]
    public void A_millisecond_makes_a_difference()
    {
        var raw = Counted(Event("a", "x", watched: 1000));
        var derived = Counted(Event("a", "x", watched: 1001));

        Assert.Equal(
            [LedgerTable.DailyAdStats, LedgerTable.DailyPackageStats],
            Ledger.Compare(new DayLedger(3, raw, derived, raw)).Select(difference => difference.Table));
    }

    [Fact]
    public async Task Verify_ends_with_one_line_when_all_is_equal()
    {
        using var console = new TextConsole();
        var counts = Counted(Event("a", "x"), Event("a", "x", EventType.Click));
        var ledger = new FakeLedger { Days = { [Day] = new(7, counts, counts, counts), [Day.AddDays(1)] = new(9, new(), new(), new()) } };

        var code = await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(DaySpan.All, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Equal(["2 days, 2 events: raw equals rolled up (position 7)"], console.Lines);
    }

    [Fact]
    public async Task Verify_names_each_difference()
    {
        using var console = new TextConsole();
        var raw = Counted(Event("a", "[red]x[/]"), Event("a", "[red]x[/]", EventType.Click));
        var derived = Counted(Event("a", "[red]x[/]"));
        var ledger = new FakeLedger { Days = { [Day] = new(7, raw, derived, raw) }, PackageAds = [("[x", "a", true), ("y", "a", false)] };

        var code = await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(DaySpan.All, TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
        Assert.Equal(
            [
                "2026-11-21, ad a of performer p: daily_ad_stats says 1 views, 0 clicks, 0 skips, 0 exits, 1000 ms, raw events say 1 views, 1 clicks, 0 skips, 0 exits, 1000 ms",
                "2026-11-21, ad a of performer p, package [red]x[/]: daily_package_stats says 1 views, 0 clicks, 0 skips, 0 exits, 1000 ms, raw events say 1 views, 1 clicks, 0 skips, 0 exits, 1000 ms",
                "ad a, package [x: package_ads misses the ad, raw events have it",
                "ad a, package y: package_ads has the ad, no raw event does",
                "1 days, 2 events: 4 differences (position 7)",
            ],
            console.Lines);
    }

    [Fact]
    public async Task Invalid_traffic_is_compared_by_reason_in_rows_and_buckets()
    {
        using var console = new TextConsole();
        var (raw, derived) = (Counted(Event("a", "x") with { Flaw = TrafficFlaw.NotDelivered }), Counted(Event("a", "x")));

        await new VerifyCommand(new FakeLedger { Days = { [Day] = new(7, raw, derived, derived) } }, new WaitingJournal(0), console.Console)
            .RunAsync(DaySpan.All, TestContext.Current.CancellationToken);

        const string counts = "says 0 views, 0 clicks, 0 skips, 0 exits, 0 ms, raw events say 1 views, 0 clicks, 0 skips, 0 exits, 1000 ms";
        Assert.Equal(
            [
                $"2026-11-21, ad a of performer p, package x, invalid: notDelivered: daily_invalid_stats {counts}",
                $"2026-11-21, ad a of performer p, package x, invalid: notDelivered: events_by_day {counts}",
                "1 days, 1 events: 2 differences (position 7)",
            ],
            console.Lines);
    }

    [Fact]
    public async Task Verify_prints_a_hundred_differences_and_counts_all()
    {
        using var console = new TextConsole();
        var ledger = new FakeLedger { PackageAds = [.. Enumerable.Range(0, 250).Select(number => ("x", $"ad{number}", true))] };

        var code = await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(DaySpan.All, TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
        Assert.Equal(101, console.Lines.Length);
        Assert.Equal("0 days, 0 events: 250 differences (position 0), the first 100 are above", console.Lines[^1]);
    }

    [Fact]
    public async Task Verify_that_is_interrupted_says_what_it_found_and_how_to_go_on()
    {
        using var console = new TextConsole();
        using var interruption = new CancellationTokenSource();
        var (raw, none) = (Counted(Event("a", "x")), new RollUp());
        var ledger = new FakeLedger
        {
            Days = { [Day] = new(7, raw, none, raw), [Day.AddDays(1)] = new(8, raw, raw, raw), [Day.AddDays(2)] = new(9, raw, raw, raw) },
            Reading = day =>
            {
                if (day == Day.AddDays(2))
                {
                    interruption.Cancel();
                }
            },
        };

        var code = await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(new DaySpan(To: Day.AddDays(5)), interruption.Token);

        Assert.Equal(130, code);
        Assert.Equal(3, console.Lines.Length);
        Assert.Equal(
            "Interrupted after 2 days, 2 events: 2 differences (position 7). Go on with: verify --to 2026-11-26 --after 2026-11-22", console.Lines[^1]);
    }

    [Fact]
    public async Task Verify_goes_on_after_a_day_and_the_store_may_go_away_meanwhile()
    {
        using var console = new TextConsole();
        var raw = Counted(Event("a", "x"));
        var ledger = new FakeLedger
        {
            Days = { [Day] = new(7, raw, new(), raw), [Day.AddDays(1)] = new(8, raw, raw, raw), [Day.AddDays(2)] = new(9, raw, raw, raw) },
            Reading = day => _ = day == Day.AddDays(2) ? throw new StoreUnavailableException("The store is away") : 0,
        };

        var code = await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(new DaySpan(After: Day), TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        Assert.Equal(
            ["The store is away, after 1 days, 1 events: raw equals rolled up (position 8). Go on with: verify --after 2026-11-22"], console.Lines);
    }

    [Fact]
    public async Task A_range_of_days_is_compared_without_the_package_sets_which_belong_to_no_day()
    {
        using var console = new TextConsole();
        var raw = Counted(Event("a", "x"));
        var ledger = new FakeLedger { Days = { [Day] = new(7, raw, raw, raw), [Day.AddDays(1)] = new(8, raw, new(), raw) }, PackageAds = [("x", "a", true)] };

        Assert.Equal(0, await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(new DaySpan(To: Day), TestContext.Current.CancellationToken));
        Assert.Equal(["1 days, 1 events: raw equals rolled up (position 7)"], console.Lines);
    }

    [Fact]
    public async Task Verify_and_rebuild_begin_with_the_first_day_whose_raw_events_are_kept_and_say_so()
    {
        using var console = new TextConsole();
        var raw = Counted(Event("a", "x"));
        var ledger = new FakeLedger { Days = { [Day] = new(7, new(), raw, new()), [Day.AddDays(1)] = new(8, raw, raw, raw) }, RawSince = new([Day.AddDays(1)]) };

        Assert.Equal(0, await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(DaySpan.All, TestContext.Current.CancellationToken));
        Assert.Equal(0, await new RebuildCommand(ledger, MemoryAudit.NewLog(), console.Console, TimeProvider.System).RunAsync(DaySpan.All, TestContext.Current.CancellationToken));

        Assert.Equal(
            [
                "Raw events are kept since 2026-11-22; earlier days are not compared.",
                "1 days, 1 events: raw equals rolled up (position 8)",
                "Raw events are kept since 2026-11-22; earlier days cannot be derived again, and stay as they are.",
            ],
            console.Lines[..3]);
        Assert.Equal(["package sets", "2026-11-22"], ledger.Rebuilt);
    }

    [Fact]
    public async Task Earlier_days_alone_are_neither_compared_nor_rebuilt()
    {
        using var console = new TextConsole();
        var ledger = new FakeLedger { Days = { [Day] = new(7, new(), new(), new()) }, RawSince = new([Day.AddDays(1)]) };
        var earlier = new DaySpan(From: Day.AddDays(-9), To: Day);

        Assert.Equal(2, await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(earlier, TestContext.Current.CancellationToken));
        Assert.Equal(1, await new RebuildCommand(ledger, MemoryAudit.NewLog(), console.Console, TimeProvider.System).RunAsync(earlier, TestContext.Current.CancellationToken));

        Assert.Equal(2, console.Lines.Length);
        Assert.Empty(ledger.Rebuilt);
    }

    [Fact]
    public async Task What_verify_finds_of_a_day_that_is_removed_meanwhile_is_no_difference()
    {
        using var console = new TextConsole();
        var raw = Counted(Event("a", "x"));
        var ledger = new FakeLedger
        {
            Days = { [Day] = new(7, new(), raw, raw), [Day.AddDays(1)] = new(8, raw, raw, raw) },
            RawSince = new([null, null, Day.AddDays(1)]),
        };

        Assert.Equal(0, await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(DaySpan.All, TestContext.Current.CancellationToken));
        Assert.Equal(["1 days, 1 events: raw equals rolled up (position 8)"], console.Lines);
    }

    [Fact]
    public async Task Verify_says_how_many_events_wait_to_be_rolled_up_and_were_not_compared()
    {
        using var console = new TextConsole();
        var raw = Counted(Event("a", "x"));
        var ledger = new FakeLedger { Days = { [Day] = new(7, raw, raw, raw) } };

        Assert.Equal(0, await new VerifyCommand(ledger, new WaitingJournal(117), console.Console).RunAsync(new DaySpan(To: Day), TestContext.Current.CancellationToken));
        Assert.Equal(
            ["1 days, 1 events: raw equals rolled up (position 7); 117 events after it are not rolled up yet, and not compared"], console.Lines);
    }

    [Fact]
    public async Task Verify_names_totals_that_differ_and_says_which_it_could_not_compare()
    {
        using var console = new TextConsole();
        var (one, two) = (new DayCounts(1, 0, 0, 0, 5), new DayCounts(2, 0, 0, 0, 5));
        var ledger = new FakeLedger
        {
            Days = { [Day] = new(7, new(), new(), new()), [Day.AddDays(1)] = new(8, new(), new(), new()) },
            Totals = { [Day] = new(6, one, two, one), [Day.AddDays(1)] = null },
        };

        Assert.Equal(1, await new VerifyCommand(ledger, new WaitingJournal(0), console.Console).RunAsync(DaySpan.All, TestContext.Current.CancellationToken));
        Assert.Equal(
            [
                "2026-11-21: reports say 2 views, 0 clicks, 0 skips, 0 exits, 5 ms, by package 1 views, 0 clicks, 0 skips, 0 exits, 5 ms, "
                    + "the rows of daily_ad_stats sum up to 1 views, 0 clicks, 0 skips, 0 exits, 5 ms",
                "2 days, 0 events: 1 differences (position 6); the totals of 1 days were never at rest, and not compared",
            ],
            console.Lines);
    }

    [Fact]
    public async Task Rebuild_of_a_day_derives_no_other_and_no_package_sets()
    {
        using var console = new TextConsole();
        var ledger = new FakeLedger { Days = { [Day] = new(1, new(), new(), new()), [Day.AddDays(1)] = new(1, new(), new(), new()) } };

        var code = await new RebuildCommand(ledger, MemoryAudit.NewLog(), console.Console, TimeProvider.System)
            .RunAsync(new DaySpan(Day, Day), TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Equal(["2026-11-21"], ledger.Rebuilt);
        Assert.StartsWith("1 days were derived again from raw events in ", Assert.Single(console.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rebuild_derives_the_package_sets_first_and_then_every_day()
    {
        using var console = new TextConsole();
        var ledger = new FakeLedger { Days = { [Day] = new(1, new(), new(), new()), [Day.AddDays(1)] = new(1, new(), new(), new()) } };

        var code = await new RebuildCommand(ledger, MemoryAudit.NewLog(), console.Console, TimeProvider.System).RunAsync(DaySpan.All, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Equal(["package sets", "2026-11-21", "2026-11-22"], ledger.Rebuilt);
        Assert.StartsWith("2 days and the package sets were derived again from raw events in ", Assert.Single(console.Lines), StringComparison.Ordinal);
    }
}
