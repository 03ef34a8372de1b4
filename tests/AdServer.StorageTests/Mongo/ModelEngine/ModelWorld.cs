using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Mongo;
using MongoDB.Bson;
using static AdServer.StorageTests.Samples;

namespace AdServer.StorageTests.Mongo.ModelEngine;

/// <summary>
/// Hosts that append, spool, drain, roll up and read on one server, in an order drawn from a seed, with every accident that a step can have.
/// At last everything that is left runs to its end, and what is counted is compared with what was answered.
/// </summary>
internal sealed class ModelWorld
{
    private static readonly string[] Ads = ["a1", "a2", "a3"];

    private readonly Random random;
    private readonly ModelServer server = new();
    private readonly AdEvent[] shared;
    private readonly List<ModelProcess> live = [];
    private readonly List<ModelProcess> sleeping = [];

    /// <summary>The disks of the hosts, which outlive their processes.</summary>
    private readonly List<AdEvent[]> spooled = [];
    private readonly List<BsonValue> answered = [];
    private readonly List<string> faults = [];
    private bool isCalm;

    /// <summary>Whether somebody spoils rows now and then, and rebuilds mend them meanwhile.</summary>
    private readonly bool isSpoiled;

    /// <summary>Whether the raw events of yesterday are removed now and then, and what they were.</summary>
    private readonly bool isAged;
    private readonly Dictionary<BsonValue, BsonDocument> aged = [];

    public ModelWorld(int seed)
    {
        isSpoiled = seed % 3 == 0;
        isAged = seed % 3 == 1;
        random = new Random(seed);
        shared = [.. Enumerable.Range(0, 6).Select(number => Event(Ads[random.Next(3)], id: $"client{number}", package: $"x{random.Next(2)}"))];
    }

    /// <summary>Who comes beside those that append and roll up.</summary>
    private Func<ModelProcess, Task> Visitor => isSpoiled ? RebuildAsync : isAged ? RemoveAsync : ReadAsync;

    /// <summary>Runs to the end; says what is wrong then.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        for (var steps = random.Next(100, 400); steps > 0; steps--)
        {
            Happen(random.NextDouble());
        }

