using AdServer.Events;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// A device that reports, through a network that loses requests and answers and repeats requests, to any host. What it gets no answer to it
/// sends again, a few times.
/// </summary>
internal sealed class Device(World world, int number, IReadOnlyList<SentEvent> shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Random random = world.Accidents.Random;
    private int made;

    public async Task ReportAsync(int requests)
    {
        for (var request = 0; request < requests; request++)
        {
            await world.Life.PassAsync(world.Accidents.Within(TimeSpan.FromMilliseconds(800)), $"device{number} has something to report");
            SentEvent[] events = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Next())];
            for (var attempts = random.Next(1, 6); attempts > 0 && (!await PostAsync(events) || random.Next(8) == 0); attempts--)
            {
                await world.Life.PassAsync(world.Accidents.Delay(), $"device{number} sends again");
            }
        }
    }

    /// <summary>An event that nobody has sent yet.</summary>
    public static SentEvent Make(World world, string tag, bool hasId)
    {
        var random = world.Accidents.Random;
        var time = WorldClock.Beginning + world.Scheduler.Now - TimeSpan.FromHours(random.Next(3) == 0 ? 20 : 0);
        return new SentEvent(
            tag, hasId ? $"id-{tag}" : null, Catalogue.Ads[random.Next(Catalogue.Ads.Count)].Id, $"app{random.Next(3)}",
            (EventType)random.Next(4), random.Next(60), random.Next(4) == 0 ? "no time at all" : $"{time:yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }

    /// <summary>Something new, or what other devices report, too.</summary>
    private SentEvent Next() => random.Next(3) == 0
        ? shared[random.Next(shared.Count)]
        : Make(world, $"device{number}.{++made}", random.Next(10) < 7);

    /// <summary>Sends a request; says whether it was answered that all is logged.</summary>
    private async Task<bool> PostAsync(IReadOnlyList<SentEvent> events)
    {
        var answer = new TaskCompletionSource<bool>();
        for (var copies = world.Accidents.Happen("a request comes twice", 0.5) ? 2 : 1; copies > 0; copies--)
        {
            world.Scheduler.After(world.Accidents.Delay(), world.Life, $"device{number}'s request arrives", () => Arrive(events, answer));
        }

        world.Scheduler.After(Patience, world.Life, $"device{number} has waited", () => answer.TrySetResult(false));
        return await answer.Task;
    }

    private void Arrive(IReadOnlyList<SentEvent> events, TaskCompletionSource<bool> answer)
    {
        var host = world.Machines[random.Next(world.Machines.Count)].Host;
        if (host is not { IsListening: true } || world.Accidents.Happen("a request is lost"))
        {
            Return(answer, false);
            return;
        }

        foreach (var one in events)
        {
            world.Book.Send(one);
        }

        host.Life.Start("has a request", () => host.HandleAsync(events, logged => Return(answer, logged)));
    }

    private void Return(TaskCompletionSource<bool> answer, bool isLogged)
    {
        var isHeard = isLogged && !world.Accidents.Happen("an answer is lost");
        world.Scheduler.After(world.Accidents.Delay(), world.Life, $"device{number} gets an answer", () => answer.TrySetResult(isHeard));
    }
}
