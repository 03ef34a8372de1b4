using AdServer.Common;
using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The rolls: <c>rolls {_id: n, batches, applied}</c>. The unique <c>_id</c> decides whose list is roll n; a batch is part of it if its
/// mark, guarded by <c>roll: null</c>, says so. Every step may be repeated by anybody at any time.
/// </summary>
internal sealed class MongoRolls(MongoRetry commands, TimeProvider clock)
{
    public const string Collection = "rolls";

    /// <summary>The most batches of one roll.</summary>
    private const int MostBatches = MongoVerbs.MostStatements;

    /// <summary>The most rolls of one page: a full one has 36 KB.</summary>
    private const int MostRolls = 200;

    private readonly MongoBatches batches = new(commands);

    /// <summary>The last roll that was applied: the position of everything derived; 0 before the first.</summary>
    public async Task<long> ReadLastAppliedAsync(CancellationToken cancellation) => (await ReadPositionAsync(cancellation)).Applied;

    /// <summary>The same, and whether the roll after it is closed.</summary>
    public async Task<(long Applied, bool HasOpen)> ReadPositionAsync(CancellationToken cancellation)
    {
        var newest = await ReadNewestAsync(cancellation);
        return newest.IsApplied ? (newest.Number, false) : (newest.Number - 1, true);
    }

    /// <summary>The last roll, if it was applied: while it is the last one no roll changes a row. Nothing while one is being applied.</summary>
    public async Task<long?> FindRestAsync(CancellationToken cancellation) =>
        await ReadNewestAsync(cancellation) is { IsApplied: true } newest ? newest.Number : null;

    /// <summary>The events of a day and a roll that was applied, in their order, as far as this node sees them.</summary>
    public async Task<IReadOnlyList<AdEvent>> ReadDayAsync(long number, UtcDay day, CancellationToken cancellation)
    {
        var part = await batches.ListRolledAsync(number - 1, number, cancellation).Select(batch => batch.Id).ToListAsync(cancellation);
        return await MongoEventScan.OfBatchesAsync(commands, part, new BsonDocument("day", day.ToString()), cancellation)
            .Select(MongoEvents.Read).ToListAsync(cancellation);
    }

    /// <summary>The roll to apply next; nothing if nothing waits.</summary>
    public async Task<Roll?> NextAsync(int maxEvents, CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        while (true)
        {
            var newest = await ReadNewestAsync(cancellation);
            if (newest.IsApplied && !await CloseAsync(newest.Number + 1, maxEvents, cancellation))
            {
                // Nothing waits: in no roll, or in one that another host closed since the look.
                if (await ReadNewestAsync(cancellation) is { IsApplied: true })
                {
                    return null;
                }

                continue;
            }

            // Not visible yet, or applied by another host meanwhile, or some of its events not visible yet: look again.
            if (await FindAsync(newest.IsApplied ? newest.Number + 1 : newest.Number, cancellation) is { IsApplied: false } next
                && await ReadEventsAsync(await MarkAsync(next, cancellation), cancellation) is { } events)
            {
                return new Roll(next.Number, events);
            }

            await patience.PauseAsync(cancellation);
        }
    }

    /// <summary>Whether a roll is there and applied, as far as this node knows.</summary>
    public async Task<bool> IsAppliedAsync(long number, CancellationToken cancellation) =>
        await FindAsync(number, cancellation) is { IsApplied: true };

    /// <summary>The lists of the rolls after one and up to another; nothing if this node does not see all of these rolls.</summary>
    public async Task<IReadOnlySet<string>?> ListBatchesAsync(long after, long last, CancellationToken cancellation)
    {
        var listed = new HashSet<string>();
        while (after < last)
        {
            var next = new BsonDocument("_id", new BsonDocument { { "$gt", after }, { "$lte", last } });
            var page = await commands.FindAsync(Collection, next, new BsonDocument("_id", 1), MostRolls, null, cancellation);
            if (page.Documents.Count == 0)
            {
                return null;
            }

            foreach (var roll in page.Documents.Select(Read))
            {
                if (roll.Number != ++after)
                {
                    return null;
                }

                listed.UnionWith(roll.Batches);
            }
        }

        return listed;
    }

