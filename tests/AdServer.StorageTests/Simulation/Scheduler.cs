using System.Globalization;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// The one thread of a world. Of what can go on, one step at a time is done, in an order that the seed decides; when nothing can, time
/// passes up to the next moment that somebody waits for.
/// </summary>
internal sealed class Scheduler(Random random, Trace trace)
{
    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly List<Step> ready = [];
    private readonly PriorityQueue<Step, (TimeSpan Due, long Order)> later = new();
    private long order;

    /// <summary>How long the world has existed.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Whether something went on elsewhere than on this thread: then the seed does not decide.</summary>
    public bool HasEscaped { get; private set; }

    /// <summary>Something that a life can do now.</summary>
    public void Add(Life life, string what, Action work)
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            HasEscaped = true;
            return;
        }

        ready.Add(new Step(life, what, work));
    }

    /// <summary>Something that a life will do after some time.</summary>
    public Step After(TimeSpan time, Life life, string what, Action work)
    {
        var step = new Step(life, what, work);
        later.Enqueue(step, (Now + time, order++));
        return step;
    }

    /// <summary>Does one step; false if nobody waits for anything.</summary>
    public bool Go()
    {
        if (Take() is not { } step)
        {
            return false;
        }

        if (!step.IsCancelled && step.Life.Goes())
        {
            trace.Add(string.Create(CultureInfo.InvariantCulture, $"{Now.Ticks} {step.Life.Name} {step.What}"));
            var outer = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(step.Life);
            try
            {
                step.Work();
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(outer);
            }
        }

        return true;
    }

    private Step? Take()
    {
        if (ready.Count > 0)
        {
            var place = random.Next(ready.Count);
            var chosen = ready[place];
            ready[place] = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            return chosen;
        }

        if (later.TryDequeue(out var next, out var moment))
        {
            Now = moment.Due > Now ? moment.Due : Now;
        }

        return next;
    }
}

/// <summary>What a life does next, in words and in deed.</summary>
internal sealed class Step(Life life, string what, Action work)
{
    public Life Life => life;

    public string What => what;

    public Action Work => work;

    public bool IsCancelled { get; set; }
}
