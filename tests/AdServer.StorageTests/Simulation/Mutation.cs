using AdServer.Events;
using AdServer.Stats;
using AdServer.Storage.Sqlite;
using MongoDB.Bson;

namespace AdServer.StorageTests.Simulation;

/// <summary>
/// Something that is broken on purpose, from outside of the product: a double around a part of it, or commands that are changed on their way.
/// </summary>
internal sealed record Mutation(string Name)
{
    /// <summary>Nothing is broken.</summary>
    public static Mutation None { get; } = new("none");

    public Func<IEventJournal, Life, IEventJournal> Journal { get; init; } = (journal, _) => journal;

    /// <summary>What readers ask, made once for each process.</summary>
    public Func<IStatsStore, IStatsStore> Reports { get; init; } = reports => reports;

    public Func<IStatsStore, ISqliteTransactions, TimeProvider, IStatsStore> SqliteStats { get; init; } = (stats, _, _) => stats;

    /// <summary>What an empty SQLite store is changed by.</summary>
    public string Sql { get; init; } = string.Empty;

    /// <summary>How much of the log of writes is on the disk when the process is killed.</summary>
    public Func<long, long> Written { get; init; } = all => all;

    /// <summary>What becomes of a write to MongoDB.</summary>
    public Func<BsonDocument, IEnumerable<BsonDocument>> Rewrite { get; init; } = command => [command];

    public Func<Func<CancellationToken, Task>, SqliteSpool, IEventJournal, Func<CancellationToken, Task>> Drain { get; init; } =
        (drain, _, _) => drain;
}
