using System.Collections.Concurrent;
using System.Diagnostics;

namespace AdServer.Web.Metrics;

/// <summary>
/// Counts requests and their latency by route template, method and class of status. Written straight into its series, found by the
/// endpoint: no tags are gathered and nothing is allocated per request. HEAD counts as GET.
/// </summary>
internal sealed class RequestMetrics(MeterCollector collector)
{
    private readonly MetricFamily family = collector.Add(new MetricFamily(
        "adserver_http_request_seconds", "Requests and the time until they were answered", MetricKind.Histogram, InstrumentShape.Seconds));

    private readonly ConcurrentDictionary<Endpoint, MetricCell?[]> byEndpoint = new(ReferenceEqualityComparer.Instance);
    private readonly MetricCell?[] unmatched = NewRow();

    /// <summary>Counts a request that is answered; <paramref name="start"/> is a <see cref="Stopwatch"/> timestamp.</summary>
    public void Record(HttpContext context, long start)
    {
        var endpoint = context.GetEndpoint() as RouteEndpoint;
        var row = endpoint is null ? unmatched : byEndpoint.GetOrAdd(endpoint, static _ => NewRow());
        var status = Math.Clamp(context.Response.StatusCode / 100, 1, 5);
        // Two threads that open the same series get the same one from the family.
        var cell = row[status] ??= Open(endpoint, status);
        cell.Observe(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private MetricCell Open(RouteEndpoint? endpoint, int status)
    {
        var route = endpoint?.RoutePattern.RawText?.TrimStart('/');
        var method = endpoint?.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods;
        return family.Cell([
            new("route", route is null ? "(none)" : "/" + route),
            new("method", method is [var only] ? only : "(any)"),
            new("status", $"{status}xx"),
        ]);
    }

    private static MetricCell?[] NewRow() => new MetricCell?[6];
}
