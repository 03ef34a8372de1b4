using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Storage.Mongo;

/// <summary>
/// A position of the journal of a store that goes on: the rolls up to one that was applied, which never change, and by their names all batches that
/// were committed beside them. Nobody has to roll anything up for it, and no batch is in it by half.
/// </summary>
internal sealed class MongoCut
{
    private readonly List<MongoBatch> tail;

    private MongoCut(long roll, long rolled, List<MongoBatch> tail, IReadOnlyList<(UtcDay On, UtcDay Day)> said) =>
        (Roll, Rolled, this.tail, Said) = (roll, rolled, tail, said);

    /// <summary>The last of the rolls.</summary>
    public long Roll { get; }

    /// <summary>How many events the rolls were made of.</summary>
    public long Rolled { get; }

    /// <summary>What was said then of the day since which raw events are kept.</summary>
    public IReadOnlyList<(UtcDay On, UtcDay Day)> Said { get; }

    /// <summary>Since when raw events were kept.</summary>
    public UtcDay? RawSince => Said.Count == 0 ? null : Said.Max(said => said.Day);

    public StatsPosition Position => new(Roll, tail.Sum(batch => (long)batch.Events));

    /// <summary>Fixes it: all that was committed before is in it.</summary>
    public static async Task<MongoCut> MakeAsync(MongoRetry commands, CancellationToken cancellation)
    {
        var said = await new MongoRawSince(commands).ListAsync(cancellation);
        var roll = await new MongoRolls(commands, TimeProvider.System).ReadLastAppliedAsync(cancellation);
        var tail = await new MongoTail(commands).ListAsync(roll, cancellation);
        var rolled = await new MongoBatches(commands).ListRolledAsync(0, roll, cancellation)
            .Select(batch => (long)batch.Events).SumAsync(cancellation);
        return new MongoCut(roll, rolled, [.. tail.OrderBy(batch => batch.Id, StringComparer.Ordinal)], said);
    }

    /// <summary>The names of the batches beside the rolls, after one of them, in order.</summary>
    public IEnumerable<string> TailAfter(string batch) =>
        tail.Select(one => one.Id).SkipWhile(id => string.CompareOrdinal(id, batch) <= 0);
}
