using System.Globalization;
using AdServer.Commands.Copying;
using AdServer.Common;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Identities whose events are not copied: first those of days whose rows stand for them, as far as the events are there still; then those of which
/// nothing else is left. An event that is removed between the two is among both.
/// </summary>
internal sealed class MongoCopyIds(MongoRetry commands, MongoCut? cut = null)
{
    /// <summary>The most identities of a piece.</summary>
    private const int Most = 4000;

    /// <summary>Begins the places of the second kind; the others begin with a day.</summary>
    private const string Removed = "";

    private static readonly BsonDocument Fields = new() { { "batch", 1 }, { "place", 1 }, { "day", 1 }, { MongoEvents.RemovedOn, 1 } };

    private readonly MongoBatches batches = new(commands);

    public async Task<CopyPiece?> ReadAsync(string[]? after, CancellationToken cancellation)
    {
        var kept = await MongoKeptDays.ReadAsync(commands, cut, cancellation);
        var day = after is null ? await FindDayAsync(string.Empty, kept, cancellation) : after[0];
        var place = after is [_, var batch, var number] ? (batch, int.Parse(number, CultureInfo.InvariantCulture)) : ((string, int)?)null;
        while (true)
        {
            var which = day == Removed
                ? new BsonDocument("adId", BsonNull.Value)
                : new BsonDocument { { "day", day }, { "_id", new BsonDocument("$gte", string.Empty) } };
            var page = await MongoEventScan.PageAsync(commands, which, place, Most, Fields, cancellation);
            var ids = page.Documents.Count == 0 ? [] : await ReadAsync(page.Documents, kept, cancellation);
            if (ids.Count > 0)
            {
                return new CopyPiece(new CopyRows.EventIds(ids), StoragePlace.Of(day, page.Documents[^1].Text("batch"), $"{page.Documents[^1]["place"]}"));
            }

            if (page.IsEnd && day == Removed)
            {
                return null;
            }

            place = page.IsEnd ? null : MongoEventScan.PlaceOf(page.Documents[^1]);
            day = page.IsEnd ? await FindDayAsync(day, kept, cancellation) : day;
        }
    }

    /// <summary>The first day after one whose rows stand for its events; after the last of them the second kind.</summary>
    private async Task<string> FindDayAsync(string after, MongoKeptDays kept, CancellationToken cancellation)
    {
        if (kept.Since is not { } since)
        {
            return Removed;
        }

        var between = new BsonDocument("day", new BsonDocument { { "$gt", after }, { "$lt", since.ToString() } });
        var page = await commands.FindAsync(
            MongoEvents.Collection, between, new BsonDocument("day", 1), 1, new BsonDocument("day", 1), cancellation);
        return page.Documents is [var first] ? first.Text("day") : Removed;
    }

    private async Task<IReadOnlyList<CopiedEventId>> ReadAsync(
        IReadOnlyList<BsonDocument> events, MongoKeptDays kept, CancellationToken cancellation)
    {
        var records = await batches.ReadAsync(events.Select(one => one.Text("batch")).Distinct(), cancellation);
        return
        [
            .. from one in events
               where one["_id"].IsString && (MongoEvents.IsStripped(one) || IsInRows(one, records, kept))
               select new CopiedEventId(one.Text("_id"), DayOf(one)),
        ];
    }

    private static bool IsInRows(BsonDocument one, Dictionary<string, BsonDocument> records, MongoKeptDays kept) =>
        records.TryGetValue(one.Text("batch"), out var record) && kept.Holds(UtcDay.Parse(one.Text("day")), MongoBatches.RollOf(record));

    /// <summary>About the day: that of the event, of its end, or where an older server has swept it that of its batch.</summary>
    private static UtcDay DayOf(BsonDocument one) =>
        one.TryGetValue("day", out var day) ? UtcDay.Parse(day.AsString)
        : one.TryGetValue(MongoEvents.RemovedOn, out var removed) ? UtcDay.Parse(removed.AsString)
        : UtcDay.Of(MongoBatchNames.MadeAt(one.Text("batch")));
}
