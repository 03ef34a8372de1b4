namespace AdServer.StorageTests.Simulation;

/// <summary>
/// One life of a process: whatever its asynchronous code goes on with comes to the scheduler as a step. It may end between any two steps;
/// then nothing of it ever goes on.
/// </summary>
internal sealed class Life(Scheduler scheduler, string name) : SynchronizationContext
{
    private Action? death;
    private int stepsLeft;

    public string Name => name;

    public bool IsOver { get; private set; }

    public Scheduler Scheduler => scheduler;

    public override void Post(SendOrPostCallback d, object? state) => scheduler.Add(this, "goes on", () => d(state));

    /// <summary>Nobody may wait for a step: the world has one thread, and that would be the one that waits.</summary>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new InvalidOperationException($"{Name} waits for a step instead of going on with it");

    /// <summary>Begins something of which nobody waits for the end.</summary>
    public void Start(string what, Func<Task> work) => scheduler.Add(this, what, () => _ = work());

    /// <summary>The same after some time.</summary>
    public void StartAfter(TimeSpan time, string what, Func<Task> work) => scheduler.After(time, this, what, () => _ = work());

    /// <summary>Completes after some time.</summary>
    public Task PassAsync(TimeSpan time, string what)
    {
        var passed = new TaskCompletionSource();
        scheduler.After(time, this, what, passed.SetResult);
        return passed.Task;
    }

    /// <summary>Ends before it does more than so many steps; then something happens to what it leaves.</summary>
    public void EndAfter(int steps, Action then) => (stepsLeft, death) = (steps, then);

    /// <summary>Ends now.</summary>
    public void End() => IsOver = true;

    /// <summary>Whether it does another step.</summary>
    public bool Goes()
    {
        if (!IsOver && death is { } die && stepsLeft-- == 0)
        {
            IsOver = true;
            die();
        }

        return !IsOver;
    }
}
