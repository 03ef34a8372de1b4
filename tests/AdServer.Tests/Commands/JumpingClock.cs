namespace AdServer.Tests.Commands;

/// <summary>
/// Time that jumps to the end of each short wait as soon as somebody waits, so that minutes take milliseconds. A long wait
/// ends when enough short ones have passed.
/// </summary>
internal sealed class JumpingClock(TimeSpan longestJump) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Alarm> alarms = [];
    private readonly List<TimeSpan> waits = [];
    private DateTimeOffset now = new(2026, 11, 21, 8, 30, 0, 125, TimeSpan.Zero);

    /// <summary>How long everybody waited, in the order of asking; the long waits too.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (gate)
            {
                return [.. waits];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        Set(alarm, dueTime);
        return alarm;
    }

    private void Set(Alarm alarm, TimeSpan wait)
    {
        lock (gate)
        {
            alarms.Remove(alarm);
            if (wait == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            var due = now + wait;
            alarm.Due = due;
            alarms.Add(alarm);
            waits.Add(wait);
            if (wait <= longestJump)
            {
                // Not at once: whoever makes the timer has not kept it yet.
                ThreadPool.QueueUserWorkItem(_ => JumpTo(due));
            }
        }
    }

    private void JumpTo(DateTimeOffset time)
    {
        Alarm[] due;
        lock (gate)
        {
            now = now > time ? now : time;
            due = [.. alarms.Where(alarm => alarm.Due <= now)];
            alarms.RemoveAll(alarm => alarm.Due <= now);
        }

        foreach (var alarm in due)
        {
            alarm.Ring();
        }
    }

    private void Remove(Alarm alarm)
    {
        lock (gate)
        {
            alarms.Remove(alarm);
        }
    }

    private sealed class Alarm(JumpingClock clock, Action ring) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Set(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
