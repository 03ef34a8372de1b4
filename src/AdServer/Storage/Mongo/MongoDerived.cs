using AdServer.Common;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The documents of <c>daily_ad_stats</c> (<c>_id: adId|date</c>), <c>daily_package_stats</c> (<c>adId|package|date</c>),
/// <c>daily_ad_revisions</c> (<c>adId|date|revision</c>) and <c>daily_invalid_stats</c> (<c>adId|package|date|flaw</c>): counts and the last
/// roll that they include change in one write, guarded by <c>through</c> (law 5).
/// </summary>
internal static class MongoDerived
{
    public const string AdRows = "daily_ad_stats";
    public const string PackageRows = "daily_package_stats";

    public const string Revisions = "daily_ad_revisions";

    /// <summary>All collections of rows.</summary>
    public static readonly string[] All = [AdRows, PackageRows, Revisions, Invalid];

    public const string Invalid = "daily_invalid_stats";

    public static string IdOf(ClassDay key) => $"{key.AdId}|{key.Package}|{key.Day}|{MongoEvents.NameOf(key.Class)}";

    public static string IdOf(AdRevision key) => FormattableString.Invariant($"{key.AdId}|{key.Day}|{key.Number:d6}");

    public static string IdOf(AdDay key) => $"{key.AdId}|{key.Day}";

    public static string IdOf(PackageDay key) => $"{key.AdId}|{key.Package}|{key.Day}";

    /// <summary>Adds counts to their rows, except to rows that include this roll already.</summary>
    public static async Task AddRowsAsync(MongoRetry commands, RollUp counts, long roll, DateTimeOffset now, CancellationToken cancellation)
    {
        var packages = counts.PackageDays.Select(row => Add(IdOf(row.Key), KeyOf(row.Key), row.Value, roll, now));
        await commands.UpdateAsync(PackageRows, packages, cancellation);
        var ads = counts.AdDays.Select(row => Add(IdOf(row.Key), KeyOf(row.Key), row.Value, roll, now));
        await commands.UpdateAsync(AdRows, ads, cancellation);
        var revisions = counts.Revisions.Select(row => Add(IdOf(row.Key), KeyOf(row.Key), row.Value, roll, now));
        await commands.UpdateAsync(Revisions, revisions, cancellation);
        var invalid = counts.Classes.Select(row => Add(IdOf(row.Key), KeyOf(row.Key), row.Value, roll, now));
        await commands.UpdateAsync(Invalid, invalid, cancellation);
    }

    public static BsonDocument KeyOf(AdRevision key) => KeyOf(new AdDay(key.AdId, key.PerformerId, key.Day))
        .Add("revision", key.Number).Add("time", MongoFields.Instant(key.Time));

    public static BsonDocument KeyOf(AdDay key) =>
        new() { { "adId", key.AdId }, { "performerId", key.PerformerId }, { "date", key.Day.ToString() } };

    public static BsonDocument KeyOf(PackageDay key) =>
        KeyOf(new AdDay(key.AdId, key.PerformerId, key.Day)).Add("packageName", key.Package);

    public static BsonDocument KeyOf(ClassDay key) =>
        KeyOf(new PackageDay(key.AdId, key.PerformerId, key.Package, key.Day)).Add("flaw", MongoEvents.NameOf(key.Class));

    public static BsonDocument Write(DayCounts counts) => new()
    {
        { "counts", new BsonDocument { { "view", counts.Views }, { "click", counts.Clicks }, { "skip", counts.Skips }, { "exit", counts.Exits } } },
        { "watchDurationSum", counts.WatchDurationSum },
    };

    /// <summary>The operand of an <c>$inc</c> that adds counts.</summary>
    public static BsonDocument Increase(DayCounts counts) => new()
    {
        { "counts.view", counts.Views }, { "counts.click", counts.Clicks }, { "counts.skip", counts.Skips },
        { "counts.exit", counts.Exits }, { "watchDurationSum", counts.WatchDurationSum },
    };

    public static DayCounts ReadCounts(BsonDocument row)
    {
        var counts = row["counts"];
        return new DayCounts(
            counts["view"].ToInt64(), counts["click"].ToInt64(), counts["skip"].ToInt64(), counts["exit"].ToInt64(), row["watchDurationSum"].ToInt64());
    }

    public static AdDay ReadAdDay(BsonDocument row) => new(row["adId"].AsString, row["performerId"].AsString, UtcDay.Parse(row["date"].AsString));

    public static AdRevision ReadAdRevision(BsonDocument row) =>
        new(row["adId"].AsString, row["performerId"].AsString, UtcDay.Parse(row["date"].AsString), row["revision"].ToInt32());

    public static ClassDay ReadClassDay(BsonDocument row) => new(
        row["adId"].AsString,
        row["performerId"].AsString,
        row["packageName"].AsString,
        UtcDay.Parse(row["date"].AsString),
        MongoEvents.ClassOf(row["flaw"]));

    public static PackageDay ReadPackageDay(BsonDocument row) =>
        new(row["adId"].AsString, row["performerId"].AsString, row["packageName"].AsString, UtcDay.Parse(row["date"].AsString));

    private static BsonDocument Add(string id, BsonDocument key, DayCounts counts, long roll, DateTimeOffset now) => MongoVerbs.Statement(
        new BsonDocument { { "_id", id }, { "through", new BsonDocument("$lt", roll) } },
        new BsonDocument
        {
            { "$inc", Increase(counts) },
            { "$set", new BsonDocument { { "through", roll }, { "updatedAt", now.UtcDateTime } } },
            { "$setOnInsert", key.Add("createdAt", now.UtcDateTime) },
        },
        upsert: true);
}
