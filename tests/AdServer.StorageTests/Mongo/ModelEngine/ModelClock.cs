namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>The time of one process: it passes when somebody says that the next timer is due.</summary>
internal sealed class ModelClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private TimeSpan passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return passed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() => Samples.Noon + new TimeSpan(GetTimestamp());

    /// <summary>Whether the process waits for a moment that is nearer than this.</summary>
    public bool WaitsFor(TimeSpan less)
    {
        lock (gate)
        {
            return timers.Exists(timer => timer.Due - passed < less);
        }
    }

    /// <summary>Lets the time pass up to the next timer, or to the last.</summary>
    public void Pass(bool all = false)
    {
        Timer? due;
        lock (gate)
        {
            due = all ? timers.MaxBy(timer => timer.Due) : timers.MinBy(timer => timer.Due);
            passed = due is null || due.Due < passed ? passed : due.Due;
            _ = due is not null && timers.Remove(due);
        }

        due?.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (gate)
        {
            var timer = new Timer(this, () => callback(state), passed + dueTime);
            if (dueTime >= TimeSpan.Zero)
            {
                timers.Add(timer);
            }

            return timer;
        }
    }

    private sealed class Timer(ModelClock clock, Action fire, TimeSpan due) : ITimer
    {
        public TimeSpan Due => due;

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Dispose();
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
