using AdServer.Common;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>Raw events that are older than a setting go; what people read of it.</summary>
public sealed class RetentionTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(-1)]
    public void Fewer_days_than_events_may_be_late_are_refused_and_said_why(int days)
    {
        var fault = new RetentionSettings { RawDays = days }.Fault();

        Assert.Equal(
            "Retention:RawDays must be 0 (raw events are kept for ever) or between 32 and 36500: "
            + "events count for their day when they come up to 30 days late, and only a day that is over and closed is removed",
            fault);
        Assert.Null(new RetentionSettings { RawDays = RetentionSettings.FewestDays }.Fault());
        Assert.Null(new RetentionSettings().Fault());
    }

    [Fact]
    public async Task A_host_that_starts_refuses_too_few_days()
    {
        var refusal = await Assert.ThrowsAsync<StartException>(() => AdServerHost.StartAsync(new() { ["Retention:RawDays"] = "7" }));

        Assert.StartsWith("Retention:RawDays must be 0", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_that_are_old_lose_their_raw_events_and_every_report_stays()
    {
        await using var host = await StartAsync();
        var before = (await host.GetAsync("/stats?groupBy=ad,day")).Json.GetProperty("totals").GetRawText();

        await RemoveOldAsync(host);

        var verified = (await host.GetAsync("/stats/verify?from=2026-10-20&to=2026-11-19")).Json;
        Assert.Equal(("2026-11-02", "2026-11-02", "2026-11-19"), (verified.Text("rawSince"), verified.Text("from"), verified.Text("to")));
        Assert.Equal((true, 1), (verified.GetProperty("ok").GetBoolean(), verified.Number("events")));
        Assert.Equal(before, (await host.GetAsync("/stats?groupBy=ad,day")).Json.GetProperty("totals").GetRawText());
        Assert.Equal("ready", (await host.GetAsync("/health/ready")).Json.Text("status"));
        Assert.Contains("adserver_retention_removed_events_total 2", (await host.GetAsync("/metrics")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Earlier_days_alone_are_neither_compared_nor_rebuilt()
    {
        await using var host = await StartAsync();
        await RemoveOldAsync(host);
        const string Why = "Raw events are kept since 2026-11-02: earlier days are not compared, and not rebuilt";

        (await host.GetAsync("/stats/verify?from=2026-10-20&to=2026-11-01")).IsError(400, Why);
        (await host.PostAsync("/stats/rebuild?from=2026-11-01&to=2026-11-01", null)).IsError(400, Why);
        var rebuilt = (await host.PostAsync("/stats/rebuild?from=2026-11-01&to=2026-11-10", null)).Json;

        Assert.Equal((true, "2026-11-02"), (rebuilt.GetProperty("ok").GetBoolean(), rebuilt.Text("from")));
    }

    [Fact]
    public async Task A_day_that_does_not_verify_is_not_removed_and_health_metrics_and_log_say_what_to_do()
    {
        await using var host = await StartAsync();
        await HostStore.SpoilAdRowsAsync(host, "2026-11-01");

        await RemoveOldAsync(host);
        await host.Get<RetentionService>().RemoveAllAsync(Token);

        var health = (await host.GetAsync("/health/ready")).Json;
        Assert.Equal("degraded", health.Text("status"));
        Assert.Contains("rebuild --day 2026-11-01", health.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("adserver_retention_unverified 1", (await host.GetAsync("/metrics")).Text, StringComparison.Ordinal);
        Assert.Single(host.Log.Warnings, entry => entry.Message.Contains("2026-11-01 do not equal", StringComparison.Ordinal));
        (await host.PostAsync("/stats/rebuild?from=2026-11-01&to=2026-11-01", null)).Succeeds();
        await host.Get<RetentionService>().RemoveAllAsync(Token);
        Assert.Equal("ready", (await host.GetAsync("/health/ready")).Json.Text("status"));
    }

    /// <summary>Two events of the first of November, one of the tenth.</summary>
    private static async Task<AdServerHost> StartAsync()
    {
        var host = await AdServerHost.StartAsync(new() { ["Retention:RawDays"] = "40" });
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        foreach (var at in (DateTimeOffset[])[Day, Day, Day.AddDays(9)])
        {
            await new Sdk(host).ReportsAsync(adId, at: at);
        }

        await host.Get<RollUpService>().RollAllAsync(Token);
        return host;
    }

    /// <summary>On the forty-first day after the first of November.</summary>
    private static async Task RemoveOldAsync(AdServerHost host)
    {
        host.Clock.Set(Day.AddDays(41));
        await host.Get<RetentionService>().RemoveAllAsync(Token);
    }
}
