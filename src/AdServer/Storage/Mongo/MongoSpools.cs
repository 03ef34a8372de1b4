using AdServer.Common;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Which hosts hold events that the engine does not have yet: one document <c>spools {_id: spool, turn, events, setAside, since}</c> each,
/// from before the host drains its spool until nothing is in it. A host that cannot reach the engine cannot say so.
/// </summary>
/// <param name="commands">The engine.</param>
/// <param name="own">The spool of this host, if it has one.</param>
internal sealed class MongoSpools(MongoRetry commands, SqliteSpool? own)
{
    public const string Collection = "spools";

    /// <summary>Says that the own spool has events.</summary>
    public Task MarkAsync(SpoolState state, CancellationToken cancellation)
    {
        var mark = new BsonDocument
        {
            { "turn", state.Writes }, { "events", state.Events }, { "setAside", state.SetAside }, { "since", state.Oldest is { } since ? since.UtcDateTime : BsonNull.Value },
        };
        var statement = MongoVerbs.Statement(new BsonDocument("_id", own!.Id), new BsonDocument("$set", mark), upsert: true);
        return commands.UpdateAsync(Collection, [statement], cancellation);
    }

    /// <summary>Says that nothing is in the own spool. Carried out late, it takes away no newer mark.</summary>
    public Task ClearAsync(SpoolState state, CancellationToken cancellation)
    {
        var filter = new BsonDocument { { "_id", own!.Id }, { "turn", new BsonDocument("$lte", state.Writes) } };
        return commands.DeleteAsync(Collection, [filter], cancellation);
    }

    /// <summary>Whether nobody is known to hold events that the engine does not have.</summary>
    public async Task<bool> AreEmptyAsync(CancellationToken cancellation) =>
        own is not { State.HoldsNothing: false }
        && (await commands.FindAsync(Collection, [], null, 1, new BsonDocument("_id", 1), cancellation)).Documents.Count == 0;

    /// <exception cref="StartException">A server holds events that the engine does not have: whoever copies the store would miss them.</exception>
    public async Task RequireEmptyAsync(string store, CancellationToken cancellation)
    {
        if (!await AreEmptyAsync(cancellation))
        {
            throw new StartException(
                $"A server of {store} has a spool with events that are not in the database yet (db.spools.find() says how many). Start that server if it "
                + "is stopped, wait until its adserver_spool_events and adserver_spool_set_aside are 0 (for a copy, stop it then), and start this again. If the server's disk is lost "
                + "for good, remove its mark: db.spools.deleteOne({_id: …}).");
        }
    }

    /// <summary>Which ads had an event from which package, of those in the own spool.</summary>
    public async Task<IReadOnlyList<PackageAds>> ReadPackageAdsAsync(CancellationToken cancellation) =>
        own is null ? [] : await own.ReadPackageAdsAsync(cancellation);
}
