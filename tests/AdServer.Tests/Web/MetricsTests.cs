using System.Diagnostics.Metrics;
using AdServer.Web.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AdServer.Tests.Web;

/// <summary>The metrics page and the instruments behind it.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task The_page_is_in_the_text_format_and_tells_about_the_process()
    {
        await using var host = await AdServerHost.StartAsync();

        var answer = await host.GetAsync("/metrics");

        Assert.Equal(200, answer.Status);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Header("Content-Type"));
        Assert.Contains("# TYPE process_resident_memory_bytes gauge\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("# TYPE process_cpu_seconds_total counter\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total{generation=\"0\"} ", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_counted_by_route_method_and_class_of_status()
    {
        await using var host = await AdServerHost.StartAsync(map: app =>
            app.MapGet("/things/{id}", (string id) => id == "none" ? Results.NotFound() : Results.Text(id)));
        await host.GetAsync("/things/a");
        await host.GetAsync("/api/things/b");
        await host.SendAsync(HttpMethod.Head, "/things/c");
        await host.GetAsync("/things/none");
        await host.GetAsync("/nowhere/at/all");
        await host.DeleteAsync("/things/a");

        var text = (await host.GetAsync("/metrics")).Text;

        Assert.Contains(
            "adserver_http_request_seconds_count{method=\"GET\",route=\"/things/{id}\",status=\"2xx\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "adserver_http_request_seconds_count{method=\"GET\",route=\"/things/{id}\",status=\"4xx\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "adserver_http_request_seconds_count{method=\"(any)\",route=\"(none)\",status=\"4xx\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_instrument_of_a_meter_of_ours_is_on_the_page()
    {
        await using var host = await AdServerHost.StartAsync();
        var meter = host.Get<IMeterFactory>().Create("AdServer.Test");
        var counter = meter.CreateCounter<long>("test.events", "{event}", "Events by outcome");
        counter.Add(2, new("outcome", "logged"), new("reason", "none"));
        counter.Add(3, new("reason", "none"), new("outcome", "logged"));
        counter.Add(1, new("outcome", "a \"b\" \\ \n"), new("reason", "none"));
        meter.CreateUpDownCounter<int>("test.waiting").Add(-4);
        meter.CreateObservableGauge("test.depth", () => 7.5);
        var gauge = meter.CreateGauge<long>("test.level");
        gauge.Record(9);
        gauge.Record(5);

        var text = (await host.GetAsync("/metrics")).Text;

        Assert.Contains("# HELP test_events_total Events by outcome\n# TYPE test_events_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("test_events_total{outcome=\"logged\",reason=\"none\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("""test_events_total{outcome="a \"b\" \\ \n",reason="none"} 1""" + "\n", text, StringComparison.Ordinal);
        Assert.Contains("test_waiting -4\n", text, StringComparison.Ordinal);
        Assert.Contains("test_depth 7.5\n", text, StringComparison.Ordinal);
        Assert.Contains("test_level 5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_histogram_has_cumulative_buckets_a_sum_and_a_count()
    {
        await using var host = await AdServerHost.StartAsync();
        var histogram = host.Get<IMeterFactory>().Create("AdServer.Test").CreateHistogram(
            "test.batch", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 10] });
        Array.ForEach([1, 2, 10, 11], size => histogram.Record(size));

        var text = (await host.GetAsync("/metrics")).Text;

        const string Expected = """
            # TYPE test_batch histogram
            test_batch_bucket{le="1"} 1
            test_batch_bucket{le="10"} 3
            test_batch_bucket{le="+Inf"} 4
            test_batch_sum 24
            test_batch_count 4

            """;
        Assert.Contains(Expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_in_one_process_do_not_count_for_each_other()
    {
        await using var one = await AdServerHost.StartAsync();
        await using var other = await AdServerHost.StartAsync();
        one.Get<IMeterFactory>().Create("AdServer.Test").CreateCounter<int>("test.alone").Add(1);
        one.Get<IMeterFactory>().Create("Somebody.Else").CreateCounter<int>("test.foreign").Add(1);

        var here = (await one.GetAsync("/metrics")).Text;
        var there = (await other.GetAsync("/metrics")).Text;

        Assert.Contains("test_alone_total 1\n", here, StringComparison.Ordinal);
        Assert.DoesNotContain("test_foreign", here, StringComparison.Ordinal);
        Assert.DoesNotContain("test_alone", there, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instrument_that_fails_leaves_the_others_readable()
    {
        await using var host = await AdServerHost.StartAsync();
        var meter = host.Get<IMeterFactory>().Create("AdServer.Test");
        meter.CreateObservableGauge("test.broken", int () => throw new InvalidOperationException("broken"));
        meter.CreateObservableGauge("test.whole", () => 1);

        var answer = await host.GetAsync("/metrics");

        Assert.Equal(200, answer.Status);
        Assert.Contains("test_whole 1\n", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_series_is_bounded_and_none_is_lost()
    {
        var family = new MetricFamily("test", "Test", MetricKind.Counter, []);
        for (var package = 0; package < MetricFamily.MaxSeries + 100; package++)
        {
            family.Cell([new("package", package)]).Add(1);
        }

        Assert.Equal(MetricFamily.MaxSeries + 1, family.Cells.Count);
        Assert.Equal(100, family.Cell([new("overflow", "true")]).Value);
        Assert.Equal(1, family.Cell([new("package", 7)]).Value);
    }

    [Fact]
    public void Measurements_of_many_threads_are_all_counted()
    {
        var family = new MetricFamily("test", "Test", MetricKind.Histogram, [0.5]);

        Parallel.For(0, 10_000, number => family.Cell([new("even", number % 2 == 0)]).Observe(number % 4 == 0 ? 0 : 1));

        Assert.Equal([2_500, 2_500], family.Cell([new("even", true)]).Counts);
        Assert.Equal([0, 5_000], family.Cell([new("even", false)]).Counts);
        Assert.Equal(5_000, family.Cell([new("even", false)]).Value);
    }
}
