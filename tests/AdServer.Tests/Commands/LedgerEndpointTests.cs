using System.Text.Json;
using AdServer.Common;
using AdServer.Stats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary><c>verify</c> and <c>rebuild</c> by the server itself, while it goes on.</summary>
public sealed class LedgerEndpointTests
{
    private const string Verify = "/stats/verify";
    private static readonly DateTimeOffset Today = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_seven_days_are_compared_when_none_are_named()
    {
        await using var host = await StartAsync();

        var answer = await new Portal(host).ReadAsync(Verify);

        Assert.True(answer.GetProperty("ok").GetBoolean());
        Assert.Equal(("2026-11-15", "2026-11-21"), (answer.Text("from"), answer.Text("to")));
        Assert.Equal((3, 0, 1), (answer.Number("events"), answer.Number("differenceCount"), answer.Number("position")));
        Assert.Equal(ApiJson.Format(host.Clock.GetUtcNow()), answer.Text("asOf"));
        Assert.Equal(7, answer.GetProperty("days").GetArrayLength());
        Assert.All(answer.GetProperty("days").EnumerateArray(), day => Assert.Equal("equal", day.Text("state")));
    }

    [Fact]
    public async Task A_difference_says_of_an_ad_and_a_day_what_raw_events_rows_and_buckets_say()
    {
        await using var host = await StartAsync();
        await HostStore.SpoilAdRowsAsync(host, "2026-11-21");

        var answer = await new Portal(host).ReadAsync($"{Verify}?from=2026-11-20&to=2026-11-21");

        Assert.False(answer.GetProperty("ok").GetBoolean());
        var days = answer.GetProperty("days").EnumerateArray().ToList();
        Assert.Equal(["equal", "different"], days.Select(day => day.Text("state")));
        var difference = Assert.Single(days[1].GetProperty("differences").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, difference.GetProperty("packageName").ValueKind);
        Assert.Equal([1, 6, 1], ((string[])["raw", "rows", "buckets"]).Select(name => difference.GetProperty(name).Number("views")));
        var totals = days[1].GetProperty("totals");
        Assert.Equal([6, 6, 1], ((string[])["rows", "reported", "reportedByPackage"]).Select(name => totals.GetProperty(name).Number("views")));
        Assert.Equal((2, 2), (answer.Number("differenceCount"), days[1].Number("differenceCount")));
    }

    [Fact]
    public async Task A_hundred_differences_of_a_day_are_listed_and_all_are_counted()
    {
        var rows = new RollUp();
        for (var number = 0; number < 130; number++)
        {
            rows.Add(new AdDay($"ad{number:d3}", "p", UtcDay.Of(Today)), new DayCounts(1, 0, 0, 0, 0));
        }

        await using var host = await StartAsync(new FakeLedger { Days = { [UtcDay.Of(Today)] = new(4, new(), rows, new()) } });

        var day = (await new Portal(host).ReadAsync($"{Verify}?from=2026-11-21")).GetProperty("days")[0];

        Assert.Equal((130, 100), (day.Number("differenceCount"), day.GetProperty("differences").GetArrayLength()));
        Assert.Equal("ad000", day.GetProperty("differences")[0].Text("adId"));
    }

