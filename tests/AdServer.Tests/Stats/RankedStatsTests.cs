using AdServer.Common;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>Sorted reports that are asked for at once: how many are read, who waits, and whose readings they are.</summary>
public sealed class RankedStatsTests : IAsyncLifetime
{
    private readonly ManualClock clock = new();
    private readonly HeldStats store = new();
    private readonly RankedStats ranked;

    public RankedStatsTests() => ranked = new RankedStats(store, new StatsSettings(), clock);

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await ranked.DisposeAsync();
        store.Dispose();
    }

    [Fact]
    public async Task Equal_questions_at_once_are_read_once_and_told_when_the_reading_began()
    {
        var began = clock.GetUtcNow();
        var first = AskAsync("a");
        clock.Advance(TimeSpan.FromSeconds(5));
        var second = AskAsync("a");

        store.Reads[0].SetResult(View(3));

        Assert.Equal([3L, 3L], new[] { await first, await second }.Select(read => read!.View.Total.Deliveries));
        Assert.Equal([began, began], new[] { await first, await second }.Select(read => read!.Began));
        Assert.Single(store.Reads);
        var third = AskAsync("a");
        store.Reads[1].SetResult(View(4));
        Assert.Equal((4L, began.AddSeconds(5)), ((await third)!.View.Total.Deliveries, (await third)!.Began));
    }

    [Theory]
    [InlineData("a", "a", "views", "-views")]
    [InlineData("a", "a", "-views", "-clicks")]
    [InlineData("a", "b", "-views", "-views")]
    public async Task Different_questions_are_read_each(string ad, string other, string sort, string otherSort)
    {
        var both = Task.WhenAll(AskAsync(ad, sort), AskAsync(other, otherSort));

        Assert.Equal(2, store.Reads.Count);
        store.Reads.ForEach(read => read.SetResult(View(1)));
        await both;
    }

    [Fact]
    public async Task A_third_question_waits_for_a_place()
    {
        var (first, second, third) = (AskAsync("a"), AskAsync("b"), AskAsync("c"));
        Assert.Equal(2, store.Reads.Count);

        store.Reads[1].SetResult(View(2));
        await second;
        await store.HasBegunAsync(3);
        store.Reads[2].SetResult(View(3));

        Assert.Equal(3, (await third)!.View.Total.Deliveries);
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused_and_those_who_ask_the_same_with_it()
    {
        var (first, second, third, fourth) = (AskAsync("a"), AskAsync("b"), AskAsync("c"), AskAsync("c"));

        clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(third.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        var refusal = await Assert.ThrowsAsync<TooMuchException>(() => third);
        Assert.Equal("The sorted report waits for others longer than 10 seconds: ask again later", refusal.Message);
        await Assert.ThrowsAsync<TooMuchException>(() => fourth);
        Assert.Equal((2, false, false), (store.Reads.Count, first.IsCompleted, second.IsCompleted));
    }

    [Fact]
    public async Task Who_leaves_frees_nothing_early_and_disturbs_nobody()
    {
        using var leaving = new CancellationTokenSource();
        var (gone, same, other) = (AskAsync("a", leaving: leaving.Token), AskAsync("a"), AskAsync("b"));
        var third = AskAsync("c");

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal((2, false, false), (store.Reads.Count, same.IsCompleted, third.IsCompleted));
        Assert.False(store.Tokens[0].IsCancellationRequested);
        store.Reads[0].SetResult(View(7));
        Assert.Equal(7, (await same)!.View.Total.Deliveries);
        await store.HasBegunAsync(3);
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task A_reading_that_fails_is_everybodys_failure_and_gives_its_place_back()
    {
        var (first, same, second, third) = (AskAsync("a"), AskAsync("a"), AskAsync("b"), AskAsync("c"));

        store.Reads[0].SetException(new StoreUnavailableException("away"));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => first);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => same);
        await store.HasBegunAsync(3);
        Assert.Equal((false, false), (second.IsCompleted, third.IsCompleted));
        store.Reads[1].SetResult(View(1));
        await second;
        var again = AskAsync("a");
        store.Reads[3].SetResult(View(2));
        Assert.Equal(2, (await again)!.View.Total.Deliveries);
    }

    [Fact]
    public async Task The_end_of_the_host_breaks_readings_off()
    {
        var ending = new RankedStats(store, new StatsSettings(), clock);
        var (first, second, third) = (AskAsync("a", ranked: ending), AskAsync("b", ranked: ending), AskAsync("c", ranked: ending));

        await ending.DisposeAsync();

        foreach (var asked in new[] { first, second, third })
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }

        Assert.Equal(2, store.Reads.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public void A_bound_that_is_none_stops_the_start(int most) =>
        Assert.Equal("Stats:MaxSortedRows must be between 1 and 1000000", new StatsSettings { MaxSortedRows = most }.Fault());

    [Fact]
    public void As_many_ads_as_a_server_holds_are_sorted_without_a_setting() => Assert.InRange(new StatsSettings().MaxSortedRows, 100_001, 1_000_000);

    private Task<RankedView?> AskAsync(string ad, string sort = "-views", CancellationToken? leaving = null, RankedStats? ranked = null)
    {
        var query = new StatsQuery { AdId = ad, GroupBy = [StatsGroup.Ad, StatsGroup.Day], Limit = 10 };
        Assert.Null(StatsRank.TryRead(sort, null, new StatsReport(query, ByType: false), out var rank));
        return (ranked ?? this.ranked).ReadAsync(query, rank!, leaving ?? CancellationToken.None);
    }

    private static StatsView View(int deliveries) => new([], new Measures(default, deliveries, 0, 0), default);

    /// <summary>Holds every reading until the test ends it, or its own token does.</summary>
    private sealed class HeldStats : IStatsReader, IDisposable
    {
        private readonly SemaphoreSlim begun = new(0);
        private int awaited;

        public List<TaskCompletionSource<StatsView>> Reads { get; } = [];

        public List<CancellationToken> Tokens { get; } = [];

        public Task<StatsView> ReadAsync(StatsQuery query, CancellationToken cancellation)
        {
            var read = new TaskCompletionSource<StatsView>(TaskCreationOptions.RunContinuationsAsynchronously);
            Reads.Add(read);
            Tokens.Add(cancellation);
            cancellation.Register(() => read.TrySetCanceled(cancellation));
            begun.Release();
            return read.Task;
        }

        /// <summary>Waits until so many readings have begun.</summary>
        public async Task HasBegunAsync(int count)
        {
            for (; awaited < count; awaited++)
            {
                await begun.WaitAsync(TestContext.Current.CancellationToken);
            }
        }

        public void Dispose() => begun.Dispose();
    }
}
