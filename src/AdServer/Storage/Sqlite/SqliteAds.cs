using System.Text.Json;
using AdServer.Access;
using AdServer.Catalog;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on <c>ads</c>. Only ads that were not removed are found and listed here.</summary>
internal static class SqliteAds
{
    /// <summary>The columns that <see cref="Read"/> expects.</summary>
    public const string Columns =
        """
        id, name, performer_id, video_url, target_url, budget, skip_time, exit_time, status, starts_at, ends_at, allow, deny,
            created_at, updated_at, version
        """;

    public const int ColumnCount = 16;

    private const string Select = $"SELECT {Columns} FROM ads WHERE removed_at IS NULL";

    private const string After = " AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?";

    /// <summary>Adds it if its performer exists and its identity is new; says whether it was added.</summary>
    public static bool Add(SqliteSession session, Ad ad)
    {
        using var insert = session.Kept(
            """
            INSERT INTO ads (name, video_url, target_url, budget, skip_time, exit_time, status, starts_at, ends_at, allow, deny,
                updated_at, version, id, created_at, performer_id)
            SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, id FROM performers WHERE id = ? ON CONFLICT (id) DO NOTHING
            """);
        return PutFields(insert, ad).Put(ad.Id).Put(ad.CreatedAt).Put(ad.PerformerId).Run() == 1;
    }

    /// <summary>Adds what is left of a removed one.</summary>
    public static void AddRemoved(SqliteSession session, Ad ad, DateTimeOffset removedAt, bool isSwept)
    {
        using var insert = session.Kept(
            """
            INSERT INTO ads (name, video_url, target_url, budget, skip_time, exit_time, status, starts_at, ends_at, allow, deny,
                updated_at, version, id, created_at, removed_at, swept)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """);
        PutFields(insert, ad).Put(ad.Id).Put(ad.CreatedAt).Put(removedAt).Put(isSwept).Run();
    }

    /// <summary>Replaces all but what never changes: identity, performer, creation.</summary>
    public static void Replace(SqliteSession session, Ad ad)
    {
        using var update = session.Kept(
            """
            UPDATE ads SET name = ?, video_url = ?, target_url = ?, budget = ?, skip_time = ?, exit_time = ?, status = ?, starts_at = ?,
                ends_at = ?, allow = ?, deny = ?, updated_at = ?, version = ?
            WHERE id = ?
            """);
        PutFields(update, ad).Put(ad.Id).Run();
    }

    /// <summary>Marks it as removed; says whether it was there.</summary>
    public static bool Remove(SqliteSession session, string id, DateTimeOffset at)
    {
        session.Numbers?.ForgetAd(id);
        using var update = session.Kept("UPDATE ads SET removed_at = ?, performer_id = NULL WHERE id = ? AND removed_at IS NULL");
        return update.Put(at).Put(id).Run() == 1;
    }

    public static bool IsRemoved(SqliteSession session, string id)
    {
        using var select = session.Kept("SELECT 1 FROM ads WHERE id = ? AND removed_at IS NOT NULL");
        return select.Put(id).Rows().Any();
    }

    public static Ad? Find(SqliteSession session, string id)
    {
        using var select = session.Kept(Select + " AND id = ?");
        return select.Put(id).Rows().Select(Read).SingleOrDefault();
    }

    public static IReadOnlyList<Ad> List(SqliteSession session, ListPlace? after, int limit)
    {
        using var select = session.Kept(Select + After);
        return List(select, after, limit);
    }

    public static IReadOnlyList<Ad> ListOf(SqliteSession session, string performerId, ListPlace? after, int limit)
    {
        using var select = session.Kept(Select + " AND performer_id = ?" + After);
        return List(select.Put(performerId), after, limit);
    }

    private static IReadOnlyList<Ad> List(SqliteStatement select, ListPlace? after, int limit) =>
        [.. select.Put(after?.CreatedAt.ToUnixTimeMilliseconds() ?? long.MinValue).Put(after?.Id ?? string.Empty).Put(limit).Rows().Select(Read)];

    public static ILookup<string, string> ListIds(SqliteSession session, IReadOnlyCollection<string> performerIds)
    {
        using var select = session.Kept(
            "SELECT performer_id, id FROM ads WHERE performer_id IN (SELECT value FROM json_each(?)) ORDER BY created_at, id");
        return select.Put(JsonSerializer.Serialize(performerIds)).Rows()
            .Select(row => (Performer: row.Text(0), Ad: row.Text(1)))
            .ToLookup(pair => pair.Performer, pair => pair.Ad);
    }

    private static SqliteStatement PutFields(SqliteStatement statement, Ad ad) => statement
        .Put(ad.Name).Put(ad.Details.VideoUrl).Put(ad.Details.TargetUrl).Put((long)ad.Details.Budget)
        .PutReal(ad.Details.SkipTime).PutReal(ad.Details.ExitTime).Put((long)ad.Status).Put(ad.StartsAt).Put(ad.EndsAt)
        .Put(JsonSerializer.Serialize(ad.Packages.Allow)).Put(JsonSerializer.Serialize(ad.Packages.Deny))
        .Put(ad.UpdatedAt).Put(ad.Version);

    /// <summary>A removed one belongs to nobody.</summary>
    public static Ad Read(SqliteStatement row) => new()
    {
        Id = row.Text(0),
        Name = row.Text(1),
        PerformerId = row.TextOrNull(2) ?? string.Empty,
        Details = new AdDetails(row.Text(3), row.Text(4), (Budget)row.Int(5), row.Real(6), row.Real(7)),
        Status = (AdStatus)row.Int(8),
        StartsAt = row.InstantOrNull(9),
        EndsAt = row.InstantOrNull(10),
        Packages = new PackageRules(Patterns(row.Utf8Text(11)), Patterns(row.Utf8Text(12))),
        CreatedAt = row.Instant(13),
        UpdatedAt = row.Instant(14),
        Version = row.Int(15),
    };

    private static string[] Patterns(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<string[]>(json)!;
}