    [Fact]
    public async Task A_rebuild_mends_the_days_that_it_names_and_says_what_a_verification_finds_then()
    {
        await using var host = await StartAsync();
        foreach (var day in new[] { "2026-11-20", "2026-11-21" })
        {
            await HostStore.SpoilAdRowsAsync(host, day);
            await HostStore.EmptyBucketsAsync(host, day);
            await HostStore.DeletePackageRowsAsync(host, day);
        }

        var answer = await host.PostAsync("/stats/rebuild?from=2026-11-21&to=2026-11-21", null);
        Assert.Equal(200, answer.Status);
        Assert.True(answer.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(1, answer.Json.Number("events"));
        Assert.False((await new Portal(host).ReadAsync($"{Verify}?from=2026-11-20&to=2026-11-20")).GetProperty("ok").GetBoolean());
        Assert.Equal(200, (await host.PostAsync("/api/stats/rebuild?from=2026-11-19&to=2026-11-21", null)).Status);
        Assert.True((await new Portal(host).ReadAsync(Verify)).GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("GET", "/stats/verify?from=yesterday", "Invalid date")]
    [InlineData("GET", "/stats/verify?to=2026-02-30", "Invalid date")]
    [InlineData("GET", "/stats/verify?from=2026-03-02&to=2026-03-01", "Invalid date range")]
    [InlineData("GET", "/stats/verify?from=2026-10-21", "Invalid date range: at most 31 days")]
    [InlineData("GET", "/stats/verify?from=0001-01-01&to=9999-12-31", "Invalid date range: at most 31 days")]
    [InlineData("POST", "/stats/rebuild", "Missing from or to: a rebuild names its days")]
    [InlineData("POST", "/stats/rebuild?from=2026-11-21", "Missing from or to: a rebuild names its days")]
    [InlineData("POST", "/stats/rebuild?from=2026-01-01&to=2026-11-21", "Invalid date range: at most 31 days")]
    [InlineData("POST", "/stats/rebuild?from=x&to=2026-11-21", "Invalid date")]
    public async Task What_cannot_be_meant_is_refused(string method, string path, string error)
    {
        await using var host = await AdServerHost.StartAsync();

        var answer = await host.SendAsync(new HttpMethod(method), path);

        Assert.Equal((400, error), (answer.Status, answer.Error));
    }

    [Theory]
    [InlineData("?from=2026-10-22", 31)]
    [InlineData("?to=0001-01-02", 2)]
    [InlineData("?from=2027-01-01", 1)]
    [InlineData("?from=9999-12-31", 1)]
    public async Task Any_other_range_is_taken(string query, int days)
    {
        await using var host = await AdServerHost.StartAsync();

        Assert.Equal(days, (await new Portal(host).ReadAsync(Verify + query)).GetProperty("days").GetArrayLength());
    }

    [Fact]
    public async Task One_at_a_time_is_let_in_and_who_hangs_up_stops_it()
    {
        var (entered, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await StartAsync(new WaitingLedger(entered, left));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = host.Client.GetAsync(new Uri(Verify, UriKind.Relative), patience.Token);
        await entered.Task.WaitAsync(Token);

        foreach (var answer in (Answer[])[await host.GetAsync(Verify), await host.PostAsync("/stats/rebuild?from=2026-11-21&to=2026-11-21", null)])
        {
            Assert.Equal(409, answer.Status);
            Assert.Equal("A verification, a rebuild or a rating is running on this server. Try again when it has ended", answer.Error);
        }

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await left.Task.WaitAsync(Token);
        await EnterAsync(host);
        Assert.NotNull(host.Get<LedgerGate>().TryEnter());
    }

    [Fact]
    public async Task A_store_that_is_away_is_503_and_the_next_one_is_let_in()
    {
        var ledger = new FakeLedger { Days = { [UtcDay.Of(Today)] = new(4, new(), new(), new()) }, Reading = _ => throw new StoreUnavailableException("away") };
        await using var host = await StartAsync(ledger);

        Assert.Equal(503, (await host.GetAsync($"{Verify}?from=2026-11-21")).Status);
        Assert.Equal(503, (await host.GetAsync($"{Verify}?from=2026-11-21")).Status);
    }

    /// <summary>The gate is left a moment after the store is.</summary>
    private static async Task EnterAsync(AdServerHost host)
    {
        var pass = host.Get<LedgerGate>().TryEnter();
        while (pass is null)
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
            pass = host.Get<LedgerGate>().TryEnter();
        }

        pass.Dispose();
    }

    /// <summary>A host with an event on each of the last three days, rolled up.</summary>
    private static async Task<AdServerHost> StartAsync()
    {
        var host = await AdServerHost.StartAsync();
        await new Portal(host).SignUpAsync();
        var adId = await new Portal(host).AddAdAsync();
        for (var ago = 0; ago < 3; ago++)
        {
            await new Sdk(host).ReportsAsync(adId, at: Today.AddDays(-ago));
        }

        await host.Get<RollUpService>().RollAllAsync(Token);
        return host;
    }

    private static Task<AdServerHost> StartAsync(ILedgerStore ledger) =>
        AdServerHost.StartAsync(services: services => services.Replace(ServiceDescriptor.Singleton(ledger)));

    /// <summary>A ledger whose days are never read to their end.</summary>
    private sealed class WaitingLedger(TaskCompletionSource entered, TaskCompletionSource left) : ILedgerStore
    {
        public async Task<DayLedger> ReadPageAsync(UtcDay day, string from, int mostKeys, CancellationToken cancellation)
        {
            entered.TrySetResult();
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellation);
                return new DayLedger(0, new(), new(), new());
            }
            finally
            {
                left.TrySetResult();
            }
        }

        public Task<IReadOnlyList<UtcDay>> ListDaysAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<UtcDay>>([]);

        public Task<DayTotals?> ReadTotalsAsync(UtcDay day, CancellationToken cancellation) => Task.FromResult<DayTotals?>(null);

        public Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> ComparePackageAdsAsync(CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<(string Package, string AdId, bool InRaw)>>([]);

        public Task<UtcDay?> ReadRawSinceAsync(CancellationToken cancellation) => Task.FromResult<UtcDay?>(null);

        public Task<bool> RebuildDayAsync(UtcDay day, int mostKeys, CancellationToken cancellation) => Task.FromResult(true);

        public Task RebuildPackageAdsAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}
