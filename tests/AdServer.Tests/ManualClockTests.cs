using Xunit;

namespace AdServer.Tests;

/// <summary>The clock that other tests rely on.</summary>
public sealed class ManualClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_periodic_timer_fires_at_each_of_its_instants()
    {
        var clock = new ManualClock();
        var start = clock.GetUtcNow();
        var fired = new List<TimeSpan>();
        using var timer = clock.CreateTimer(_ => fired.Add(clock.GetUtcNow() - start), null, Second, 2 * Second);

        clock.Advance(4.5 * Second);

        Assert.Equal([Second, 3 * Second], fired);
        Assert.Equal(4.5 * Second, clock.GetElapsedTime(0));
    }

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_are_due()
    {
        var clock = new ManualClock();
        var fired = new List<string>();
        using var late = clock.CreateTimer(_ => fired.Add("late"), null, 2 * Second, Timeout.InfiniteTimeSpan);
        using var early = clock.CreateTimer(_ => fired.Add("early"), null, Second, Timeout.InfiniteTimeSpan);
        using var never = clock.CreateTimer(_ => fired.Add("never"), null, Timeout.InfiniteTimeSpan, Second);
        var gone = clock.CreateTimer(_ => fired.Add("gone"), null, Second, Second);
        gone.Dispose();

        clock.Advance(10 * Second);

        Assert.Equal(["early", "late"], fired);
    }

    [Fact]
    public async Task Delays_and_deadlines_follow_the_clock()
    {
        var clock = new ManualClock();
        var delay = Task.Delay(Second, clock, TestContext.Current.CancellationToken);
        using var deadline = new CancellationTokenSource(2 * Second, clock);

        clock.Advance(Second);

        await delay;
        Assert.False(deadline.IsCancellationRequested);
        clock.Advance(Second);
        Assert.True(deadline.IsCancellationRequested);
    }
}
