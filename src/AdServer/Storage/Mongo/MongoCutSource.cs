using AdServer.Commands.Copying;
using AdServer.Stats;

namespace AdServer.Storage.Mongo;

/// <summary>
/// A store in MongoDB that goes on while it is copied: its events up to a position that was fixed before. The catalogue and the totals are read later,
/// and so at least what they were; an ad that came meanwhile may be of a performer that was not read, and is left out by the target then.
/// </summary>
/// <param name="whole">The store as a source that stands still.</param>
/// <param name="commands">The engine.</param>
/// <param name="stats">The store's reports.</param>
/// <param name="clock">The clock.</param>
/// <param name="cut">The position.</param>
internal sealed class MongoCutSource(MongoCopySource whole, MongoRetry commands, IStatsStore stats, TimeProvider clock, MongoCut cut) : ICopySource
{
    private readonly MongoCopyEvents events = new(commands, cut);
    private readonly MongoCopyIds ids = new(commands, cut);
    private readonly MongoCopyKept kept = new(commands, clock, cut);
    private readonly HashSet<string> live = [];

    public string Name => whole.Name;

    public async Task<CopyPiece?> ReadAsync(CopyStage stage, string place, CancellationToken cancellation)
    {
        var after = StoragePlace.Read(place);
        var piece = stage switch
        {
            CopyStage.RawSince => await kept.SayAsync(after, cancellation),
            CopyStage.Kept => await kept.ReadAsync(after, cancellation),
            CopyStage.Events => await events.ReadAsync(after, cancellation),
            CopyStage.EventIds => await ids.ReadAsync(after, cancellation),
            _ => await whole.ReadAsync(stage, place, cancellation),
        };
        if (piece is { Rows: CopyRows.Ads ads })
        {
            live.UnionWith(ads.Items.Where(copied => copied.RemovedAt is null).Select(copied => copied.Ad.Id));
        }

        return piece;
    }

    public async Task<CopyCounts> CountAsync(CancellationToken cancellation) =>
        await new MongoCopyEnd(commands, stats).CountRowsAsync(cancellation) with { Events = cut.Rolled + cut.Position.Tail };

    public Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) => whole.ReadStatsAsync(query, cancellation);

    public Task<IReadOnlyList<string>> ReadRemarksAsync(CancellationToken cancellation) => whole.ReadRemarksAsync(cancellation);

    /// <summary>The ads that were read before they were removed. Some of their events may have been swept before those were read.</summary>
    public Task<IReadOnlyList<(string Id, DateTimeOffset At)>> ListRemovedSinceAsync(CancellationToken cancellation) =>
        new MongoAdMarks(commands).ListRemovalsAsync(live, cancellation);
}
