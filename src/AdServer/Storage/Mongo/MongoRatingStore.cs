using System.Runtime.CompilerServices;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Other flaws for events that are rolled up. First the raw events change, each by a write of its own that is guarded by the flaw it had; then
/// the day is rebuilt, which brings buckets and rows to what raw events say, whoever died where before.
/// </summary>
internal sealed class MongoRatingStore(MongoRetry commands, TimeProvider clock) : IRatingStore
{
    private readonly MongoRolls rolls = new(commands, clock);
    private readonly MongoBatches batches = new(commands);
    private readonly MongoRebuild rebuild = new(commands, clock);
    private readonly MongoRawSince rawSince = new(commands);

    public async IAsyncEnumerable<PlacedEvent> ListEventsAsync(UtcDay day, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Read before the events: whoever still applies a roll up to this one finds its rows written, and adds nothing by other flaws.
        var applied = await rolls.ReadLastAppliedAsync(cancellation);
        var events = MongoEventScan.ListAsync(commands, new BsonDocument("day", day.ToString()), null, cancellation);
        await foreach (var some in events.Chunk(MongoEvents.PageSize).WithCancellation(cancellation))
        {
            var records = await batches.ReadAsync(some.Select(one => one["batch"].AsString).Distinct(), cancellation);
            foreach (var document in some)
            {
                if (records.TryGetValue(document["batch"].AsString, out var record) && MongoBatches.RollOf(record) <= applied)
                {
                    yield return new PlacedEvent(PlaceOf(document["_id"]), MongoEvents.Read(document));
                }
            }
        }
    }

    public async Task ChangeAsync(UtcDay day, IReadOnlyList<FlawChange> changes, CancellationToken cancellation)
    {
        if (changes.Count > 0 && await rawSince.KeepsAsync(day, cancellation))
        {
            await commands.UpdateAsync(MongoEvents.Collection, changes.Select(Write), cancellation);
        }
    }

    public Task SettleAsync(UtcDay day, int mostKeys, CancellationToken cancellation) => rebuild.DayAsync(day, mostKeys, cancellation);

    private static BsonDocument Write(FlawChange change)
    {
        var before = change.One.Event.Flaw;
        // Of a swept event nothing but its identity is left: it has no flaw either.
        var filter = new BsonDocument
        {
            { "_id", IdOf(change.One.Place) },
            { "adId", change.One.Event.AdId },
            { "flaw", before == TrafficFlaw.None ? BsonNull.Value : MongoEvents.NameOf(before) },
        };
        return MongoVerbs.Statement(filter, change.Flaw == TrafficFlaw.None
            ? new BsonDocument("$unset", new BsonDocument("flaw", ""))
            : new BsonDocument("$set", new BsonDocument("flaw", MongoEvents.NameOf(change.Flaw))));
    }

    /// <summary>An <c>_id</c> as text: one of a client behind a colon, one of ours as a UUID.</summary>
    private static string PlaceOf(BsonValue id) => id is BsonString given ? $":{given.Value}" : new Guid(id.AsByteArray, bigEndian: true).ToString();

    private static BsonValue IdOf(string place) => place is [':', .. var given]
        ? given
        : new BsonBinaryData(Guid.Parse(place).ToByteArray(bigEndian: true));
}
