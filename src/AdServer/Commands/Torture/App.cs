using AdServer.Common;
using AdServer.Events;

namespace AdServer.Commands.Torture;

/// <summary>
/// One app with one connection. An event with an identity is sent, to any server, until it is answered, and now and then once more; one
/// without is sent once.
/// </summary>
/// <param name="number">Names its events and its package.</param>
/// <param name="servers">Where each server listens, if it does.</param>
/// <param name="calls">How they are reached.</param>
/// <param name="ledger">What was answered.</param>
/// <param name="random">Decides what it sends.</param>
/// <param name="clock">The time of its events.</param>
internal sealed class App(
    int number, IReadOnlyList<Func<Uri?>> servers, ServerCalls calls, AnswerLedger ledger, Random random, TimeProvider clock)
{
    private const int LargestBatch = 20;
    private const int Packages = 7;
    private const int Remembered = 64;
    private const int MostDaysBack = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);
    private static readonly EventType[] Types = Enum.GetValues<EventType>();

    private readonly Queue<EventRequest> answered = new();
    private long sent;

    /// <summary>Requests for an ad that were refused, though nothing is wrong with them.</summary>
    public int Unserved { get; private set; }

    private string Package => $"com.example.torture{number % Packages}";

    /// <summary>Sends until told to stop; what has begun is brought to its end, unless that is given up.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken giveUp)
    {
        while (!stop.IsCancellationRequested)
        {
            await (random.Next(100) switch
            {
                < 10 => AskAsync(),
                < 45 => SendUntilAnsweredAsync(1, giveUp),
                < 60 => SendUntilAnsweredAsync(random.Next(2, LargestBatch), giveUp),
                < 70 => RepeatAsync(),
                < 90 => SendOnceAsync(1),
                _ => SendOnceAsync(random.Next(2, LargestBatch)),
            });
        }
    }

    private async Task AskAsync()
    {
        if (await FindAsync() is { } server && !await calls.IsServedAsync(server, Package))
        {
            Unserved++;
        }
    }

    private async Task SendUntilAnsweredAsync(int count, CancellationToken giveUp)
    {
        var events = NewEvents(ledger.Identified, count, hasIds: true);
        var (wasSent, replies) = (false, Array.Empty<EventReply>());
        for (var isOpen = true; isOpen && !giveUp.IsCancellationRequested; wasSent |= isOpen && replies.Length > 0)
        {
            await (wasSent ? PauseAsync() : Task.CompletedTask);
            replies = await FindAsync() is { } server ? await calls.SendAsync(server, events) : [];
            isOpen = replies is [] || replies.Contains(EventReply.None);
        }

        Enter(events, replies is [] ? [.. events.Select(_ => EventReply.None)] : replies, wasSent);
        if (replies is [EventReply.Logged or EventReply.Duplicate, ..])
        {
            Remember(events[0]);
        }
    }

    private async Task SendOnceAsync(int count)
    {
        var events = NewEvents(ledger.Anonymous, count, hasIds: false);
        if (await FindAsync() is { } server)
        {
            Enter(events, await calls.SendAsync(server, events), wasSent: false);
        }
    }

    /// <summary>Sends an event again that was answered, perhaps by a server that has been killed since.</summary>
    private async Task RepeatAsync()
    {
        if (answered.Count > 0 && await FindAsync() is { } server)
        {
            var old = answered.ElementAt(random.Next(answered.Count));
            ledger.EnterRepeat((await calls.SendAsync(server, [old]))[0]);
        }
    }

    /// <summary>A server that listens; after a moment nothing, if the one that was thought of does not.</summary>
    private async Task<Uri?> FindAsync()
    {
        var server = servers[random.Next(servers.Count)]();
        if (server is null)
        {
            await PauseAsync();
        }

        return server;
    }

    private Task PauseAsync() => Task.Delay(Patience, clock, CancellationToken.None);

    private EventRequest[] NewEvents(IReadOnlyList<string> ads, int count, bool hasIds) =>
        [.. Enumerable.Range(0, count).Select(_ => NewEvent(ads[random.Next(ads.Count)], hasIds))];

    private EventRequest NewEvent(string adId, bool hasId)
    {
        var time = clock.Now().AddDays(-random.Next(MostDaysBack + 1));
        var details = new EventDetails(Package, Types[random.Next(Types.Length)].ToString().ToLowerInvariant(), random.Next(30), null);
        return new EventRequest(adId, ApiJson.Format(time), details, hasId ? $"{number}-{sent++}" : null);
    }

    private void Enter(EventRequest[] events, EventReply[] replies, bool wasSent)
    {
        foreach (var (one, reply) in events.Zip(replies))
        {
            ledger.Enter(one.AdId, Enum.Parse<EventType>(one.EventDetails.EventType, ignoreCase: true), reply, wasSent);
        }
    }

    private void Remember(EventRequest one)
    {
        answered.Enqueue(one);
        if (answered.Count > Remembered)
        {
            answered.Dequeue();
        }
    }
}
