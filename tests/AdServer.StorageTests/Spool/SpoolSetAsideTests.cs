using AdServer.Events;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using AdServer.Web.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Spool;

/// <summary>An engine that is there and refuses an event for what it holds: that one is kept, said, and in nobody's way.</summary>
public sealed class SpoolSetAsideTests : IDisposable
{
    /// <summary>MongoDB's number for a document that a validator forbids.</summary>
    private const int Forbidden = 121;

    private readonly PlainServer server = new();
    private readonly SpoolHost host;
    private readonly SpoolHost other;

    public SpoolSetAsideTests()
    {
        (host, other) = (new SpoolHost(server), new SpoolHost(server));
        server.Refuses = document => document["adId"] == "bad" ? Forbidden : null;
    }

    public void Dispose()
    {
        host.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task What_the_engine_refuses_is_set_aside_and_all_others_count()
    {
        AdEvent[] batch = [.. Enumerable.Range(0, 40).Select(number => Event(number is 7 or 8 or 31 ? "bad" : "a1", id: $"{number}"))];

        Assert.All(await host.AppendAsync(batch), outcome => Assert.Equal(AppendOutcome.Stored, outcome));
        Assert.Null(host.Journal.Outage.Since);
        await host.DrainAsync();

        Assert.Equal((0L, 3L, Forbidden), (host.Spool.State.Events, host.Spool.State.SetAside, host.Spool.State.Refusal));
        Assert.Equal(37, await host.CountAsync());
        Assert.Equal([AppendOutcome.Stored], await host.AppendAsync(Event()));
        Assert.Equal(38, await host.CountAsync());
    }

    [Fact]
    public async Task It_ends_an_outage_in_which_it_came_first()
    {
        server.IsAway = true;
        await host.AppendAsync(Event("bad"));
        server.IsAway = false;

        await host.DrainAsync();

        Assert.Null(host.Journal.Outage.Since);
        Assert.Equal((0L, 1L), (host.Spool.State.Events, host.Spool.State.SetAside));
    }

    [Fact]
    public async Task Statistics_are_incomplete_on_every_host_until_it_counts()
    {
        await SetAsideAsync();
        Assert.Equal((false, false), (await host.IsCompleteAsync(), await other.IsCompleteAsync()));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.DrainAsync();
        Assert.False(await other.IsCompleteAsync());

        server.Refuses = _ => null;
        host.Restart();
        await host.DrainAsync();

        Assert.Equal((true, true), (await host.IsCompleteAsync(), await other.IsCompleteAsync()));
        Assert.Equal(2, await host.CountAsync());
        Assert.Equal([AppendOutcome.Duplicate], await host.AppendAsync(Event("bad", id: "x")));
    }

    [Fact]
    public async Task One_that_is_still_refused_is_set_aside_again_and_once_however_often_it_comes()
    {
        await SetAsideAsync();
        await host.AppendAsync(Event("bad", id: "x"));
        await host.DrainAsync();
        host.Restart();
        await host.DrainAsync();

        Assert.Equal((0L, 1L), (host.Spool.State.Events, host.Spool.State.SetAside));
    }

    [Fact]
    public async Task An_operator_may_discard_it()
    {
        await SetAsideAsync();
        using (var session = SqliteSession.Open(host.File, readOnly: false))
        {
            Assert.Equal(1, session.Number("SELECT count(*) FROM set_aside WHERE code = 121 AND words = 'as the server says' AND event_id = 'x'"));
            session.Execute("DELETE FROM set_aside");
        }

        host.Restart();
        await host.DrainAsync();

        Assert.True(host.Spool.State.HoldsNothing);
        Assert.True(await other.IsCompleteAsync());
    }

    [Fact]
    public async Task It_is_tried_again_each_hour()
    {
        await SetAsideAsync();
        server.Refuses = _ => null;
        host.Clock.Advance(TimeSpan.FromMinutes(59));
        await host.DrainAsync();
        Assert.Equal(1, host.Spool.State.SetAside);

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.DrainAsync();

        Assert.True(host.Spool.State.HoldsNothing);
        Assert.Equal(2, await host.CountAsync());
    }

    [Fact]
    public async Task What_is_refused_before_it_is_sent_keeps_nobody_waiting_either()
    {
        server.IsAway = true;
        await host.AppendAsync(Event(), Event("bad"), Event());
        server.IsAway = false;
        server.Refuses = document => document["adId"] == "bad" ? throw new ArgumentException("no Unicode") : null;

        await host.DrainAsync();

        Assert.Equal((0L, 1L, 0), (host.Spool.State.Events, host.Spool.State.SetAside, host.Spool.State.Refusal));
        Assert.Equal(2, await host.CountAsync());
    }

    [Fact]
    public async Task It_counts_as_seen_at_the_next_start()
    {
        await SetAsideAsync();

        Assert.Contains(await host.Stats.ReadPackageAdsAsync(Token).ToListAsync(Token), set => set.AdIds.Contains("bad"));
    }

    [Fact]
    public async Task Health_and_metrics_say_how_many_and_what_to_do()
    {
        using var collector = new MeterCollector(host.Meters, NullLogger<MeterCollector>.Instance);
        host.Metrics.Observe(host.Spool, host.Clock);
        await SetAsideAsync();

        var health = await new SpoolHealth(host.Spool, host.Journal, host.Drainer).CheckHealthAsync(new HealthCheckContext(), Token);

        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.StartsWith(
            $"MongoDB refuses 1 events for what they hold (error 121): they are set aside in {host.File}", health.Description, StringComparison.Ordinal);
        Assert.Contains("\nadserver_spool_set_aside 1\n", collector.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_that_each_statement_meets_is_an_engine_that_is_away_and_nothing_is_set_aside()
    {
        server.Refuses = _ => 14031;

        await host.AppendAsync(Event(), Event());
        await Assert.ThrowsAsync<Common.StoreUnavailableException>(host.DrainAsync);

        Assert.NotNull(host.Journal.Outage.Since);
        Assert.Contains("no room left on its disk", host.Journal.Outage.Reason, StringComparison.Ordinal);
        Assert.Equal((2L, 0L), (host.Spool.State.Events, host.Spool.State.SetAside));
    }

    [Fact]
    public async Task A_code_that_nobody_knows_is_an_engine_that_is_away_and_nothing_is_set_aside()
    {
        (server.IsAway, server.AwayCode) = (true, 4711);

        await host.AppendAsync(Event(), Event());
        await Assert.ThrowsAsync<Common.StoreUnavailableException>(host.DrainAsync);

        Assert.Equal((2L, 0L), (host.Spool.State.Events, host.Spool.State.SetAside));
    }

    private async Task SetAsideAsync()
    {
        await host.AppendAsync(Event(), Event("bad", id: "x"));
        // The batch that was refused is given up when it is a few seconds old.
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.DrainAsync();
    }
}
