namespace AdServer.StorageTests.Simulation;

/// <summary>
/// The time as a process sees it. What it measures and waits for is the time of the world; what its clock on the wall says may jump
/// (<paramref name="ahead"/>), forward and back.
/// </summary>
internal sealed class WorldClock(Life life, Func<TimeSpan> ahead) : TimeProvider
{
    /// <summary>Shortly before midnight: events of one world count for two days at least.</summary>
    public static readonly DateTimeOffset Beginning = new(2026, 11, 21, 23, 59, 58, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => life.Scheduler.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => Beginning + life.Scheduler.Now + ahead();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(life, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(Life life, Action fire) : ITimer
    {
        private Step? next;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Dispose();
            next = dueTime < TimeSpan.Zero ? null : life.Scheduler.After(dueTime, life, "has waited", () =>
            {
                _ = period > TimeSpan.Zero && Change(period, period);
                fire();
            });
            return true;
        }

        public void Dispose() => _ = next is not null && (next.IsCancelled = true);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
