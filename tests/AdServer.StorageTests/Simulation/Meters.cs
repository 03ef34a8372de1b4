using System.Diagnostics.Metrics;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Spool;
using Microsoft.Extensions.DependencyInjection;

namespace AdServer.StorageTests.Simulation;

/// <summary>Metrics that nobody reads, one set for all worlds.</summary>
internal static class Meters
{
    private static readonly IMeterFactory Factory = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    public static EventMetrics OfEvents { get; } = new(Factory);

    public static StatsMetrics OfStats { get; } = new(Factory);

    public static SpoolMetrics OfSpool { get; } = new(Factory);
}
