using System.Diagnostics;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Serving;
using AdServer.Stats;
using AdServer.Tests.Serving;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AdServer.Tests;

/// <summary>A background part outlives whatever its store does (an exception that leaves it would stop the server), and says so once.</summary>
public sealed class BackgroundFailureTests : IDisposable
{
    private readonly CapturedLog log = new();
    private readonly ILoggerFactory loggers;
    private readonly ManualClock clock = new(ServingData.Noon);
    private readonly MemoryServingStore store = new();

    public BackgroundFailureTests() => loggers = LoggerFactory.Create(builder => builder.AddProvider(log));

    public static TheoryData<bool> Faults => [true, false];

    public void Dispose()
    {
        loggers.Dispose();
        log.Dispose();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Deliveries_are_written_when_the_store_is_back(bool expected)
    {
        var delivery = new Delivery();
        var settings = new ServingSettings();
        using var writer = new DeliveryWriter(delivery, ServingData.Delivered(new MemoryDeliveredStore()), store, settings, clock, loggers.CreateLogger<DeliveryWriter>());
        delivery.Record(new Package("com.example.app", 1), ServingData.Catalog(1).Ads.Single(), ServingData.Noon);

        await FailsAWhileAsync(writer, settings.FlushEvery, expected);

        Assert.Equal(1, Assert.Single(store.Deliveries).Value);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task The_sweep_goes_on_when_the_store_is_back(bool expected)
    {
        var settings = new StatsSettings();
        using var sweep = new SweepService(store, settings, clock, loggers.CreateLogger<SweepService>());

        await FailsAWhileAsync(sweep, settings.SweepEvery, expected);

        await sweep.SweepAsync(TestContext.Current.CancellationToken);
    }

    private async Task FailsAWhileAsync(BackgroundService part, TimeSpan every, bool expected)
    {
        store.Fault = expected ? new StoreUnavailableException("away") : new InvalidOperationException("a mistake");
        await part.StartAsync(TestContext.Current.CancellationToken);
        var started = Stopwatch.StartNew();
        while (store.Failures < 3)
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(30), "It did not try again");
            clock.Advance(every);
            await Task.Yield();
        }

        store.Fault = null;
        await part.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(part.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Single(log.Warnings);
    }
}
