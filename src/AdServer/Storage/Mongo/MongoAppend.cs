using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// One attempt to commit some events as a batch of their own (storage laws 2 and 3). An event whose identity is taken is settled: its
/// batch is committed, then it is a duplicate; else that batch is sealed, then the event is taken over by an update guarded by it.
/// </summary>
internal sealed class MongoAppend(MongoRetry commands, MongoBatches batches, TimeProvider clock, string batch)
{
    /// <summary>For so long the owner of a batch is given time to commit it. Courtesy, not safety: the record decides.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(2);

    private readonly List<MongoPending> mine = [];
    private readonly MongoPatience patience = commands.NewPatience();

    /// <summary>
    /// Commits those events that nobody has committed; nothing comes back if the batch was sealed meanwhile: then those that are not
    /// duplicates have to be appended again, under the same identities.
    /// </summary>
    public async Task<MongoAttempt> RunAsync(IReadOnlyList<MongoPending> events, CancellationToken cancellation)
    {
        for (var open = events; open.Count > 0;)
        {
            var refused = await InsertAsync(open, cancellation);
            open = refused.Count == 0 ? [] : await SettleAsync(refused, cancellation);
        }

        return new MongoAttempt(mine, mine.Count == 0 || await CommitAsync(cancellation));
    }

    /// <summary>Inserts; returns those whose identity is taken, if only by an attempt of this batch that got no answer.</summary>
    private async Task<IReadOnlyList<MongoPending>> InsertAsync(IReadOnlyList<MongoPending> open, CancellationToken cancellation)
    {
        var documents = open.Select(one => MongoEvents.Write(one.Event, batch, one.Place)).ToList();
        var taken = (await commands.InsertAsync(MongoEvents.Collection, documents, MongoVerbs.MostStatements, cancellation)).ToHashSet();
        mine.AddRange(open.Where((_, index) => !taken.Contains(index)));
        return [.. open.Where((_, index) => taken.Contains(index))];
    }

    /// <summary>Looks whose the events are until each is a duplicate, or ours, or gone; returns the last, to be inserted again.</summary>
    private async Task<IReadOnlyList<MongoPending>> SettleAsync(IReadOnlyList<MongoPending> taken, CancellationToken cancellation)
    {
        var gone = new List<MongoPending>();
        for (var open = taken; open.Count > 0;)
        {
            var owners = await ReadOwnersAsync(open, cancellation);
            // Not there: swept meanwhile, or this node is behind. An insert tells.
            gone.AddRange(open.Where(one => !owners.ContainsKey(one.Identity)));
            mine.AddRange(open.Where(one => owners.GetValueOrDefault(one.Identity) == batch));
            var others = open.Where(one => owners.TryGetValue(one.Identity, out var owner) && owner != batch)
                .ToLookup(one => owners[one.Identity]);
            open = await TakeOverAsync(others, cancellation);
            if (open.Count > 0 || gone.Count > 0)
            {
                await patience.PauseAsync(cancellation);
            }
        }

        return gone;
    }

    /// <summary>By owner: a committed one's are duplicates, a sealed one's are taken over, a late one is sealed. Returns those to look at again.</summary>
    private async Task<IReadOnlyList<MongoPending>> TakeOverAsync(ILookup<string, MongoPending> others, CancellationToken cancellation)
    {
        var records = await batches.ReadAsync(others.Select(group => group.Key), cancellation);
        var open = others.Where(group => !records.TryGetValue(group.Key, out var record) || MongoBatches.IsSealed(record)).ToList();
        var late = open.Where(group => !records.ContainsKey(group.Key) && IsLate(group.Key)).Select(group => group.Key).ToList();
        await batches.SealAsync(late, cancellation);
        await commands.UpdateAsync(
            MongoEvents.Collection,
            from owner in open
            where records.ContainsKey(owner.Key)
            from one in owner
            select MongoVerbs.Statement(
                new BsonDocument { { "_id", one.Identity }, { "batch", owner.Key } }, MongoEvents.Write(one.Event, batch, one.Place)),
            cancellation);
        return [.. open.SelectMany(group => group)];
    }

    /// <summary>Whoever's clock is wrong, and however short the deadline: before it passes every owner has been given its time.</summary>
    private bool IsLate(string owner) => patience.Waited > Courtesy || patience.IsHalfOver || clock.GetUtcNow() - MongoBatchNames.MadeAt(owner) > Courtesy;

    private async Task<Dictionary<BsonValue, string>> ReadOwnersAsync(IReadOnlyList<MongoPending> events, CancellationToken cancellation) =>
        (await commands.FindThoseAsync(
            MongoEvents.Collection, events.Select(one => one.Identity), null, new BsonDocument("batch", 1), cancellation))
            .ToDictionary(document => document["_id"], document => document["batch"].AsString);

    private Task<bool> CommitAsync(CancellationToken cancellation) =>
        batches.CommitAsync(batch, mine.Count, mine.Min(one => one.Event.CreatedAt), cancellation);
}

/// <summary>An event that waits for its commit.</summary>
/// <param name="Place">Its place among the events that were given together.</param>
/// <param name="Identity">Its <c>_id</c>.</param>
/// <param name="Event">The event.</param>
internal sealed record MongoPending(int Place, BsonValue Identity, AdEvent Event);

/// <summary>How an attempt ended.</summary>
/// <param name="Mine">The events of the batch; all others were duplicates.</param>
/// <param name="IsCommitted">Whether the batch is committed, or else sealed.</param>
internal sealed record MongoAttempt(IReadOnlyList<MongoPending> Mine, bool IsCommitted);
