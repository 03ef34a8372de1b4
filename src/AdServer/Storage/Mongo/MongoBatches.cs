using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The commit records: <c>journal {_id: batch, sealed, events, oldest, roll, thinned}</c>. A batch exists for readers from the moment of its
/// record. Owner and sealer race for the one <c>_id</c>, and the engine decides. A sealed one is in no roll, for ever (<c>roll: 0</c>).
/// Before any event of a batch is deleted the batch is <c>thinned</c>: from then on nobody expects to find as many as were committed.
/// </summary>
internal sealed class MongoBatches(MongoRetry commands)
{
    public const string Collection = "journal";

    /// <summary>Inserts the commit record; says whether it is there, or that the batch was sealed before.</summary>
    public async Task<bool> CommitAsync(string batch, int events, DateTimeOffset oldest, CancellationToken cancellation)
    {
        var record = new BsonDocument
        {
            { "_id", batch }, { "sealed", false }, { "events", events }, { "oldest", oldest.UtcDateTime }, { "roll", BsonNull.Value },
        };
        var refused = await commands.InsertAsync(Collection, [record], 1, cancellation);
        // Taken: by a sealer, or by an attempt of ours that was executed without an answer. Only the record tells.
        return refused.Count == 0 || !IsSealed(await ReadExistingAsync(batch, cancellation));
    }

    /// <summary>Makes sure that a batch has a record: if it has none yet it will never be committed.</summary>
    public Task SealAsync(IEnumerable<string> batches, CancellationToken cancellation) =>
        commands.InsertAsync(
            Collection,
            [.. batches.Select(batch => new BsonDocument { { "_id", batch }, { "sealed", true }, { "events", 0 }, { "roll", 0L } })],
            MongoVerbs.MostStatements,
            cancellation);

    /// <summary>The records of some batches; those that have none, or whose record this node has not seen, are absent.</summary>
    public async Task<Dictionary<string, BsonDocument>> ReadAsync(IEnumerable<string> batches, CancellationToken cancellation) =>
        (await commands.FindThoseAsync(Collection, batches.Select(batch => (BsonValue)batch), null, null, cancellation))
            .ToDictionary(record => record["_id"].AsString);

    /// <summary>Says that events of some batches, which applied rolls hold, may be gone from now on.</summary>
    public Task ThinAsync(IEnumerable<string> some, CancellationToken cancellation) => commands.UpdateAsync(
        Collection,
        some.Chunk(MongoVerbs.MostStatements).Select(ids => MongoVerbs.Statement(
            new BsonDocument("_id", MongoVerbs.In(ids.Select(id => (BsonValue)id))),
            new BsonDocument("$set", new BsonDocument("thinned", true)),
            multi: true)),
        cancellation);

    /// <summary>Whether any of some batches is in a roll, by a write that touches it: what a read says may be old.</summary>
    public async Task<bool> AreRolledAsync(IEnumerable<string> some, CancellationToken cancellation)
    {
        var touch = new BsonDocument("$currentDate", new BsonDocument("sweptAt", true));
        var those = some.Chunk(MongoVerbs.MostStatements).Select(ids => new BsonDocument
        {
            { "_id", MongoVerbs.In(ids.Select(id => (BsonValue)id)) }, { "roll", new BsonDocument("$gt", 0L) },
        });
        return await commands.UpdateAsync(Collection, those.Select(filter => MongoVerbs.Statement(filter, touch, multi: true)), cancellation) > 0;
    }

    /// <summary>The committed batches in no roll, in the order of their making.</summary>
    public IAsyncEnumerable<MongoBatch> ListWaitingAsync(int pageSize, CancellationToken cancellation) =>
        ListAsync(BsonNull.Value, pageSize, cancellation);

    /// <summary>The batches of the rolls after one and up to another.</summary>
    public IAsyncEnumerable<MongoBatch> ListRolledAsync(long after, long last, CancellationToken cancellation) =>
        ListAsync(new BsonDocument { { "$gt", after }, { "$lte", last } }, MongoVerbs.PageSize, cancellation);

    /// <summary>Whether events of the batch may be gone.</summary>
    public static bool IsThinned(BsonDocument record) => record.Contains("thinned");

    public static bool IsSealed(BsonDocument record) => record["sealed"].AsBoolean;

    /// <summary>The roll that holds a committed batch; nothing for others.</summary>
    public static long? RollOf(BsonDocument record) => !IsSealed(record) && record["roll"] is { IsBsonNull: false } roll ? roll.ToInt64() : null;

    private IAsyncEnumerable<MongoBatch> ListAsync(BsonValue roll, int pageSize, CancellationToken cancellation) =>
        commands.ScanAsync(Collection, new BsonDocument { { "sealed", false }, { "roll", roll } }, null, pageSize, cancellation)
            .Select(record => new MongoBatch(record["_id"].AsString, record["events"].ToInt32(), RollOf(record)) { IsThinned = IsThinned(record) });

    private async Task<BsonDocument> ReadExistingAsync(string batch, CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        while (true)
        {
            if (await commands.FindOneAsync(Collection, batch, cancellation) is { } record)
            {
                return record;
            }

            await patience.PauseAsync(cancellation);
        }
    }
}

/// <summary>A committed batch.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Events">How many events it has: whoever finds fewer reads from a node that is behind.</param>
/// <param name="Roll">The roll that holds it, if one does.</param>
internal sealed record MongoBatch(string Id, int Events, long? Roll)
{
    /// <summary>Some of the events may be gone, with a removed ad or because they are old: how many there are says nothing then.</summary>
    public bool IsThinned { get; init; }
}
