using AdServer.Commands.Copying;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// A store in MongoDB that goes on while it is copied: its events up to a position, and the ads that there were then. The rest of the catalogue and
/// the totals are read later, and so at least what they were.
/// </summary>
/// <param name="whole">The store as a source that stands still.</param>
/// <param name="commands">The engine.</param>
/// <param name="stats">The store's reports.</param>
/// <param name="cut">The position.</param>
/// <param name="ads">All ads that an event up to the position can be of.</param>
internal sealed class MongoCutSource(
    MongoCopySource whole, MongoRetry commands, IStatsStore stats, MongoCut cut, IReadOnlySet<string> ads) : ICopySource
{
    private readonly MongoCopyEvents events = new(commands, cut);
    private readonly HashSet<string> live = [];

    public string Name => whole.Name;

    /// <summary>The same source, from now on; events first, so that their ads are among those that are listed then.</summary>
    public static async Task<(MongoCutSource Source, MongoCut Cut)> MakeAsync(
        MongoCopySource whole, MongoRetry commands, IStatsStore stats, CancellationToken cancellation)
    {
        var cut = await MongoCut.MakeAsync(commands, cancellation);
        var ads = await commands.ScanAsync(MongoAds.Collection, MongoCopySource.IsSettled, new BsonDocument("_id", 1), MongoVerbs.PageSize, cancellation)
            .Select(ad => ad.Text("_id")).ToHashSetAsync(StringComparer.Ordinal, cancellation);
        return (new MongoCutSource(whole, commands, stats, cut, ads), cut);
    }

    public Task<CopyPiece?> ReadAsync(CopyStage stage, string place, CancellationToken cancellation) => stage switch
    {
        CopyStage.Ads => ReadAdsAsync(place, cancellation),
        CopyStage.Events => events.ReadAsync(StoragePlace.Read(place), cancellation),
        _ => whole.ReadAsync(stage, place, cancellation),
    };

    public async Task<CopyCounts> CountAsync(CancellationToken cancellation) =>
        await new MongoCopyEnd(commands, stats).CountRowsAsync(cancellation) with { Events = cut.Rolled + cut.Position.Tail };

    public Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) => whole.ReadStatsAsync(query, cancellation);

    public Task<IReadOnlyList<string>> ReadRemarksAsync(CancellationToken cancellation) => whole.ReadRemarksAsync(cancellation);

    /// <summary>The ads that were read before they were removed. Some of their events may have been swept before those were read.</summary>
    public Task<IReadOnlyList<(string Id, DateTimeOffset At)>> ListRemovedSinceAsync(CancellationToken cancellation) =>
        new MongoAdMarks(commands).ListRemovalsAsync(live, cancellation);

    /// <summary>An ad that came later may be of a performer that was not read.</summary>
    private async Task<CopyPiece?> ReadAdsAsync(string place, CancellationToken cancellation)
    {
        while (await whole.ReadAsync(CopyStage.Ads, place, cancellation) is { Rows: CopyRows.Ads rows } piece)
        {
            var known = rows.Items.Where(copied => ads.Contains(copied.Ad.Id)).ToList();
            live.UnionWith(known.Where(copied => copied.RemovedAt is null).Select(copied => copied.Ad.Id));
            if (known.Count > 0)
            {
                return piece with { Rows = new CopyRows.Ads(known) };
            }

            place = piece.Next;
        }

        return null;
    }
}
