using System.Diagnostics.Metrics;
using System.Text.Json;

namespace AdServer.Events;

/// <summary>What happens to events, in numbers.</summary>
internal sealed class EventMetrics
{
    private readonly Meter meter;
    private readonly Counter<long> events;
    private readonly Counter<long> otherPackages;
    private readonly Counter<long> flaws;
    private readonly Counter<long> proofs;
    private readonly Histogram<long> batchSize;
    private readonly Histogram<double> commitTime;
    private readonly KeyValuePair<string, object?>[] logged = Tags("logged", string.Empty);
    private readonly KeyValuePair<string, object?>[] duplicate = Tags("duplicate", string.Empty);
    private readonly KeyValuePair<string, object?>[] unavailable = Tags("unavailable", string.Empty);
    private readonly Dictionary<DropReason, KeyValuePair<string, object?>[]> rejected =
        DropReason.All.Append(DropReason.ForeignPackage).ToDictionary(reason => reason, reason => Tags("rejected", reason.Label));

    private readonly KeyValuePair<string, object?>[] flawed =
        [.. Enum.GetNames<TrafficFlaw>().Select(name => new KeyValuePair<string, object?>("flaw", JsonNamingPolicy.SnakeCaseLower.ConvertName(name)))];

    private readonly KeyValuePair<string, object?>[] proven =
        [.. Enum.GetNames<DeliveryProof>().Select(name => new KeyValuePair<string, object?>("outcome", JsonNamingPolicy.SnakeCaseLower.ConvertName(name)))];

    public EventMetrics(IMeterFactory meters)
    {
        meter = meters.Create("AdServer.Events");
        events = meter.CreateCounter<long>("adserver.events", "{event}", "Events by what they were answered and why");
        otherPackages = meter.CreateCounter<long>(
            "adserver.events.other_packages", "{event}", "Events of packages beyond Serving:MaxPackages, counted together");
        flaws = meter.CreateCounter<long>("adserver.events.flawed", "{event}", "Stored events that count as invalid traffic, by why");
        proofs = meter.CreateCounter<long>("adserver.events.deliveries", "{event}", "Accepted events that returned a signature of their delivery, by what it is worth");
        batchSize = meter.CreateHistogram<long>("adserver.events.batch_size", "{event}", "Events committed together");
        commitTime = meter.CreateHistogram<double>("adserver.events.commit_duration", "s", "Time of a commit, from when the store takes the batch");
    }

    /// <summary>Shows the events that wait.</summary>
    public void ObserveQueue(Func<int> waiting) =>
        meter.CreateObservableGauge("adserver.events.queue_depth", waiting, "{event}", "Events that wait for their commit");

    /// <summary>Shows how often a device was not watched because too many were.</summary>
    public void ObserveWindows(Func<long> unwatched) => meter.CreateObservableCounter(
        "adserver.events.unwatched", unwatched, "{event}", "Looks at a device's second or minute that were left out because Traffic:MaxDevices were watched");

    /// <summary>A batch was committed.</summary>
    /// <param name="count">Its events.</param>
    /// <param name="time">
    /// From when the store took it until its answer was there. What an event waited before is not in it: for other batches, and on SQLite for
    /// any other write.
    /// </param>
    public void Committed(int count, TimeSpan time)
    {
        batchSize.Record(count);
        commitTime.Record(time.TotalSeconds);
    }

    public void Accepted(AdEvent one) => otherPackages.Add(one.IsOtherPackage ? 1 : 0);

    public void Checked(DeliveryProof proof)
    {
        if (proof != DeliveryProof.None)
        {
            proofs.Add(1, proven[(int)proof]);
        }
    }

    public void Answered(AdEvent one, AppendOutcome outcome)
    {
        events.Add(1, outcome == AppendOutcome.Stored ? logged : duplicate);
        if (one.Flaw != TrafficFlaw.None && outcome == AppendOutcome.Stored)
        {
            flaws.Add(1, flawed[(int)one.Flaw]);
        }
    }

    public void Rejected(DropReason reason) => events.Add(1, reason == DropReason.Undecided ? unavailable : rejected[reason]);

    public void Unavailable(int count) => events.Add(count, unavailable);

    private static KeyValuePair<string, object?>[] Tags(string outcome, string reason) =>
        reason.Length == 0 ? [new("outcome", outcome)] : [new("outcome", outcome), new("reason", reason)];
}
