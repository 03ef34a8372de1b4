namespace AdServer.StorageTests.Simulation;

/// <summary>A host: a clock on the wall, what is on its disk, and one process after the other.</summary>
internal sealed class Machine(World world, int number)
{
    private int lives;

    /// <summary>How far its clock is ahead of the world's.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>The process, if one is alive.</summary>
    public Host? Host { get; private set; }

    /// <summary>What the spool held when the last process ended.</summary>
    public IReadOnlyCollection<string> Left { get; private set; } = [];

    public void Start()
    {
        if (Host is not null)
        {
            return;
        }

        var life = new Life(world.Scheduler, $"host{number}.{++lives}");
        var clock = new WorldClock(life, () => Ahead);
        var stores = world.Store.Open(number, life, clock, Die);
        Host = new Host(life, clock, stores, world.Mutation, world.Book, world.Accidents);
        life.Start("starts", Host.ServeAsync);
    }

    /// <summary>Kills the process before it does more than so many steps.</summary>
    public void KillAfter(int steps) => Host?.Life.EndAfter(steps, Die);

    /// <summary>Ends the process in order and starts another one.</summary>
    public async Task RestartAsync()
    {
        if (Host is { IsListening: true } host)
        {
            await host.StopAsync();
            if (Host == host)
            {
                world.Accidents.Note("a host is restarted");
                Bury(host.Stores.Close);
            }
        }
    }

    private void Die()
    {
        world.Accidents.Note("a host dies");
        Bury(Host!.Stores.Crash);
    }

    private void Bury(Action leave)
    {
        Host!.Life.End();
        Left = Host.Stores.Spooled();
        leave();
        Host.Dispose();
        Host = null;
        world.Life.Scheduler.After(world.Accidents.Within(TimeSpan.FromSeconds(2)), world.Life, $"starts host{number} again", Start);
    }
}
