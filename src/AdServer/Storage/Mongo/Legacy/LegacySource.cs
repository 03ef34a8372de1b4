using System.Globalization;
using System.Runtime.CompilerServices;
using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo.Legacy;

/// <summary>
/// The database of an older ad server, read as a store of ours: performers, developers, ads and the events of <c>events_by_day</c>. Its statistics
/// are not taken over, they are derived from the events. Never written to.
/// </summary>
internal sealed class LegacySource(MongoRetry commands, StorageLocation location) : ICopySource
{
    private const int MostRows = 1000;
    private const int MostEvents = 2000;

    private readonly LegacyReader reader = new(commands);
    private readonly LegacyTally eventTally = new();
    private LegacyCatalog? loaded;
    private IReadOnlyList<LegacyDay>? days;

    public string Name => location.Name;

    public async Task<CopyPiece?> ReadAsync(CopyStage stage, string place, CancellationToken cancellation)
    {
        var catalog = await LoadAsync(cancellation);
        return stage switch
        {
            CopyStage.Performers => Page(catalog.Performers, place, items => new CopyRows.Performers(items)),
            CopyStage.Developers => Page(catalog.Developers, place, items => new CopyRows.Developers(items)),
            CopyStage.Ads => Page(catalog.Ads, place, items => new CopyRows.Ads([.. items.Select(ad => new CopiedAd(ad, null, false))])),
            CopyStage.Events => await ReadEventsAsync(catalog, place, events => new CopyRows.Events(events), cancellation),
            CopyStage.Delivered => await ReadEventsAsync(catalog, place, events => new CopyRows.Delivered([.. PairsOf(events)]), cancellation),
            _ => null,
        };
    }

    /// <summary>Counts what can be taken over, and remembers what cannot.</summary>
    public async Task<CopyCounts> CountAsync(CancellationToken cancellation)
    {
        var catalog = await LoadAsync(cancellation);
        var (events, pairs) = (0L, new HashSet<(string Package, string AdId)>());
        await foreach (var some in ListEventsAsync(catalog, day: null, eventTally, cancellation))
        {
            events += some.Count;
            pairs.UnionWith(PairsOf(some));
        }

        return new CopyCounts(catalog.Performers.Count, catalog.Developers.Count, catalog.Ads.Count, 0, 0, events, 0, 0, 0, pairs.Count);
    }

    /// <summary>What had an event is taken as delivered.</summary>
    private static IEnumerable<(string Package, string AdId)> PairsOf(IEnumerable<AdEvent> events) =>
        events.Select(one => (one.CountedPackage, one.AdId)).Distinct();

    public async Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation)
    {
        IReadOnlyList<StatsRow> rows = [];
        await foreach (var some in ListEventsAsync(await LoadAsync(cancellation), query.From, new LegacyTally(), cancellation))
        {
            rows = StatsMerge.Page(query, rows, StatsMerge.Tail(query, RollUp.Of(some)));
        }

        return rows;
    }

    public async Task<IReadOnlyList<string>> ReadRemarksAsync(CancellationToken cancellation) =>
        [.. (await LoadAsync(cancellation)).Tally.Lines, .. eventTally.Lines];

    private async Task<LegacyCatalog> LoadAsync(CancellationToken cancellation) =>
        loaded ??= await LegacyCatalog.LoadAsync(reader, cancellation);

    /// <summary>The documents in the order of their days. They are few: the older server had one a day.</summary>
    private async Task<IReadOnlyList<LegacyDay>> ListDaysAsync(CancellationToken cancellation) => days ??=
        [.. (await reader.ListAsync(MongoBuckets.Collection, new BsonDocument { { "date", 1 }, { "day", 1 } }, cancellation)
            .Select(LegacyDay.Read).ToListAsync(cancellation)).OrderBy(one => one.Day)];

    /// <summary>The events of a day, or of all, some at a time.</summary>
    private async IAsyncEnumerable<IReadOnlyList<AdEvent>> ListEventsAsync(
        LegacyCatalog catalog, UtcDay? day, LegacyTally tally, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var one in (await ListDaysAsync(cancellation)).Where(one => day is null || one.Day is null || one.Day == day))
        {
            var (skip, isEnd) = (0, false);
            while (!isEnd)
            {
                var (entries, events) = await ReadEventsAsync(catalog, one, skip, tally, cancellation);
                yield return events;
                (skip, isEnd) = (skip + entries, entries < MostEvents);
            }
        }
    }

    /// <summary>The place is a document and how many of its entries were read.</summary>
    private async Task<CopyPiece?> ReadEventsAsync(
        LegacyCatalog catalog, string place, Func<IReadOnlyList<AdEvent>, CopyRows> make, CancellationToken cancellation)
    {
        var all = await ListDaysAsync(cancellation);
        var (number, skip) = StoragePlace.Read(place) is [var first, var second] ? (ToNumber(first), ToNumber(second)) : (0, 0);
        while (number < all.Count)
        {
            var (entries, events) = await ReadEventsAsync(catalog, all[number], skip, new LegacyTally(), cancellation);
            (number, skip) = entries < MostEvents ? (number + 1, 0) : (number, skip + entries);
            if (events.Count > 0)
            {
                return new CopyPiece(make(events), StoragePlace.Of($"{number}", $"{skip}"));
            }
        }

        return null;
    }

    private async Task<(int Entries, IReadOnlyList<AdEvent> Events)> ReadEventsAsync(
        LegacyCatalog catalog, LegacyDay day, int skip, LegacyTally tally, CancellationToken cancellation)
    {
        var entries = await reader.ReadEventsAsync(day.Id, skip, MostEvents, cancellation);
        return (entries.Count, [.. entries.Select((entry, index) => day.Convert(entry, skip + index, catalog, tally)).OfType<AdEvent>()]);
    }

    private static CopyPiece? Page<T>(IReadOnlyList<T> all, string place, Func<IReadOnlyList<T>, CopyRows> make)
    {
        var begin = StoragePlace.Read(place) is [var number] ? ToNumber(number) : 0;
        var page = all.Skip(begin).Take(MostRows).ToList();
        return page.Count == 0 ? null : new CopyPiece(make(page), StoragePlace.Of($"{begin + page.Count}"));
    }

    private static int ToNumber(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
