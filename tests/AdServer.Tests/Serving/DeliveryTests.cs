using System.Diagnostics;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Serving;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AdServer.Tests.Serving;

/// <summary>Deliveries are counted once, survive a store that is away and a change of day, and cost nothing to record.</summary>
public sealed class DeliveryTests
{
    private static readonly Package App = new("com.example.app", 1);
    private static readonly UtcDay Today = UtcDay.Of(ServingData.Noon);

    private readonly CatalogAd ad = ServingData.Catalog(1).Ads.Single();
    private readonly Delivery delivery = new();
    private readonly MemoryServingStore store = new();

    [Fact]
    public async Task Totals_replace_totals_so_that_flushing_again_changes_nothing()
    {
        using var writer = Writer();
        Record(ServingData.Noon, fills: 3, noFills: 2);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        Record(ServingData.Noon, fills: 1, noFills: 0);
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(4, Assert.Single(store.Deliveries).Value);
        Assert.Equal((6, 4), Assert.Single(store.Requests).Value);
        Assert.Equal(4, store.Writes);
    }

    [Fact]
    public async Task Each_process_has_its_own_totals()
    {
        using var first = Writer();
        Record(ServingData.Noon, fills: 2, noFills: 0);
        await first.FlushAsync(TestContext.Current.CancellationToken);

        var later = new Delivery();
        later.Record(App, ad, ServingData.Noon);
        using var second = Writer(later);
        await second.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, store.Deliveries.Keys.Select(key => key.Process).Distinct().Count());
        Assert.Equal(3, store.Deliveries.Values.Sum());
    }

    [Fact]
    public async Task What_a_store_that_is_away_missed_goes_with_the_next_flush()
    {
        using var writer = Writer();
        Record(ServingData.Noon, fills: 1, noFills: 1);
        store.IsAway = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => writer.FlushAsync(TestContext.Current.CancellationToken));
        Record(ServingData.Noon, fills: 1, noFills: 0);
        store.IsAway = false;
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, Assert.Single(store.Deliveries).Value);
        Assert.Equal((3, 2), Assert.Single(store.Requests).Value);
    }

    [Fact]
    public async Task What_is_left_at_shutdown_is_written()
    {
        using var writer = Writer();
        await writer.StartAsync(TestContext.Current.CancellationToken);
        Record(ServingData.Noon, fills: 1, noFills: 0);
        await writer.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, Assert.Single(store.Deliveries).Value);
    }

    [Fact]
    public async Task A_running_server_writes_every_second()
    {
        await using var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        await new Sdk(host).NextAdAsync();

        var started = Stopwatch.StartNew();
        while ((await new Portal(host).AdStatsAsync(adId)).Number("deliveries") == 0)
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(30), "Nothing was written");
            host.Clock.Advance(new ServingSettings().FlushEvery);
        }

        Assert.Equal(1, (await new Portal(host).AdStatsAsync(adId)).Number("deliveries"));
    }

    [Fact]
    public async Task Midnight_loses_nothing_and_a_day_is_forgotten_once_it_was_written()
    {
        using var writer = Writer();
        var midnight = Today.AddDays(1).Start;
        Record(midnight.AddMilliseconds(-1), fills: 2, noFills: 0);
        Record(midnight, fills: 1, noFills: 1);
        store.IsAway = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => writer.FlushAsync(TestContext.Current.CancellationToken));
        Assert.Equal([Today, Today.AddDays(1)], delivery.Days);

        store.IsAway = false;
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal([Today.AddDays(1)], delivery.Days);
        Assert.Equal([(Today, 2), (Today.AddDays(1), 1)], store.Deliveries.Select(row => (row.Key.Day, row.Value)).Order());
    }

    [Fact]
    public async Task A_clock_that_is_set_back_over_midnight_does_not_begin_yesterday_anew()
    {
        using var writer = Writer();
        Record(ServingData.Noon, fills: 5, noFills: 0);
        Record(ServingData.Noon.AddDays(1), fills: 1, noFills: 0);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        Record(ServingData.Noon, fills: 1, noFills: 0);
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal([(Today, 5), (Today.AddDays(1), 2)], store.Deliveries.Select(row => (row.Key.Day, row.Value)).Order());
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_record_while_it_is_flushed()
    {
        using var writer = Writer();
        var recorders = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Record(ServingData.Noon, fills: 5000, noFills: 5000))).ToArray();
        while (!Array.TrueForAll(recorders, recorder => recorder.IsCompleted))
        {
            await writer.FlushAsync(TestContext.Current.CancellationToken);
            await Task.Yield();
        }

        await Task.WhenAll(recorders);
        await writer.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(20_000, Assert.Single(store.Deliveries).Value);
        Assert.Equal((40_000, 20_000), Assert.Single(store.Requests).Value);
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        Record(ServingData.Noon, fills: 1000, noFills: 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Record(ServingData.Noon, fills: 1000, noFills: 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Record(DateTimeOffset now, int fills, int noFills)
    {
        for (var number = 0; number < fills + noFills; number++)
        {
            delivery.Record(App, number < fills ? ad : null, now);
        }
    }

    private DeliveryWriter Writer(Delivery? of = null) =>
        new(of ?? delivery, ServingData.Delivered(new MemoryDeliveredStore()), store, new ServingSettings(), TimeProvider.System, NullLogger<DeliveryWriter>.Instance);
}
