namespace AdServer.Benchmarks.Http;

/// <summary>The server at a moment, as its process and its metrics tell.</summary>
/// <param name="At">The time since the load began.</param>
/// <param name="Megabytes">Resident memory.</param>
/// <param name="HeapMegabytes">Managed memory in use, garbage included.</param>
/// <param name="Queue">Events that wait for their commit.</param>
/// <param name="LagSeconds">The age of the oldest event that is not rolled up.</param>
/// <param name="LagEvents">Events that are not rolled up.</param>
/// <param name="Ads">Requests for an ad, since the start.</param>
/// <param name="Events">Events, since the start.</param>
internal sealed record SteadySample(
    TimeSpan At, double Megabytes, double HeapMegabytes, double Queue, double LagSeconds, double LagEvents, double Ads, double Events)
{
    public static async Task<SteadySample> TakeAsync(Running server, TimeSpan at)
    {
        var metrics = await server.MetricsAsync();
        return new(
            at,
            server.Megabytes(),
            metrics.HeapMegabytes,
            metrics.Sum("adserver_events_queue_depth"),
            metrics.Sum("adserver_rollup_lag_seconds"),
            metrics.Sum("adserver_rollup_lag_events"),
            metrics.Sum("adserver_serving_requests_total"),
            metrics.Sum("adserver_events_total"));
    }
}