    /// <summary>Says that all which the roll adds is written.</summary>
    public async Task MarkAppliedAsync(long number, CancellationToken cancellation)
    {
        var applied = MongoVerbs.Statement(new BsonDocument("_id", number), new BsonDocument("$set", new BsonDocument("applied", true)));
        if (await commands.UpdateAsync(Collection, [applied], cancellation) == 0)
        {
            throw new InvalidOperationException($"There is no roll {number}");
        }
    }

    /// <summary>Closes a roll over what waits, unless somebody has closed it; says whether there is one now.</summary>
    private async Task<bool> CloseAsync(long number, int maxEvents, CancellationToken cancellation)
    {
        var chosen = new BsonArray();
        var events = 0L;
        await foreach (var batch in batches.ListWaitingAsync(MostBatches, cancellation))
        {
            events += batch.Events;
            if (chosen.Count == MostBatches || (chosen.Count > 0 && events > maxEvents))
            {
                break;
            }

            chosen.Add(batch.Id);
        }

        if (chosen.Count == 0)
        {
            return false;
        }

        var roll = new BsonDocument
        {
            { "_id", number }, { "batches", chosen }, { "applied", false }, { "closedAt", clock.Now().UtcDateTime },
        };
        await commands.InsertAsync(Collection, [roll], 1, cancellation);
        return true;
    }

    /// <summary>Marks the batches of the roll's list that are in no other roll, and returns those that are part of this one.</summary>
    private async Task<IReadOnlyList<MongoBatch>> MarkAsync(MongoRoll roll, CancellationToken cancellation)
    {
        var mark = new BsonDocument("$set", new BsonDocument("roll", roll.Number));
        var marked = await commands.UpdateAsync(
            MongoBatches.Collection,
            roll.Batches.Select(batch => MongoVerbs.Statement(
                new BsonDocument { { "_id", batch }, { "sealed", false }, { "roll", MongoVerbs.In([BsonNull.Value, roll.Number]) } }, mark)),
            cancellation);
        var patience = commands.NewPatience();
        while (true)
        {
            var part = await batches.ListRolledAsync(roll.Number - 1, roll.Number, cancellation).ToListAsync(cancellation);
            if (part.Count == marked)
            {
                return part;
            }

            await patience.PauseAsync(cancellation);
        }
    }

    /// <summary>The events of some batches in the order of their commits; nothing if this node does not see all of them.</summary>
    private async Task<IReadOnlyList<AdEvent>?> ReadEventsAsync(IReadOnlyList<MongoBatch> part, CancellationToken cancellation)
    {
        var events = new List<AdEvent>();
        var found = 0L;
        await foreach (var document in MongoEventScan.OfBatchesAsync(commands, [.. part.Select(batch => batch.Id)], [], cancellation))
        {
            found++;
            if (!MongoEvents.IsSwept(document))
            {
                events.Add(MongoEvents.Read(document));
            }
        }

        return found == part.Sum(batch => (long)batch.Events) ? events : null;
    }

    private async Task<MongoRoll> ReadNewestAsync(CancellationToken cancellation)
    {
        var page = await commands.FindAsync(Collection, [], new BsonDocument("_id", -1), 1, null, cancellation);
        return page.Documents is [var newest] ? Read(newest) : new MongoRoll(0, [], IsApplied: true);
    }

    private async Task<MongoRoll?> FindAsync(long number, CancellationToken cancellation) =>
        await commands.FindOneAsync(Collection, number, cancellation) is { } found ? Read(found) : null;

    private static MongoRoll Read(BsonDocument document) => new(
        document["_id"].ToInt64(), [.. document["batches"].AsBsonArray.Select(batch => batch.AsString)], document["applied"].AsBoolean);

    /// <summary>A roll as it is kept. Its list never changes.</summary>
    private sealed record MongoRoll(long Number, IReadOnlyList<string> Batches, bool IsApplied);
}
