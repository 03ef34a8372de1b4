using AdServer.Common;
using AdServer.Storage.Mongo;
using AdServer.Storage.Spool;
using AdServer.Storage.Sqlite;
using AdServer.Web.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Spool;

/// <summary>What a spool says of itself: in statistics on every host, in metrics, on the health page, at the start.</summary>
public sealed class SpoolReportTests : IDisposable
{
    private readonly PlainServer server = new();
    private readonly SpoolHost host;
    private readonly SpoolHost other;

    public SpoolReportTests() => (host, other) = (new SpoolHost(server), new SpoolHost(server));

    public void Dispose()
    {
        host.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task Statistics_are_incomplete_while_this_host_has_events_in_its_spool()
    {
        Assert.True(await host.IsCompleteAsync());
        await SpoolAsync(host);

        Assert.False(await host.IsCompleteAsync());
        await host.DrainAsync();

        Assert.True(await host.IsCompleteAsync());
    }

    [Fact]
    public async Task Statistics_are_incomplete_on_other_hosts_from_before_the_drain_until_it_is_over()
    {
        await SpoolAsync(host);
        await host.Marks.MarkAsync(host.Spool.State, Token);

        Assert.False(await other.IsCompleteAsync());
        var mark = Assert.Single(server.List(MongoSpools.Collection));
        Assert.Equal((host.Spool.Id, 3L, Noon.UtcDateTime), (mark["_id"].AsString, mark["events"].ToInt64(), mark["since"].ToUniversalTime()));
        await host.DrainAsync();

        Assert.True(await other.IsCompleteAsync());
        Assert.Empty(server.List(MongoSpools.Collection));
    }

    [Fact]
    public async Task A_host_that_dies_before_it_takes_its_mark_away_does_so_after_its_restart()
    {
        await SpoolAsync(host);
        await host.Marks.MarkAsync(host.Spool.State, Token);
        while (await host.Journal.DrainAsync(1, Token))
        {
        }

        host.Restart();
        Assert.False(await other.IsCompleteAsync());
        await host.DrainAsync();

        Assert.True(await other.IsCompleteAsync());
    }

    [Fact]
    public async Task A_mark_that_is_taken_away_late_stays_if_it_is_a_newer_one()
    {
        var old = host.Spool.State;
        await SpoolAsync(host);
        await host.Marks.MarkAsync(host.Spool.State, Token);
        await host.Marks.ClearAsync(old, Token);

        Assert.False(await other.IsCompleteAsync());
    }

    [Fact]
    public async Task What_is_in_the_spool_counts_as_seen_at_the_next_start()
    {
        server.IsAway = true;
        await host.AppendAsync(Event("a1", package: "x"), Event("a2", package: "x"), Event("a1", package: "x"), Event("a3") with { IsOtherPackage = true });
        server.IsAway = false;
        host.Restart();

        var sets = await host.Stats.ReadPackageAdsAsync(Token).ToListAsync(Token);

        Assert.Equal(["(other) a3", "x a1", "x a2"], sets.SelectMany(set => set.AdIds.Select(ad => $"{set.Package} {ad}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_metrics_show_size_and_age_and_what_went_through()
    {
        using var collector = new MeterCollector(host.Meters, NullLogger<MeterCollector>.Instance);
        host.Metrics.Observe(host.Spool, host.Clock);
        await SpoolAsync(host);
        host.Clock.Advance(Noon.AddSeconds(90) - host.Clock.GetUtcNow());

        var text = collector.Read();
        await host.DrainAsync();
        var after = collector.Read();

        AssertMetrics(text, "adserver_spool_events 3", "adserver_spool_age_seconds 90", "adserver_spool_spooled_total 3", "adserver_spool_drained_total 0");
        Assert.Contains($"adserver_spool_size_bytes {host.Spool.State.Bytes}", after, StringComparison.Ordinal);
        AssertMetrics(after, "adserver_spool_events 0", "adserver_spool_age_seconds 0", "adserver_spool_spooled_total 3", "adserver_spool_drained_total 3");
    }

    [Fact]
    public async Task The_health_page_says_since_when_the_engine_is_away_how_many_events_wait_and_what_to_do()
    {
        var health = new SpoolHealth(host.Spool, host.Journal, host.Drainer);
        var context = new HealthCheckContext();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(context, Token)).Status);
        await SpoolAsync(host);

        var away = await health.CheckHealthAsync(context, Token);
        host.Restart();
        var back = await new SpoolHealth(host.Spool, host.Journal, host.Drainer).CheckHealthAsync(context, Token);

        Assert.Equal((HealthStatus.Degraded, HealthStatus.Degraded), (away.Status, back.Status));
        Assert.StartsWith($"MongoDB is away since 2026-11-21T12:00:00.0000000+00:00: 3 events wait in {host.File}", away.Description, StringComparison.Ordinal);
        Assert.Contains("The MongoDB server took longer than it was given (error 50)", away.Description, StringComparison.Ordinal);
        Assert.StartsWith("3 events are on their way", back.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spool_that_another_server_has_stops_the_start()
    {
        var fault = Assert.Throws<StartException>(() => SqliteSpool.Open(host.File, SpoolHost.RoomForAll));

        Assert.Equal(
            $"The spool {host.File} is in use by another server. Stop that one first, or set Storage:SpoolPath to another file.", fault.Message);
    }

    [Fact]
    public void A_file_that_is_no_spool_stops_the_start()
    {
        var path = host.File + ".other";
        SqliteDatabase.Open(path, Storage.StorageAccess.Serve, SqliteSchema.Store).Dispose();

        var fault = Assert.Throws<StartException>(() => SqliteSpool.Open(path, SpoolHost.RoomForAll));

        Assert.Equal($"{path} is a database of another program. Set Storage:SpoolPath to a file of its own.", fault.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8192)]
    public async Task A_damaged_spool_stops_the_start_and_says_how_to_save_what_is_in_it(int from)
    {
        server.IsAway = true;
        await host.AppendAsync([.. Enumerable.Range(0, 500).Select(number => Event(id: $"{number}"))]);
        var path = $"{host.File}.damaged";
        host.Restart();
        var bytes = await File.ReadAllBytesAsync(host.File, Token);
        Array.Fill(bytes, (byte)0x5a, from, bytes.Length - from);
        await File.WriteAllBytesAsync(path, bytes, Token);

        var fault = Assert.Throws<StartException>(() => SqliteSpool.Open(path, SpoolHost.RoomForAll));

        Assert.Contains("is damaged", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"sqlite3 {path} .recover | sqlite3 {path}.saved", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data/adserver.db", null, "/srv/ads/data/adserver.spool.db")]
    [InlineData("/var/lib/ads.db", null, "/var/lib/ads.spool.db")]
    [InlineData("/var/lib/ads.db", "waiting.db", "/srv/ads/waiting.db")]
    public void The_spool_is_beside_the_store_unless_it_has_a_place_of_its_own(string path, string? spoolPath, string expected) =>
        Assert.Equal(expected, new Storage.StorageSettings { Path = path, SpoolPath = spoolPath }.SpoolFile("/srv/ads"));

    [Fact]
    public void A_folder_in_the_place_of_the_spool_stops_the_start() =>
        Assert.Contains(
            "Storage:SpoolPath",
            Assert.Throws<StartException>(() => SqliteSpool.Open(Path.GetDirectoryName(host.File)!, SpoolHost.RoomForAll)).Message,
            StringComparison.Ordinal);

    /// <summary>Puts three events into a spool; the engine is back then.</summary>
    private async Task SpoolAsync(SpoolHost some)
    {
        server.IsAway = true;
        await some.AppendAsync(Event(id: "a"), Event(), Event());
        server.IsAway = false;
    }

    private static void AssertMetrics(string text, params string[] lines) =>
        Assert.All(lines, line => Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal));
}
