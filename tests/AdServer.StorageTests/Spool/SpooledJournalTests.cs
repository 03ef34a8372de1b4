using AdServer.Common;
using AdServer.Events;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Spool;

/// <summary>What happens to events while the engine is away: they are kept, answered, and counted once when it is back.</summary>
public sealed class SpooledJournalTests : IDisposable
{
    private readonly PlainServer server = new();
    private readonly SpoolHost host;

    public SpooledJournalTests() => host = new SpoolHost(server);

    public void Dispose() => host.Dispose();

    [Fact]
    public async Task While_the_engine_takes_events_none_goes_to_the_spool()
    {
        Assert.Equal([AppendOutcome.Stored, AppendOutcome.Duplicate], await host.AppendAsync(Event(id: "a"), Event(id: "a")));

        Assert.True(host.Spool.IsEmpty);
        Assert.Equal((0L, null), (host.Spool.Added, host.Journal.Outage.Since));
        Assert.Equal(1, await host.CountAsync());
    }

    [Fact]
    public async Task What_the_engine_does_not_take_is_kept_as_it_is_and_counts_when_it_is_back()
    {
        AdEvent[] events =
        [
            Event(id: "a"),
            Event("a2", EventType.Click, package: "p\0😀", day: -3) with { DeviceId = "d", IsOtherPackage = true, Flaw = TrafficFlaw.Robot, UserAgent = "curl/8 😀" },
            Event(watched: 77),
        ];
        server.IsAway = true;

        Assert.All(await host.AppendAsync(events), outcome => Assert.Equal(AppendOutcome.Stored, outcome));
        var kept = (await host.Spool.ReadAsync(10, Token)).Events;
        server.IsAway = false;
        await host.DrainAsync();

        Assert.Equal(events, kept.Select(one => one with { Identity = null }));
        Assert.Equal([false, true, true], kept.Select(one => one.Identity is not null));
        Assert.Equal(3, await host.CountAsync());
        Assert.True(host.Spool.IsEmpty);
        Assert.Equal((3L, 3L, null), (host.Spool.Added, host.Spool.Removed, host.Journal.Outage.Since));
    }

