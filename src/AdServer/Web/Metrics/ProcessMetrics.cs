using System.Diagnostics.Metrics;

namespace AdServer.Web.Metrics;

/// <summary>The basics of the process: how long it has run and what it uses.</summary>
internal sealed class ProcessMetrics
{
    public ProcessMetrics(IMeterFactory meters, TimeProvider clock)
    {
        var start = clock.GetTimestamp();
        var meter = meters.Create("AdServer.Process");
        meter.CreateObservableGauge("process.uptime", () => clock.GetElapsedTime(start).TotalSeconds, "s", "Time since the start");
        meter.CreateObservableGauge("process.resident_memory", () => Environment.WorkingSet, "By", "Physical memory in use");
        meter.CreateObservableCounter("process.cpu", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time used");
        meter.CreateObservableGauge("process.threads", () => ThreadPool.ThreadCount, null, "Threads of the pool");
        meter.CreateObservableGauge("dotnet.gc.heap", () => GC.GetTotalMemory(false), "By", "Managed memory in use");
        meter.CreateObservableCounter("dotnet.gc.collections", Collections, null, "Garbage collections by generation");
    }

    private static IEnumerable<Measurement<int>> Collections() =>
        Enumerable.Range(0, GC.MaxGeneration + 1)
            .Select(generation => new Measurement<int>(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", generation)));
}
