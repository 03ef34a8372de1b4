using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;

namespace AdServer.Web.Metrics;

/// <summary>
/// Collects what the meters of this host named <c>AdServer…</c> measure. A module needs no more than an instrument of
/// <see cref="IMeterFactory"/>; its name, unit and description become the name, suffix and help of the metric.
/// </summary>
internal sealed partial class MeterCollector : IDisposable
{
    private const string OurMeters = "AdServer";

    private readonly ConcurrentDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();
    private readonly Lock reading = new();
    private readonly ConcurrentBag<MetricFamily> observed = [];
    private readonly IMeterFactory meters;
    private readonly ILogger<MeterCollector> log;

    public MeterCollector(IMeterFactory meters, ILogger<MeterCollector> log)
    {
        (this.meters, this.log) = (meters, log);
        listener.InstrumentPublished = Subscribe;
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        listener.Start();
    }

    /// <summary>Adds a metric that is written without an instrument.</summary>
    public MetricFamily Add(MetricFamily family) => families.GetOrAdd(family.Name, family);

    /// <summary>All metrics as text, the observed ones asked now.</summary>
    public string Read()
    {
        lock (reading)
        {
            foreach (var family in observed)
            {
                family.Clear();
            }

            Observe();
            return PrometheusText.Write(families.Values);
        }
    }

    public void Dispose() => listener.Dispose();

    private void Observe()
    {
        try
        {
            listener.RecordObservableInstruments();
        }
        catch (AggregateException failure)
        {
            // The other instruments were asked all the same.
            LogObservationFailed(failure);
        }
    }

    private void Subscribe(Instrument instrument, MeterListener listening)
    {
        // Hosts that share a process, as in tests, each have their own factory.
        var ours = instrument.Meter.Name.StartsWith(OurMeters, StringComparison.Ordinal)
            && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters));
        if (!ours)
        {
            return;
        }

        var family = Add(InstrumentShape.FamilyOf(instrument));
        if (instrument.IsObservable)
        {
            observed.Add(family);
        }

        listening.EnableMeasurementEvents(instrument, family);
    }

    private void Listen<T>()
        where T : struct, INumber<T> =>
        listener.SetMeasurementEventCallback<T>(static (instrument, measured, tags, state) =>
            Take(instrument, double.CreateChecked(measured), tags, (MetricFamily)state!));

    private static void Take(Instrument instrument, double number, ReadOnlySpan<KeyValuePair<string, object?>> tags, MetricFamily family)
    {
        var cell = family.Cell(tags);
        if (family.Kind == MetricKind.Histogram)
        {
            cell.Observe(number);
        }
        else if (instrument.IsObservable || InstrumentShape.IsAbsolute(instrument))
        {
            cell.Set(number);
        }
        else
        {
            cell.Add(number);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A metric could not be read")]
    private partial void LogObservationFailed(Exception failure);
}
