using System.Diagnostics.Metrics;
using AdServer.Catalog;

namespace AdServer.Serving;

/// <summary>What serving tells the one who runs it.</summary>
internal sealed class ServingMetrics
{
    public const string MeterName = "AdServer.Serving";

    private readonly Counter<long> requests;
    private readonly Counter<long> otherRequests;
    private readonly Counter<long> unsigned;

    public ServingMetrics(IMeterFactory meters, KnownPackages packages, SeenSets seen, DeliveredAds delivered)
    {
        var meter = meters.Create(MeterName);
        requests = meter.CreateCounter<long>("adserver.serving.requests", "{request}", "Requests for an ad, by outcome");
        otherRequests = meter.CreateCounter<long>(
            "adserver.serving.other_requests", "{request}", "Requests of packages beyond Serving:MaxPackages, counted together");
        unsigned = meter.CreateCounter<long>(
            "adserver.serving.unsigned", "{ad}", "Ads handed out without a signature though Serving:SignDeliveries is on, because there was no key");
        meter.CreateObservableGauge("adserver.serving.packages", () => packages.Count, "{package}", "Packages that are counted by name");
        meter.CreateObservableGauge("adserver.serving.seen", () => seen.Pairs, "{ad}", "Ads seen, summed over the packages");
        meter.CreateObservableGauge("adserver.serving.delivered", () => delivered.Pairs, "{ad}", "Ads ever handed out, summed over the packages");
    }

    public void Filled() => Count("fill");

    public void NotFilled() => Count("no_fill");

    public void Refused() => Count("bad_request");

    public void FellToOther() => otherRequests.Add(1);

    public void Unsigned() => unsigned.Add(1);

    private void Count(string outcome) => requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
