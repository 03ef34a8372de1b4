using AdServer.Common;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Raw events beside what follows from them, while hosts go on. Nothing is compared across two reads but what the later one cannot have
/// less of; rebuilding is a guarded write per row, repeated until no roll came between.
/// </summary>
internal sealed class MongoLedgerStore(MongoRetry commands, TimeProvider clock) : ILedgerStore
{
    /// <summary>How often the sums of a day are read again because a roll came between.</summary>
    private const int MostTries = 10;

    private static readonly (string Collection, string Field)[] Days =
    [
        (MongoEvents.Collection, "day"), (MongoDerived.AdRows, "date"), (MongoDerived.Revisions, "date"), (MongoDerived.PackageRows, "date"),
        (MongoDerived.Invalid, "date"), (MongoBuckets.Collection, "_id"),
    ];

    private readonly MongoRolls rolls = new(commands, clock);
    private readonly MongoAdMarks marks = new(commands);
    private readonly MongoRebuild rebuild = new(commands, clock);
    private readonly MongoRawSince rawSince = new(commands);

    public Task<UtcDay?> ReadRawSinceAsync(CancellationToken cancellation) => rawSince.ReadAsync(cancellation);

    public async Task<IReadOnlyList<UtcDay>> ListDaysAsync(CancellationToken cancellation)
    {
        var days = new SortedSet<UtcDay>();
        foreach (var (collection, field) in Days)
        {
            for (var day = await FirstAfterAsync(collection, field, string.Empty, cancellation); day is not null;)
            {
                days.Add(UtcDay.Parse(day));
                day = await FirstAfterAsync(collection, field, $"{day}}}", cancellation);
            }
        }

        return [.. days];
    }

    public async Task<DayLedger> ReadPageAsync(UtcDay day, string from, int mostKeys, CancellationToken cancellation)
    {
        var window = new LedgerWindow(from, mostKeys);
        var read = await MongoDay.ReadAsync(commands, day, await rolls.ReadLastAppliedAsync(cancellation), window, cancellation);
        await read.ReadBucketsAsync(commands, day, cancellation);
        var gone = await marks.FindRemovedAsync(window.Ads, cancellation);
        bool IsLive(string adId) => !gone.Contains(adId);
        return new DayLedger(read.Applied, window.Raw.Only(IsLive), window.Rows.Only(IsLive), window.Buckets.Only(IsLive), window.Until);
    }

    /// <summary>The rows are at rest from the moment at which a roll is applied until the next one is closed.</summary>
    public async Task<DayTotals?> ReadTotalsAsync(UtcDay day, CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await rolls.FindRestAsync(cancellation) is not { } before)
            {
                await patience.PauseAsync(cancellation);
                continue;
            }

            var totals = await AddUpAsync(day, before, cancellation);
            if (await rolls.FindRestAsync(cancellation) == before)
            {
                return totals;
            }
        }

        return null;
    }

    public Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> ComparePackageAdsAsync(CancellationToken cancellation) =>
        new MongoPairLedger(commands, clock).CompareAsync(cancellation);

    public Task<bool> RebuildDayAsync(UtcDay day, int mostKeys, CancellationToken cancellation) => rebuild.DayAsync(day, mostKeys, cancellation);

    public async Task RebuildPackageAdsAsync(CancellationToken cancellation)
    {
        var differences = await ComparePackageAdsAsync(cancellation);
        await MongoPackageAds.InsertAsync(
            commands, [.. differences.Where(pair => pair.InRaw).Select(pair => (pair.Package, pair.AdId))], cancellation);
        await commands.DeleteAsync(
            MongoPackageAds.Collection,
            differences.Where(pair => !pair.InRaw).Select(pair => new BsonDocument("_id", MongoPackageAds.IdOf((pair.Package, pair.AdId)))),
            cancellation);
    }

    private async Task<string?> FirstAfterAsync(string collection, string field, string after, CancellationToken cancellation)
    {
        var page = await commands.FindAsync(
            collection,
            new BsonDocument(field, new BsonDocument("$gt", after)),
            new BsonDocument(field, 1),
            1,
            new BsonDocument(field, 1),
            cancellation);
        return page.Documents is [var first] ? first[field].AsString.Split('|')[0] : null;
    }

    private async Task<DayTotals> AddUpAsync(UtcDay day, long roll, CancellationToken cancellation)
    {
        var gone = await marks.ListUnsweptAsync(cancellation);
        var rows = commands.ScanAsync(MongoDerived.AdRows, new BsonDocument("date", day.ToString()), null, MongoVerbs.PageSize, cancellation)
            .Where(row => !gone.Contains(row["adId"].AsString));
        var query = new StatsQuery { From = day, To = day };
        return new DayTotals(
            roll,
            await rows.AggregateAsync(default(DayCounts), (sum, row) => sum + MongoDerived.ReadCounts(row), cancellation),
            await ReportAsync(query, roll, gone, cancellation),
            await ReportAsync(query with { GroupBy = [StatsGroup.Package] }, roll, gone, cancellation));
    }

    private async Task<DayCounts> ReportAsync(StatsQuery query, long roll, IReadOnlySet<string> gone, CancellationToken cancellation)
    {
        var sums = await new MongoStatsQuery(commands, query, roll, gone).ReadTotalAsync(cancellation);
        return sums.Rows.Aggregate(default(DayCounts), (sum, row) => sum + row.Measures.Events);
    }
}
