using System.Globalization;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>The events of a store that is moved elsewhere, in the order of their commits: roll by roll, then what is in none; whole batches.</summary>
/// <param name="commands">The engine.</param>
/// <param name="cut">Up to where; absent: all, of a store that nobody writes to.</param>
internal sealed class MongoCopyEvents(MongoRetry commands, MongoCut? cut = null)
{
    private MongoKeptDays? kept;

    /// <summary>About how many events a piece has; a batch is never cut.</summary>
    private const int MostEvents = 4000;

    /// <summary>Batches that are looked at for one piece.</summary>
    private const int MostBatches = MongoVerbs.MostStatements;

    private const string Waiting = "";

    /// <summary>The events of the next batches.</summary>
    public async Task<CopyPiece?> ReadAsync(string[]? after, CancellationToken cancellation)
    {
        kept ??= await MongoKeptDays.ReadAsync(commands, cut, cancellation);
        while (true)
        {
            var (roll, batch) = after is [var first, var second] ? (first, second) : ("0", string.Empty);
            var records = await ListBatchesAsync(roll, batch, cancellation);
            if (records.Count == 0 && roll == Waiting)
            {
                return null;
            }

            after = records.Count == 0 ? [Waiting, string.Empty] : [roll == Waiting ? Waiting : RollOf(records[^1]), records[^1].Text("_id")];
            if (records.Count > 0 && await ReadWholeAsync(records, cancellation) is { Count: > 0 } events)
            {
                return new CopyPiece(new CopyRows.Events(events), StoragePlace.Of(after));
            }
        }
    }

    /// <summary>
    /// The events of some batches. Of a store that goes on a node may not see all yet: then it is asked again, unless some may have been swept.
    /// </summary>
    private async Task<IReadOnlyList<AdEvent>> ReadWholeAsync(IReadOnlyList<BsonDocument> records, CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        while (true)
        {
            var (events, isWhole) = await ReadEventsAsync(records, cancellation);
            if (isWhole || cut is null || await new MongoAdMarks(commands).AreThereAsync(cancellation))
            {
                return events;
            }

            await patience.PauseAsync(cancellation);
        }
    }

    /// <summary>The events of some batches that are not in rows; how many a batch had says nothing if some of them may be gone.</summary>
    private async Task<(IReadOnlyList<AdEvent> Events, bool IsWhole)> ReadEventsAsync(IReadOnlyList<BsonDocument> records, CancellationToken cancellation)
    {
        var (events, found) = (new List<AdEvent>(), 0L);
        var expected = records.Where(record => !MongoBatches.IsThinned(record)).ToDictionary(record => record.Text("_id"), record => record["events"].ToInt64());
        foreach (var roll in records.GroupBy(MongoBatches.RollOf))
        {
            var names = roll.Select(record => record.Text("_id")).ToList();
            await foreach (var document in MongoEventScan.OfBatchesAsync(commands, names, [], cancellation))
            {
                found += expected.ContainsKey(document.Text("batch")) ? 1 : 0;
                if (!MongoEvents.IsSwept(document) && !kept!.Holds(UtcDay.Parse(document.Text("day")), roll.Key))
                {
                    events.Add(ReadEvent(document));
                }
            }
        }

        return (events, found == expected.Values.Sum());
    }

    /// <summary>The commit records after a place: of rolls in their order, or of what waits.</summary>
    private async Task<IReadOnlyList<BsonDocument>> ListBatchesAsync(string roll, string batch, CancellationToken cancellation)
    {
        var isCommitted = new BsonDocument("sealed", false);
        var (place, order) = roll == Waiting
            ? (AfterWaiting(batch), new BsonDocument("_id", 1))
            : (AfterRolled(long.Parse(roll, CultureInfo.InvariantCulture), batch), new BsonDocument { { "roll", 1 }, { "_id", 1 } });
        var page = await commands.FindAsync(
            MongoBatches.Collection, MongoVerbs.And(isCommitted, place), order, MostBatches, null, cancellation);
        var some = new List<BsonDocument>();
        var events = 0L;
        foreach (var record in page.Documents.TakeWhile(record => some.Count == 0 || events + record["events"].ToInt64() <= MostEvents))
        {
            some.Add(record);
            events += record["events"].ToInt64();
        }

        return some;
    }

    private BsonDocument AfterWaiting(string batch) => cut is null
        ? new BsonDocument { { "roll", BsonNull.Value }, { "_id", new BsonDocument("$gt", batch) } }
        : new BsonDocument("_id", MongoVerbs.In(cut.TailAfter(batch).Take(MostBatches).Select(id => (BsonValue)id)));

    private BsonDocument AfterRolled(long roll, string batch) => MongoVerbs.And(
        cut is null ? [] : new BsonDocument("roll", new BsonDocument("$lte", cut.Roll)), NextRolled(roll, batch));

    private static BsonDocument NextRolled(long roll, string batch) => new(
        "$or", new BsonArray
        {
            new BsonDocument("roll", new BsonDocument("$gt", roll)),
            new BsonDocument { { "roll", roll }, { "_id", new BsonDocument("$gt", batch) } },
        });

    private static string RollOf(BsonDocument record) =>
        MongoBatches.RollOf(record) is { } roll ? roll.ToString(CultureInfo.InvariantCulture) : Waiting;

    /// <summary>The event with its identity, whoever made it.</summary>
    private static AdEvent ReadEvent(BsonDocument document) => document["_id"] is BsonBinaryData ours
        ? MongoEvents.Read(document) with { Identity = new Guid(ours.Bytes, bigEndian: true) }
        : MongoEvents.Read(document);
}
