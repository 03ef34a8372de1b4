using System.Collections.Concurrent;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The packages that were ever counted by name: <c>packages {_id: name, order}</c>, so that the bound on them is one for all starts. Their
/// order is that of one process's notes, and about that of time between processes.
/// </summary>
internal sealed class MongoPackages(MongoRetry commands, TimeProvider clock)
{
    public const string Collection = "packages";

    private readonly ConcurrentDictionary<string, bool> noted = new(StringComparer.Ordinal);
    private readonly MongoBatchNames order = new(clock);

    /// <summary>Notes packages; those that this process noted before are not sent again.</summary>
    public async Task NoteAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        var fresh = names.Distinct().Where(name => !noted.ContainsKey(name)).ToList();
        var documents = fresh.Select(name => new BsonDocument { { "_id", name }, { "order", order.Next() } }).ToList();
        await commands.InsertAsync(Collection, documents, MongoVerbs.MostStatements, cancellation);
        fresh.ForEach(name => noted[name] = true);
    }

    /// <summary>All names, in the order in which they came.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation) =>
        await commands.ScanAsync(Collection, [], null, MongoVerbs.PageSize, cancellation)
            .OrderBy(package => package["order"].AsString, StringComparer.Ordinal)
            .Select(package => package["_id"].AsString).ToListAsync(cancellation);
}
