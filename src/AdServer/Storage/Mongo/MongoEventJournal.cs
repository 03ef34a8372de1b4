using AdServer.Events;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>The raw events in MongoDB: a batch counts from the insert of its commit record on, a roll is a list of batches.</summary>
/// <param name="commands">The engine.</param>
/// <param name="clock">The time.</param>
/// <param name="process">What the names of no other process's batches end in; drawn if it is not given.</param>
internal sealed class MongoEventJournal(MongoRetry commands, TimeProvider clock, string? process = null) : IEventJournal
{
    private readonly MongoBatches batches = new(commands);
    private readonly MongoBatchNames names = new(clock, process);
    private readonly MongoRolls rolls = new(commands, clock);

    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AdEvent> batch, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var one in batch)
        {
            MongoEvents.Check(one);
        }

        var outcomes = new AppendOutcome[batch.Count];
        Array.Fill(outcomes, AppendOutcome.Duplicate);
        for (var left = FirstOfEach(batch); left.Count > 0;)
        {
            var attempt = await new MongoAppend(commands, batches, clock, names.Next()).RunAsync(left, cancellation);
            left = attempt.IsCommitted ? [] : attempt.Mine;
            foreach (var one in attempt.IsCommitted ? attempt.Mine : [])
            {
                outcomes[one.Place] = AppendOutcome.Stored;
            }
        }

        return outcomes;
    }

    public Task<Roll?> NextRollAsync(int maxEvents, CancellationToken cancellation) => rolls.NextAsync(maxEvents, cancellation);

    public async Task<JournalLag> ReadLagAsync(CancellationToken cancellation)
    {
        var (roll, hasOpen) = await rolls.ReadPositionAsync(cancellation);
        var isBehind = new BsonDocument
        {
            { "sealed", false },
            { "$or", new BsonArray { new BsonDocument("roll", BsonNull.Value), new BsonDocument("roll", new BsonDocument("$gt", roll)) } },
        };
        var sums = new BsonDocument
        {
            { "_id", BsonNull.Value }, { "events", new BsonDocument("$sum", "$events") }, { "oldest", new BsonDocument("$min", "$oldest") },
        };
        var pipeline = new BsonArray { new BsonDocument("$match", isBehind), new BsonDocument("$group", sums) };
        var page = await commands.AggregateAsync(MongoBatches.Collection, pipeline, 1, cancellation);
        return page.Documents is [var sum]
            ? new JournalLag(roll, sum["events"].ToInt64(), new DateTimeOffset(sum["oldest"].ToUniversalTime())) { HasOpenRoll = hasOpen }
            : new JournalLag(roll, 0, null) { HasOpenRoll = hasOpen };
    }

    /// <summary>One batch never holds one identity twice: a later one is a duplicate of the first, whatever becomes of that.</summary>
    private IReadOnlyList<MongoPending> FirstOfEach(IReadOnlyList<AdEvent> batch)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var now = clock.GetUtcNow();
        return
        [
            .. batch.Select((one, place) => (Event: MongoEvents.Identify(one, now), Place: place))
                .Where(one => one.Event.EventId is null || seen.Add(one.Event.EventId))
                .Select(one => new MongoPending(one.Place, MongoEvents.IdentityOf(one.Event), one.Event)),
        ];
    }
}
