using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage;
using AdServer.StorageTests.Mongo.Wire;
using Microsoft.Extensions.DependencyInjection;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo;

/// <summary>
/// Two hosts append, settle repeated events, roll up and take over each other's rolls. Told again and again, each time with an accident at
/// another of its commands, until there is no further command: so every command has had the accident once.
/// </summary>
internal sealed class EventStory : IAsyncDisposable
{
    private readonly ServiceProvider other;
    private readonly List<string> faults = [];

    public EventStory()
    {
        Engine = new MongoEngine();
        other = Engine.Open(StorageAccess.Serve);
    }

    public MongoEngine Engine { get; }

    /// <summary>What was answered or counted otherwise than the story has it.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Tells it as often as it has commands that meet with accidents; returns how often that was.</summary>
    /// <param name="prepare">Prepares the accidents of the story with a number, when the ad is there and nothing has happened.</param>
    /// <param name="beforeRoll">Called when the first events are committed.</param>
    public async Task<int> TellAllAsync(Func<int, Task<IReadOnlyList<FaultRule>>> prepare, Func<Task>? beforeRoll = null)
    {
        await Engine.OpenAsync();
        await other.OpenStorageAsync();
        await Engine.Catalog.AddPerformerAsync(Performer(), Token);
        for (var number = 0; ; number++)
        {
            var adId = $"a{number}";
            await Engine.Catalog.AddAdAsync(Ad(adId), Token);
            var accidents = await prepare(number);
            await TellAsync(adId, beforeRoll ?? (() => Task.CompletedTask));
            if (accidents.Sum(rule => rule.Count) == 0)
            {
                return number;
            }

            foreach (var accident in accidents)
            {
                accident.Dispose();
            }

            await CountAsync(adId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await Engine.DisposeAsync();
    }

    private async Task TellAsync(string adId, Func<Task> beforeRoll)
    {
        Expect(adId, "S,S", await Engine.AppendAsync(Event(adId, id: $"{adId}-1"), Event(adId, EventType.Exit)));
        await beforeRoll();
        await RollOneAsync();
        Expect(adId, "D,S", await AppendAsync(Event(adId, id: $"{adId}-1"), Event(adId, EventType.Click, id: $"{adId}-2")));
        Expect(adId, "D,D,S", await Engine.AppendAsync(
            Event(adId, EventType.Click, id: $"{adId}-2"), Event(adId, id: $"{adId}-1"), Event(adId, EventType.Skip, id: $"{adId}-3")));
        await Engine.RollAllAsync();
        await RollOneAsync();
    }

    private async Task CountAsync(string adId)
    {
        await Engine.RollAllAsync();
        var counts = (await Engine.ReadTotalAsync(new StatsQuery { AdId = adId })).Events;
        if (counts is not { Views: 1, Exits: 1, Clicks: 1, Skips: 1 })
        {
            faults.Add($"{adId}: {counts}");
        }
    }

    private void Expect(string adId, string expected, AppendOutcome[] outcomes)
    {
        var text = string.Join(',', outcomes.Select(outcome => $"{outcome}"[..1]));
        if (text != expected)
        {
            faults.Add($"{adId}: {text} for {expected}");
        }
    }

    private Task<AppendOutcome[]> AppendAsync(params AdEvent[] batch) => other.GetRequiredService<IEventJournal>().AppendAsync(batch, Token);

    private async Task RollOneAsync()
    {
        if (await other.GetRequiredService<IEventJournal>().NextRollAsync(10, Token) is { } roll)
        {
            await other.GetRequiredService<IStatsStore>().ApplyAsync(roll, Token);
        }
    }
}
