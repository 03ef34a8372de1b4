using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;
using Microsoft.Extensions.Logging.Abstractions;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// A process that serves: the real intake, journal writer, roll-up and seen sets, on what its host has. It does not know that time is not real.
/// </summary>
internal sealed class Host : IDisposable
{
    private readonly Life life;
    private readonly WorldClock clock;
    private readonly AnswerBook book;
    private readonly Accidents accidents;
    private readonly JournalWriter writer;
    private readonly RollUpService rollUp;
    private readonly SeenSets seen;
    private readonly SeenSetsRefresher refresher;
    private readonly KnownPackages packages = new(100, AdEvent.OtherPackage);

    public Host(Life life, WorldClock clock, HostStores stores, Mutation mutation, AnswerBook book, Accidents accidents)
    {
        (this.life, this.clock, this.book, this.accidents, Stores) = (life, clock, book, accidents, stores);
        Reports = mutation.Reports(stores.Reports);
        var journal = mutation.Journal(stores.Journal, life);
        var events = new EventsSettings { MaxBatch = accidents.Random.Next(1, 6), QueueCapacity = accidents.Random.Next(5, 50) };
        writer = new JournalWriter(journal, events, Meters.OfEvents, clock, NullLogger<JournalWriter>.Instance);
        var stats = new StatsSettings { RollSize = accidents.Random.Next(1, 8) };
        rollUp = new RollUpService(journal, stores.Stats, writer, stats, Meters.OfStats, clock, NullLogger<RollUpService>.Instance);
        seen = new SeenSets(packages, Catalogue.Served, new AdLookup(new Catalogue(), Catalogue.Served, clock));
        refresher = new SeenSetsRefresher(seen, stores.Serving, new ServingSettings(), clock, NullLogger<SeenSetsRefresher>.Instance);
        writer.Committed += seen.Add;
    }

    public HostStores Stores { get; }

    public Life Life => life;

    /// <summary>What readers ask.</summary>
    public IStatsStore Reports { get; }

    /// <summary>Whether it answers requests.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Loads what it has to know before it listens; until then it tries again, as whoever starts it would.</summary>
    public async Task ServeAsync()
    {
        while (!await TryAsync(() => refresher.LoadAsync(CancellationToken.None)))
        {
            await life.PassAsync(TimeSpan.FromMilliseconds(500), "tries to start again");
        }

        foreach (var one in book.Logged.Where(Stores.IsOwn).Where(one => !HasSeen(one)))
        {
            book.Blame($"{life.Name} starts and does not know that {one.Package} has seen {one.AdId}");
        }

        IsListening = true;
        _ = RepeatAsync("rolls up", 700, () => rollUp.RollAllAsync(CancellationToken.None));
        _ = RepeatAsync("rolls up, too", 2900, () => rollUp.RollAllAsync(CancellationToken.None));
        _ = RepeatAsync("looks for news", 1000, () => refresher.PollAsync(CancellationToken.None));
        _ = RepeatAsync("drains", 1000, () => Stores.DrainAsync(CancellationToken.None));
    }

    /// <summary>Handles a request; says whether it answered that all is logged.</summary>
    public async Task HandleAsync(IReadOnlyList<SentEvent> events, Action<bool> answer)
    {
        var pending = writer.Rent();
        foreach (var one in events)
        {
            pending.Add(Accept(one));
        }

        var isLogged = await writer.AppendAsync(pending) == LogOutcome.Committed;
        foreach (var (one, outcome) in isLogged ? events.Zip(pending.Outcomes) : [])
        {
            book.Answer(one);
            if (outcome == AppendOutcome.Stored && !HasSeen(one))
            {
                book.Blame($"{life.Name} logged {one.Tag} and does not know that {one.Package} has seen {one.AdId}");
            }
        }

        writer.Return(pending);
        accidents.Note(isLogged ? "a request is answered" : "a request is answered 503");
        answer(isLogged);
    }

    public bool HasSeen(SentEvent one) =>
        seen.Of(packages.Resolve(one.Package)).Contains(Catalogue.Served.Current.Find(one.AdId)!.Slot);

    /// <summary>Ends in order: what was taken is committed and answered.</summary>
    public async Task StopAsync()
    {
        IsListening = false;
        await writer.StopAsync(CancellationToken.None);
        await life.PassAsync(TimeSpan.FromSeconds(1), "has answered");
    }

    /// <summary>Brings everything to its end; false if the store does not let it.</summary>
    public Task<bool> SettleAsync() => TryAsync(async () =>
    {
        await Stores.DrainAsync(CancellationToken.None);
        await rollUp.RollAllAsync(CancellationToken.None);
        await refresher.PollAsync(CancellationToken.None);
    });

    /// <summary>Whether nothing is left to do, as it sees it.</summary>
    public bool IsSettled => rollUp.Lag is { Events: 0, HasOpenRoll: false } && Stores.Spooled().Count == 0;

    public void Dispose()
    {
        rollUp.Dispose();
        refresher.Dispose();
    }

    private AdEvent Accept(SentEvent one)
    {
        var (_, accepted) = EventIntake.Decide(one.Raw, Catalogue.Served.Current, packages, clock.Now());
        // An identity is drawn for those that have none: here from the seed.
        var identity = new byte[16];
        accidents.Random.NextBytes(identity);
        return accepted! with { Flaw = one.Flaw, IsVerified = one.IsVerified, UserAgent = $"app of {one.Tag}", Identity = accepted.EventId is null ? new Guid(identity) : null };
    }

    private async Task RepeatAsync(string what, int milliseconds, Func<Task> work)
    {
        while (true)
        {
            await life.PassAsync(TimeSpan.FromMilliseconds(milliseconds) + accidents.Delay(), what);
            await TryAsync(work);
        }
    }

    private async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
        catch (Exception fault)
        {
            book.Blame($"{life.Name}: {fault}");
            return false;
        }
    }
}