        isCalm = true;
        live.AddRange(sleeping);
        // Every client tries again until it is answered.
        spooled.AddRange(shared.Select(one => new[] { one }));
        Finish();
        return faults.Count > 0 ? faults : await JudgeAsync();
    }

    private void Happen(double what)
    {
        var any = live.Count > 0 ? random.Next(live.Count) : -1;
        switch (what)
        {
            case < 0.08 when live.Count < 7:
                Start(process => AppendAsync(process, SomeEvents()));
                break;
            case < 0.14 when live.Count < 7:
                Start(process => RollAsync(process, random.Next(1, 6)));
                break;
            case < 0.16 when live.Count < 7:
                Start(Visitor);
                break;
            case < 0.18 when live.Count < 7 && spooled.Count > 0:
                StartDrain();
                break;
            case < 0.20 when any >= 0:
                live.RemoveAt(any);
                break;
            case < 0.23 when any >= 0:
                sleeping.Add(live[any]);
                live.RemoveAt(any);
                break;
            case < 0.25 when sleeping.Count > 0:
                live.Add(sleeping[^1]);
                sleeping.RemoveAt(sleeping.Count - 1);
                break;
            default:
                Step(any);
                break;
        }
    }

    private void Finish()
    {
        for (var steps = 0; live.Count > 0 || spooled.Count > 0 || HasWork(); steps++)
        {
            if (steps > 200_000)
            {
                faults.Add("does not come to an end");
                return;
            }

            switch (live.Count, spooled.Count)
            {
                case (0, 0):
                    Start(process => RollAsync(process, 5));
                    break;
                case (0, _):
                    StartDrain();
                    break;
            }

            Step(random.Next(live.Count));
        }
    }

    private void Step(int index)
    {
        if (index >= 0 && !live[index].Step())
        {
            live.RemoveAt(index);
        }

        foreach (var one in isAged ? Committed().Where(one => one.Contains("adId")) : [])
        {
            aged[one["_id"]] = one;
        }
    }

    private void Start(Func<ModelProcess, Task> work) => live.Add(new ModelProcess(server, random, () => isCalm).Start(work));

    private void StartDrain()
    {
        var events = spooled[random.Next(spooled.Count)];
        Start(process => DrainAsync(process, events));
    }

    private bool HasWork() =>
        server.List("journal").Any(record => !record["sealed"].AsBoolean && record["roll"].IsBsonNull)
        || server.List("rolls").Any(roll => !roll["applied"].AsBoolean);

    /// <summary>Events with identities of clients, which hosts share, or without: then the host makes them before the first attempt.</summary>
    private AdEvent[] SomeEvents() =>
    [
        .. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.NextDouble() < 0.7
            ? shared[random.Next(shared.Length)]
            : MongoEvents.Identify(Event(Ads[random.Next(3)], day: -random.Next(2)), Noon)).Select(Arriving),
    ];

    /// <summary>The event in some revision and with some flaw: each attempt may come at another time, and the one that is committed decides.</summary>
    private AdEvent Arriving(AdEvent one) => one with { Revision = random.Next(3), Flaw = (TrafficFlaw)random.Next(3), IsVerified = random.Next(2) == 0 };

    private async Task AppendAsync(ModelProcess process, AdEvent[] events)
    {
        try
        {
            await new MongoEventJournal(process.Commands, process.Clock).AppendAsync(events, CancellationToken.None);
            answered.AddRange(events.Select(MongoEvents.IdentityOf));
        }
        catch (StoreUnavailableException) when (random.NextDouble() < 0.5)
        {
            // Safe on the host's disk and answered; they keep the identities of their first attempt.
            answered.AddRange(events.Select(MongoEvents.IdentityOf));
            spooled.Add(events);
        }
        catch (StoreUnavailableException)
        {
            // Answered 503.
        }
    }

    /// <summary>The events leave the disk after they were appended, and not before: whoever dies between leaves them to be appended again.</summary>
    private async Task DrainAsync(ModelProcess process, AdEvent[] events)
    {
        try
        {
            await new MongoEventJournal(process.Commands, process.Clock).AppendAsync([.. events.Select(Arriving)], CancellationToken.None);
            await process.PauseAsync();
            spooled.Remove(events);
        }
        catch (StoreUnavailableException)
        {
            // The next one goes on.
        }
    }

    private static async Task RollAsync(ModelProcess process, int most)
    {
        try
        {
            if (await new MongoEventJournal(process.Commands, process.Clock).NextRollAsync(most, CancellationToken.None) is { } roll)
            {
                await StatsOf(process).ApplyAsync(roll, CancellationToken.None);
            }
        }
        catch (StoreUnavailableException)
        {
            // The next one goes on.
        }
    }

    /// <summary>Law 11, on a node that is not behind: at least what was committed before the read, at most what was after it.</summary>
    private async Task ReadAsync(ModelProcess process)
    {
        var fresh = new ModelProcess(server, new Random(1), () => true);
        var time = DayClosing.ClosedAt(Today.AddDays(-1), random.Next(30));
        var (isAll, isNet) = (random.Next(2) == 0, random.Next(2) == 0);
        int Count() => Committed().Select(MongoEvents.Read).Count(one => isAll
            ? !isNet || one.Flaw == TrafficFlaw.None
            : DayClosing.ClosedAt(one.Day, one.Revision) <= time);
        var before = Count();
        var query = new StatsQuery { GroupBy = [StatsGroup.Ad] };
        var reading = StatsOf(fresh).ReadAsync(isAll ? query with { Traffic = isNet ? TrafficChoice.Net : TrafficChoice.Gross } : query.At(time, time), CancellationToken.None);
        fresh.Start(_ => reading);
        while (fresh.Step())
        {
            await process.PauseAsync();
        }

        var (view, after) = (await reading, Count());
        if (view.Total.Events.Events < before || view.Total.Events.Events > after)
        {
            faults.Add($"a reader saw {view.Total.Events.Events} events of {before} to {after}");
        }
    }

    /// <summary>Spoils something, then derives a day again on a node that is not behind, while others go on; the host may die at any step of it.</summary>
    private async Task RebuildAsync(ModelProcess process)
    {
        Spoil();
        var fresh = new ModelProcess(server, new Random(1), () => true);
        var rebuilding = new MongoLedgerStore(fresh.Commands, fresh.Clock).RebuildDayAsync(Today.AddDays(-random.Next(2)), 3, CancellationToken.None);
        fresh.Start(_ => rebuilding);
        while (fresh.Step())
        {
            await process.PauseAsync();
        }

        await rebuilding;
    }

    /// <summary>Removes the raw events of yesterday, a few at a time, on a host that has every accident.</summary>
    private static async Task RemoveAsync(ModelProcess process)
    {
        try
        {
            var store = new MongoRetentionStore(process.Commands, new LaterClock(process.Clock));
            await store.RaiseRawSinceAsync(Today, CancellationToken.None);
            while ((await store.RemoveRawAsync(2, CancellationToken.None)).MayBeMore)
            {
                await process.PauseAsync();
            }
        }
        catch (StoreUnavailableException)
        {
            // The next one goes on.
        }
    }

    /// <summary>Makes a row say what is not so, or takes one away, or some entries of a bucket.</summary>
    private void Spoil()
    {
        var collection = random.Next(5) switch
        {
            0 => "daily_ad_stats",
            1 => "daily_package_stats",
            2 => "daily_ad_revisions",
            3 => "daily_invalid_stats",
            _ => "events_by_day",
        };
        var rows = server.List(collection);
        if (rows.Count == 0)
        {
            return;
        }

        var one = new BsonDocument("_id", rows[random.Next(rows.Count)]["_id"]);
        var change = collection == "events_by_day" ? new BsonDocument("$set", new BsonDocument("events", new BsonArray()))
            : new BsonDocument("$inc", new BsonDocument("counts.view", random.Next(2) == 0 ? 3L : -1L));
        server.Write("update", collection, new BsonDocument { { "q", one }, { "u", change }, { "upsert", false }, { "multi", false } });
    }

    private static MongoStatsStore StatsOf(ModelProcess process) => new(process.Commands, process.Clock, new MongoSpools(process.Commands, own: null));

    private List<BsonDocument> Committed()
    {
        var records = server.List("journal").ToDictionary(record => record["_id"]);
        return [.. server.List("ad_events").Where(one => records.TryGetValue(one["batch"], out var record) && !record["sealed"].AsBoolean)];
    }

    private async Task<IReadOnlyList<string>> JudgeAsync()
    {
        var committed = isAged ? [.. aged.Values] : Committed();
        var found = new List<string>();
        found.AddRange(answered.Except(committed.Select(one => one["_id"])).Select(id => $"answered and not counted: {id}"));
        var process = new ModelProcess(server, random, () => true);
        var checking = CheckAsync(process, committed, found);
        process.Start(_ => checking);
        while (process.Step())
        {
        }

        await checking;
        return found;
    }

    private async Task CheckAsync(ModelProcess process, List<BsonDocument> committed, List<string> found)
    {
        var expected = RollUp.Of(committed.Select(MongoEvents.Read));
        var ledger = new MongoLedgerStore(process.Commands, process.Clock);
        foreach (var day in isSpoiled ? await ledger.ListDaysAsync(CancellationToken.None) : [])
        {
            await ledger.RebuildDayAsync(day, 3, CancellationToken.None);
        }

        var rows = new RollUp();
        foreach (var day in await ledger.ListDaysAsync(CancellationToken.None))
        {
            var differences = new List<string>();
            var summary = await ledger.CheckDayAsync(
                day,
                page =>
                {
                    differences.AddRange(Ledger.Compare(page).Select(difference => difference.ToString()));
                    page.Derived.AdDays.ToList().ForEach(row => rows.Add(row.Key, row.Value));
                    page.Derived.Revisions.ToList().ForEach(row => rows.Add(row.Key, row.Value));
                    page.Derived.Classes.Where(row => row.Value != default).ToList().ForEach(row => rows.Add(row.Key, row.Value));
                },
                CancellationToken.None,
                mostKeys: 4);
            found.AddRange(summary.IsKept ? differences : []);
            found.AddRange(summary.Totals is { AreEqual: true } ? [] : [$"totals: {summary.Totals}"]);
        }

        found.AddRange(expected.AdDays.Except(rows.AdDays).Select(row => $"committed, but not so in rows: {row}"));
        found.AddRange(rows.AdDays.Except(expected.AdDays).Select(row => $"in rows, but not so committed: {row}"));
        found.AddRange(expected.Revisions.Except(rows.Revisions).Select(row => $"committed, but not so in revisions: {row}"));
        found.AddRange(rows.Revisions.Except(expected.Revisions).Select(row => $"in revisions, but not so committed: {row}"));
        found.AddRange(expected.Classes.Except(rows.Classes).Select(row => $"committed, but not so in invalid or verified traffic: {row}"));
        found.AddRange(rows.Classes.Except(expected.Classes).Select(row => $"in invalid or verified traffic, but not so committed: {row}"));
        found.AddRange((await new MongoPairLedger(process.Commands, process.Clock, mostPairs: 3).CompareAsync(CancellationToken.None)).Select(pair => pair.ToString()));
        var view = await StatsOf(process).ReadAsync(new StatsQuery(), CancellationToken.None);
        found.AddRange(view.Total.Events.Events == committed.Count ? [] : [$"statistics say {view.Total.Events.Events}, not {committed.Count}"]);
        var (net, valid) = (await StatsOf(process).ReadAsync(new StatsQuery { Traffic = TrafficChoice.Net }, CancellationToken.None), committed.Count(one => !one.Contains("flaw")));
        var (verified, proven) = (await StatsOf(process).ReadAsync(new StatsQuery { Traffic = TrafficChoice.Verified }, CancellationToken.None), committed.Count(one => !one.Contains("flaw") && one.Contains("verified")));
        found.AddRange(verified.Total.Events.Events == proven ? [] : [$"verified statistics say {verified.Total.Events.Events}, not {proven}"]);
        found.AddRange(net.Total.Events.Events == valid ? [] : [$"net statistics say {net.Total.Events.Events}, not {valid}"]);
    }

    /// <summary>The clock of a host two hours later: by then every other one has looked at what was committed.</summary>
    private sealed class LaterClock(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow().AddHours(2);
    }
}