    [Fact]
    public async Task A_spool_of_the_second_schema_keeps_what_waits_in_it_and_then_flaws_also_of_what_is_set_aside()
    {
        var path = $"{host.File}.second";
        var (before, after) = (Event(id: "a"), Event(id: "b") with { Flaw = TrafficFlaw.Robot, UserAgent = "curl/8", IsVerified = true });
        using (var old = SqliteSpool.Open(path, SpoolHost.RoomForAll))
        {
            await old.AddAsync([before], Token);
        }

        using (var session = SqliteSession.Open(path, readOnly: false))
        {
            session.Execute(
                """
                ALTER TABLE ad_events DROP COLUMN flaw; ALTER TABLE ad_events DROP COLUMN user_agent;
                ALTER TABLE set_aside DROP COLUMN flaw; ALTER TABLE set_aside DROP COLUMN user_agent;
                ALTER TABLE ad_events DROP COLUMN verified; ALTER TABLE set_aside DROP COLUMN verified; PRAGMA user_version = 2
                """);
        }

        using var spool = SqliteSpool.Open(path, SpoolHost.RoomForAll);
        await spool.AddAsync([after], Token);
        Assert.Equal([before, after], (await spool.ReadAsync(10, Token)).Events);
        await spool.SetAsideAsync(1, "words", Token);
        await spool.SetAsideAsync(1, "words", Token);
        await spool.TakeBackAsync(Token);
        Assert.Equal([before, after], (await spool.ReadAsync(10, Token)).Events);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ad_events")]
    public async Task What_waited_until_its_day_was_closed_is_late_however_early_it_was_received_or_first_tried(string? lastCarriedOut)
    {
        (server.IsAway, server.FallsSilentAfter) = (lastCarriedOut is null, lastCarriedOut);
        await host.AppendAsync(Event(), Event(day: -3) with { Revision = 1 });
        host.Clock.Advance(DayClosing.ClosedAt(Today, 5) - host.Clock.GetUtcNow());
        server.IsAway = false;

        await host.DrainAsync();

        Assert.Equal(2, await host.CountAsync());
        Assert.Equal(0, await CountUpToAsync(DayClosing.ClosedAt(Today, 5)));
        Assert.Equal(2, await CountUpToAsync(DayClosing.ClosedAt(Today, 6)));
    }

    [Fact]
    public async Task While_the_engine_is_away_nobody_waits_for_it_again()
    {
        server.IsAway = true;
        await host.AppendAsync(Event());
        var asked = server.Asked;

        for (var number = 0; number < 5; number++)
        {
            await host.AppendAsync(Event(), Event());
        }

        Assert.Equal(asked, server.Asked);
        Assert.Equal(11, host.Spool.State.Events);
    }

    [Theory]
    [InlineData("ad_events")]
    [InlineData("journal")]
    public async Task An_append_that_was_carried_out_without_an_answer_is_not_counted_twice(string lastCarriedOut)
    {
        server.FallsSilentAfter = lastCarriedOut;

        await host.AppendAsync(Event(id: "a"), Event(), Event());
        server.IsAway = false;
        // The batch is given up only when it is a few seconds old.
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.DrainAsync();

        Assert.Equal(3, server.List("ad_events").Count);
        Assert.Equal(3, await host.CountAsync());
        Assert.True(host.Spool.IsEmpty);
    }

    [Fact]
    public async Task One_eventId_before_during_and_after_an_outage_counts_once()
    {
        Assert.Equal([AppendOutcome.Stored], await host.AppendAsync(Event(id: "a")));
        server.IsAway = true;
        Assert.Equal([AppendOutcome.Stored, AppendOutcome.Duplicate, AppendOutcome.Stored], await host.AppendAsync(Event(id: "a"), Event(id: "a"), Event(id: "b")));
        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Duplicate], await host.AppendAsync(Event(id: "b"), Event(id: "a")));
        server.IsAway = false;
        await host.DrainAsync();

        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Duplicate], await host.AppendAsync(Event(id: "a"), Event(id: "b")));
        Assert.Equal(2, await host.CountAsync());
    }

    [Fact]
    public async Task Of_many_parallel_appends_of_one_eventId_to_the_spool_one_is_stored()
    {
        server.IsAway = true;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => host.AppendAsync(Event(id: "a")), Token)));

        Assert.Single(outcomes, outcome => outcome[0] == AppendOutcome.Stored);
        Assert.Equal(1, host.Spool.State.Events);
    }

    [Fact]
    public async Task After_a_restart_events_go_straight_to_the_engine_and_what_the_spool_holds_is_a_duplicate()
    {
        server.IsAway = true;
        await host.AppendAsync(Event(id: "a"), Event());
        server.IsAway = false;
        host.Restart();

        Assert.Equal(
            [AppendOutcome.Stored, AppendOutcome.Duplicate, AppendOutcome.Stored],
            await host.AppendAsync(Event(id: "b"), Event(id: "a"), Event()));
        Assert.Equal((2L, 2L), (host.Spool.State.Events, await host.CountAsync()));
        await host.DrainAsync();
        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Duplicate], await host.AppendAsync(Event(id: "b"), Event(id: "a")));

        Assert.Equal(4, await host.CountAsync());
    }

    [Fact]
    public async Task A_drainer_that_dies_between_appending_and_deleting_doubles_nothing()
    {
        server.IsAway = true;
        await host.AppendAsync(Event(id: "a"), Event(), Event());
        server.IsAway = false;
        await host.Engine.AppendAsync((await host.Spool.ReadAsync(2, Token)).Events, Token);
        host.Restart();

        Assert.Equal(3, host.Spool.State.Events);
        await host.DrainAsync();

        Assert.Equal(3, await host.CountAsync());
        Assert.True(host.Spool.IsEmpty);
    }

    [Fact]
    public async Task A_drain_that_is_broken_off_goes_on_where_it_was()
    {
        server.IsAway = true;
        await host.AppendAsync([.. Enumerable.Range(0, 2500).Select(number => Event(id: $"{number}"))]);
        server.IsAway = false;

        Assert.True(await host.Journal.DrainAsync(1000, Token));
        server.IsAway = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(host.DrainAsync);
        Assert.Equal(1500, host.Spool.State.Events);
        server.IsAway = false;
        await host.DrainAsync();

        Assert.Equal(2500, await host.CountAsync());
        Assert.Equal((0L, 2500L), (host.Spool.State.Events, host.Spool.Removed));
    }

    [Fact]
    public async Task An_engine_that_goes_away_again_while_the_spool_is_drained_loses_nothing()
    {
        server.IsAway = true;
        await host.AppendAsync(Event(id: "a"), Event(id: "b"));
        server.IsAway = false;
        Assert.True(await host.Journal.DrainAsync(1, Token));
        server.IsAway = true;

        Assert.Equal([AppendOutcome.Duplicate, AppendOutcome.Stored], await host.AppendAsync(Event(id: "b"), Event(id: "c")));
        Assert.NotNull(host.Journal.Outage.Since);
        server.IsAway = false;
        await host.DrainAsync();

        Assert.Equal(3, await host.CountAsync());
    }

    [Fact]
    public async Task A_full_spool_keeps_nothing_of_a_batch_and_takes_events_again_when_it_was_drained()
    {
        using var small = new SpoolHost(server, mostBytes: 100_000);
        server.IsAway = true;
        var batch = Enumerable.Range(0, 100).Select(_ => Event() with { DeviceId = new string('d', 100) }).ToArray();
        while (!small.Spool.IsFull)
        {
            await small.AppendAsync(batch);
        }

        var before = small.Spool.State.Events;
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => small.AppendAsync(batch));
        Assert.Contains("Storage:MaxSpoolBytes", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, small.Spool.State.Events);
        Assert.True(small.Spool.State.Bytes < 200_000, "It grows no further than by one batch");
        server.IsAway = false;
        await small.DrainAsync();
        server.IsAway = true;

        await small.AppendAsync(batch);
        Assert.Equal((100L, before), (small.Spool.State.Events, small.Spool.Removed));
    }

    [Fact]
    public async Task A_spool_that_takes_nothing_is_a_store_that_is_away_and_the_engine_is_asked_again()
    {
        var gone = SqliteSpool.Open($"{host.File}.gone", SpoolHost.RoomForAll);
        gone.Dispose();
        var journal = new SpooledJournal(host.Engine, gone, host.Clock, NullLogger<SpooledJournal>.Instance);
        server.IsAway = true;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => journal.AppendAsync([Event()], Token));
        server.IsAway = false;
        Assert.Equal([AppendOutcome.Stored], await journal.AppendAsync([Event()], Token));
    }

    private async Task<long> CountUpToAsync(DateTimeOffset time) =>
        (await host.Stats.ReadAsync(LateLaws.At(time), Token)).Total.Events.Events;
}
