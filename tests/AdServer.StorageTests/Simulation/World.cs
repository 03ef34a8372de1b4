namespace AdServer.StorageTests.Simulation;

/// <summary>
/// A world that one number decides: devices report to hosts, hosts are killed, restarted and have their clocks moved, stores and networks
/// fail. Then it becomes calm, everything comes to its end, and what is counted is compared with what was answered.
/// </summary>
/// <remarks>
/// Everything happens on one thread, one step at a time (<see cref="Scheduler"/>). Where a process could meet something else it comes back
/// there: at each transaction of SQLite (<see cref="SqliteTurns"/>), at each command of MongoDB and each statement of it
/// (<see cref="MongoNetwork"/>), at each wait, at each continuation that the code under test posts.
/// </remarks>
internal sealed class World : IDisposable
{
    private const int MostSteps = 50_000;
    private static readonly TimeSpan Trouble = TimeSpan.FromSeconds(6);

    /// <summary>Until then everything has arrived that was ever sent.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(12);

    private readonly Trace trace = new();
    private readonly int seed;

    private World(int seed, WorldKind kind, Mutation mutation)
    {
        this.seed = seed;
        var random = new Random(seed);
        Mutation = mutation;
        Accidents = new Accidents(random);
        Scheduler = new Scheduler(random, trace);
        Life = new Life(Scheduler, "world");
        Store = kind == WorldKind.Sqlite
            ? new SqliteWorldStore(Accidents, Scheduler, mutation)
            : new MongoWorldStore(Accidents, Scheduler, Life, mutation);
        Machines = [.. Enumerable.Range(0, Store.Hosts).Select(number => new Machine(this, number))];
    }

    public Mutation Mutation { get; }

    public Accidents Accidents { get; }

    public Scheduler Scheduler { get; }

    /// <summary>What is neither a host nor dies.</summary>
    public Life Life { get; }

    public IWorldStore Store { get; }

    public IReadOnlyList<Machine> Machines { get; }

    public AnswerBook Book { get; } = new();

    /// <summary>Runs a world to its end.</summary>
    public static Verdict Run(int seed, WorldKind kind, Mutation? mutation = null)
    {
        using var world = new World(seed, kind, mutation ?? Mutation.None);
        return world.Run(kind);
    }

    public void Dispose()
    {
        foreach (var machine in Machines)
        {
            machine.Host?.Dispose();
        }

        Store.Dispose();
    }

    private Verdict Run(WorldKind kind)
    {
        var course = Task.CompletedTask;
        Scheduler.Add(Life, "begins", () => course = CourseAsync());
        do
        {
            if (trace.Steps > MostSteps || !Scheduler.Go())
            {
                Book.Blame("it does not come to an end");
                break;
            }
        }
        while (!course.IsCompleted);

        if (course.Exception is { } fault)
        {
            Book.Blame(fault.ToString());
        }

        if (Scheduler.HasEscaped)
        {
            Book.Blame("something went on on another thread");
        }

        return new Verdict(kind, seed, Book.Faults, Book.Answered, trace, Accidents.Tally);
    }

    private async Task CourseAsync()
    {
        foreach (var machine in Machines)
        {
            machine.Start();
        }

        var (random, judge) = (Accidents.Random, new Judge(this));
        Plan(random.Next(4), machine => machine.KillAfter(random.Next(15)));
        Plan(random.Next(2), machine => _ = machine.RestartAsync());
        Plan(random.Next(3), MoveClock);
        Plan(random.Next(2), _ => Store.Trouble(Accidents.Within(Trouble)));
        Plan(4, machine => Ask(machine, "has a reader", judge.ReadAsync));
        Plan(random.Next(2), machine => Ask(machine, "verifies", judge.TryVerifyAsync));
        SentEvent[] shared = [.. Enumerable.Range(0, 4).Select(number => Device.Make(this, $"shared{number}", hasId: true))];
        var devices = Enumerable.Range(0, random.Next(2, 5)).Select(number => new Device(this, number, shared));
        await Task.WhenAll(devices.Select(device => device.ReportAsync(random.Next(2, 6))));
        Accidents.IsCalm = true;
        await Life.PassAsync(Rest, "is calm");
        await judge.SettleAsync();
        await judge.JudgeAsync();
    }

    /// <summary>Lets something happen so many times, to some machine, while devices report.</summary>
    private void Plan(int times, Action<Machine> happen)
    {
        for (; times > 0; times--)
        {
            var machine = Machines[Accidents.Random.Next(Machines.Count)];
            Scheduler.After(Accidents.Within(Trouble), Life, "comes to a plan", () => happen(machine));
        }
    }

    /// <summary>Lets the process of a machine do something, if one is alive.</summary>
    private static void Ask(Machine machine, string what, Func<Host, Task> work)
    {
        if (machine.Host is { } host)
        {
            host.Life.Start(what, () => work(host));
        }
    }

    private void MoveClock(Machine machine)
    {
        Accidents.Note("a clock jumps");
        var jump = Accidents.Within(Accidents.Random.Next(2) == 0 ? TimeSpan.FromSeconds(10) : TimeSpan.FromDays(1));
        machine.Ahead += Accidents.Random.Next(2) == 0 ? jump : -jump;
    }
}

/// <summary>Which adapter a world is about.</summary>
internal enum WorldKind
{
    Sqlite,
    Mongo,
}

/// <summary>What came of a world.</summary>
internal sealed record Verdict(
    WorldKind Kind, int Seed, IReadOnlyList<string> Faults, int Answered, Trace Trace, IReadOnlyDictionary<string, int> Accidents)
{
    /// <summary>What is wrong, what happened last, and how to see it again.</summary>
    public override string ToString() => string.Join(
        '\n',
        [$"{Kind} seed {Seed} (again: {SimulationTests.SeedVariable}={Kind}:{Seed}):", .. Faults.Take(10), "The end of its trace:", .. Trace.End]);
}
