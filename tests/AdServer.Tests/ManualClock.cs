namespace AdServer.Tests;

/// <summary>
/// A clock that stands still until a test moves it. Timers made from it (also <c>Task.Delay</c>, <c>PeriodicTimer</c> and timed
/// cancellation with this clock) fire on the thread that moves it, in the order in which they are due.
/// </summary>
internal sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock door = new();
    private readonly List<ManualTimer> timers = [];
    private readonly DateTimeOffset origin = start;
    private DateTimeOffset now = start;

    public ManualClock()
        : this(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (door)
        {
            return now;
        }
    }

    public override long GetTimestamp() => (GetUtcNow() - origin).Ticks;

    /// <summary>Moves the clock on and fires what becomes due on the way, each at its own instant.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (NextDue(end) is { } timer)
        {
            timer.Fire();
        }

        Set(end);
    }

    /// <summary>Puts the clock to an instant, back or forth, without firing anything.</summary>
    public void Set(DateTimeOffset instant)
    {
        lock (door)
        {
            now = instant;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Takes the timer that is due first, if one is due by then, and moves the clock to its instant.</summary>
    private ManualTimer? NextDue(DateTimeOffset end)
    {
        lock (door)
        {
            var next = timers.Where(timer => timer.DueAt <= end).MinBy(timer => timer.DueAt);
            if (next is not null)
            {
                now = next.DueAt > now ? next.DueAt : now;
                next.Rearm();
            }

            return next;
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset DueAt { get; private set; }

        public void Fire() => callback(state);

        /// <summary>Sets the next instant, or leaves the list. The caller holds the lock.</summary>
        public void Rearm()
        {
            if (period <= TimeSpan.Zero)
            {
                clock.timers.Remove(this);
            }

            DueAt += period;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.door)
            {
                this.period = period;
                clock.timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = clock.now + dueTime;
                    clock.timers.Add(this);
                }
            }

            FireIfDueNow(dueTime);
            return true;
        }

        public void Dispose()
        {
            lock (clock.door)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>A timer without delay is due at once, whether or not the clock moves, but never inside the call that made it.</summary>
        private void FireIfDueNow(TimeSpan dueTime)
        {
            if (dueTime == TimeSpan.Zero)
            {
                ThreadPool.QueueUserWorkItem(_ => clock.Advance(TimeSpan.Zero));
            }
        }
    }
}
