namespace AdServer.StorageTests.Mongo.Wire;

/// <summary>
/// The accidents that wait for commands. The first rule that a command meets decides; a rule of the next command is used up by it, and one of
/// every command holds until it is disposed of.
/// </summary>
internal sealed class Faults
{
    private readonly List<FaultRule> rules = [];

    /// <summary>What happens to the next such command.</summary>
    /// <param name="command">Its name, as <c>insert</c>; or several, as <c>insert update</c>.</param>
    /// <param name="collection">What it is about; null for any.</param>
    /// <param name="accident">One of <see cref="Fault"/>.</param>
    /// <param name="skip">How many such commands pass unharmed first.</param>
    public FaultRule Next(string command, string? collection, Accident accident, int skip = 0) => Add(new(this, command, collection, accident, skip, 1));

    /// <summary>What happens to every such command from now on.</summary>
    public FaultRule Every(string command, string? collection, Accident accident) => Add(new(this, command, collection, accident, 0, int.MaxValue));

    /// <summary>Whatever waits for a command waits no longer.</summary>
    public void Clear()
    {
        lock (rules)
        {
            rules.Clear();
        }
    }

    /// <summary>What happens to a command; null: nothing.</summary>
    public Accident? Meet(MongoRequest request)
    {
        FaultRule? met;
        lock (rules)
        {
            met = rules.FirstOrDefault(rule => rule.Meets(request));
        }

        met?.Report();
        return met?.Accident;
    }

    public void Remove(FaultRule rule)
    {
        lock (rules)
        {
            rules.Remove(rule);
        }
    }

    private FaultRule Add(FaultRule rule)
    {
        lock (rules)
        {
            rules.Add(rule);
        }

        return rule;
    }
}

/// <summary>An accident and the commands that it waits for. Disposing of it takes it away.</summary>
internal sealed class FaultRule(Faults owner, string command, string? collection, Accident accident, int skip, int times) : IDisposable
{
    private readonly string[] commands = command.Split(' ');
    private readonly TaskCompletionSource happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int seen;

    public Accident Accident => accident;

    /// <summary>How often it has happened.</summary>
    public int Count => Math.Clamp(Volatile.Read(ref seen) - skip, 0, times);

    /// <summary>Ends when it has happened for the first time.</summary>
    public Task Happened => happened.Task;

    public void Dispose() => owner.Remove(this);

    /// <summary>Whether a command is one of those that it is for; counts them. The owner calls it for one command at a time.</summary>
    public bool Meets(MongoRequest request)
    {
        if (!commands.Contains(request.Name) || (collection is not null && collection != request.Collection))
        {
            return false;
        }

        seen++;
        return seen > skip && seen - skip <= times;
    }

    public void Report() => happened.TrySetResult();
}
