using AdServer.Catalog;
using AdServer.Commands.Demo;
using AdServer.Common;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Commands;

/// <summary>The demo fills an empty store once, whatever happens in between.</summary>
public sealed class DemoDataTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 5, 0, TimeSpan.Zero);

    private readonly TextConsole console = new();
    private readonly MemoryStore store = new();

    public void Dispose() => console.Dispose();

    private Task FillAsync(DateTimeOffset at) => FillAsync(store, at);

    private Task FillAsync(MemoryStore into, DateTimeOffset at) =>
        new DemoData(into, console.Console, new StoppedClock(at)).FillAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task An_empty_store_is_filled_with_thirty_days_up_to_now()
    {
        await FillAsync(Now);

        Assert.Equal(8, store.Performers.Count);
        Assert.Equal(40, store.Ads.Count);
        Assert.Equal(12, store.Events.Select(one => one.PackageName).Distinct().Count());
        Assert.InRange(store.Events.Count, 58_000, 63_000);
        Assert.All(store.Events, one => Assert.InRange(one.CreatedAt, Now.AddDays(-30), Now));
        Assert.Equal(31, store.Events.Select(one => one.Day).Distinct().Count());
        Assert.Equal(4, store.Events.Select(one => one.Type).Distinct().Count());
        Assert.Equal($"Demo data: 8 performers, 40 ads, {store.Events.Count} events of 30 days.", Assert.Single(console.Lines));
    }

    [Fact]
    public async Task All_kinds_of_ads_are_there()
    {
        await FillAsync(Now);

        Assert.Equal([Budget.Low, Budget.Medium, Budget.High], store.Ads.Select(ad => ad.Details.Budget).Distinct().Order());
        Assert.Contains(store.Ads, ad => ad.Status == AdStatus.Paused);
        Assert.Contains(store.Ads, ad => ad.StartsAt > Now.AddDays(-30) && ad.EndsAt > Now);
        Assert.Contains(store.Ads, ad => ad.EndsAt < Now);
        Assert.Contains(store.Ads, ad => ad.Packages.Allow.Count > 0);
        Assert.Contains(store.Ads, ad => ad.Packages.Deny.Count > 0);
        Assert.All(store.Ads, ad => Assert.StartsWith("https://example.com/", ad.Details.VideoUrl, StringComparison.Ordinal));
        Assert.Equal(40, store.Events.Select(one => one.AdId).Distinct().Count());
    }

    [Fact]
    public async Task What_was_handed_out_fits_the_events()
    {
        await FillAsync(Now);

        Assert.Empty(Ledger.Compare(new DayLedger(0, RollUp.Of(store.Events), store.Derived, RollUp.Of(store.Events))));
        foreach (var day in store.Events.Select(one => one.Day).Distinct())
        {
            Assert.Equal(
                store.Deliveries.Where(row => row.Key.Day == day).Sum(row => row.Value),
                store.Requests.Where(row => row.Key.Day == day).Sum(row => row.Value.Fills));
        }

        Assert.All(store.Events, one => Assert.Contains((one.CountedPackage, one.AdId), store.Delivered));
        Assert.All(store.Requests.Values, row => Assert.True(row.Requests >= row.Fills));
        Assert.All(
            store.Derived.AdDays,
            row => Assert.True(store.Deliveries[(row.Key.AdId, row.Key.Day)] >= row.Value.Events - row.Value.Clicks));
    }

    [Fact]
    public async Task A_second_start_adds_nothing_and_says_so()
    {
        await FillAsync(Now);
        var writes = store.Writes;

        await FillAsync(Now.AddDays(3));

        Assert.Equal(writes, store.Writes);
        Assert.Equal("The demo data is already there: nothing was added.", console.Lines[^1]);
        Assert.Equal(2, console.Lines.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(63)]
    [InlineData(200)]
    [InlineData(-1)]
    public async Task A_run_that_was_stopped_is_continued_and_doubles_nothing(int calls)
    {
        await FillAsync(Now);
        var whole = new { store.Writes, store.Events.Count, store.Derived.AdDays, Deliveries = store.Deliveries.Values.Sum() };
        var broken = new MemoryStore { CallsLeft = calls < 0 ? whole.Writes + calls : calls };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => FillAsync(broken, Now));
        broken.CallsLeft = int.MaxValue;

        await FillAsync(broken, calls == 0 ? Now : Now.AddHours(2));

        Assert.Equal((8, 40, whole.Count), (broken.Performers.Count, broken.Ads.Count, broken.Events.Count));
        Assert.Equal(whole.AdDays.OrderBy(row => row.Key.ToString()), broken.Derived.AdDays.OrderBy(row => row.Key.ToString()));
        Assert.Equal(whole.Deliveries, broken.Deliveries.Values.Sum());
        Assert.Equal(3, broken.Performers[0].Version);
    }

    [Fact]
    public async Task An_ad_that_was_removed_before_the_demo_was_complete_does_not_come_back()
    {
        store.CallsLeft = 60;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => FillAsync(Now));
        store.CallsLeft = int.MaxValue;
        var removed = store.Ads[7];
        store.Ads.RemoveAt(7);

        await FillAsync(Now);

        Assert.Equal(39, store.Ads.Count);
        Assert.DoesNotContain(removed, store.Ads);
        Assert.Equal(3, store.Performers[0].Version);
    }

    [Fact]
    public async Task A_store_in_use_is_left_alone()
    {
        await store.AddPerformerAsync(new Performer("p", "Somebody", "a@b.example", Now, Now, 1), TestContext.Current.CancellationToken);

        await FillAsync(Now);

        Assert.Single(store.Performers);
        Assert.Empty(store.Ads);
        Assert.Equal(["The store is not empty: no demo data was added."], console.Lines);
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
