using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Copied events as batches: the name of a batch follows from how many events were there before it, so a piece that is written again is the
/// same batch again. Nobody else writes, so an identity that is taken is one of this copy.
/// </summary>
internal sealed class MongoCopyBatches(MongoRetry commands, TimeProvider clock)
{
    private readonly MongoBatches batches = new(commands);

    /// <summary>A name that sorts by a number, before those that servers make.</summary>
    public static string NameOf(long number, string kind) => FormattableString.Invariant($"{0:x12}{number:x16}{kind}");

    public async Task AddEventsAsync(IReadOnlyList<AdEvent> events, long before, CancellationToken cancellation)
    {
        var batch = NameOf(before, "events");
        var documents = events.Select((one, place) => MongoEvents.Write(one, batch, place)).ToList();
        await commands.InsertAsync(MongoEvents.Collection, documents, MongoVerbs.MostStatements, cancellation);
        await CommitAsync(batch, events.Count, events.Min(one => one.CreatedAt), cancellation);
    }

    /// <summary>Adds those identities whose events were not copied.</summary>
    public async Task AddIdsAsync(IReadOnlyList<CopiedEventId> ids, long before, CancellationToken cancellation)
    {
        var batch = NameOf(before, "ids");
        var owners = (await commands.FindThoseAsync(
            MongoEvents.Collection, ids.Select(one => (BsonValue)one.Id), null, new BsonDocument("batch", 1), cancellation))
            .ToDictionary(document => document.Text("_id"), document => document.Text("batch"));
        var mine = ids.Where(one => owners.GetValueOrDefault(one.Id, batch) == batch).ToList();
        if (mine.Count == 0)
        {
            return;
        }

        // Nobody says on which day the events went; counted from now on, the identities are kept no shorter than they should be.
        var removedOn = UtcDay.Of(clock.Now()).ToString();
        var documents = mine.Select((one, place) =>
            new BsonDocument { { "_id", one.Id }, { "batch", batch }, { "place", place }, { MongoEvents.RemovedOn, removedOn } }).ToList();
        await commands.InsertAsync(MongoEvents.Collection, documents, MongoVerbs.MostStatements, cancellation);
        await CommitAsync(batch, mine.Count, mine.Min(one => one.Day.Start), cancellation);
    }

    private async Task CommitAsync(string batch, int events, DateTimeOffset oldest, CancellationToken cancellation)
    {
        if (!await batches.CommitAsync(batch, events, oldest, cancellation))
        {
            throw new InvalidOperationException($"Somebody has sealed the batch {batch}: a server writes to the target");
        }
    }
}
