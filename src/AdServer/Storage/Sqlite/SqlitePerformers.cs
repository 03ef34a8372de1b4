using AdServer.Access;
using AdServer.Catalog;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on <c>performers</c>.</summary>
internal static class SqlitePerformers
{
    private const string Select = "SELECT id, name, email, created_at, updated_at, version FROM performers ";

    /// <summary>Adds it unless its address or its identity is taken; says whether it was added.</summary>
    public static bool Add(SqliteSession session, Performer performer)
    {
        using var insert = session.Kept(
            """
            INSERT INTO performers (id, name, email, email_key, created_at, updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """);
        return insert.Put(performer.Id).Put(performer.Name).Put(performer.Email).Put(performer.EmailKey)
            .Put(performer.CreatedAt).Put(performer.UpdatedAt).Put(performer.Version).Run() == 1;
    }

    public static Performer? Find(SqliteSession session, string id)
    {
        using var select = session.Kept(Select + "WHERE id = ?");
        return select.Put(id).Rows().Select(Read).SingleOrDefault();
    }

    public static Performer? FindByEmail(SqliteSession session, string emailKey)
    {
        using var select = session.Kept(Select + "WHERE email_key = ?");
        return select.Put(emailKey).Rows().Select(Read).SingleOrDefault();
    }

    public static void Replace(SqliteSession session, Performer performer)
    {
        using var update = session.Kept("UPDATE performers SET name = ?, email = ?, email_key = ?, updated_at = ?, version = ? WHERE id = ?");
        update.Put(performer.Name).Put(performer.Email).Put(performer.EmailKey).Put(performer.UpdatedAt).Put(performer.Version)
            .Put(performer.Id).Run();
    }

    /// <summary>Removes it if no ad is left; says whether it was removed.</summary>
    public static bool RemoveIfFree(SqliteSession session, string id)
    {
        using var delete = session.Kept(
            "DELETE FROM performers WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM ads WHERE performer_id = ?1)");
        return delete.Put(id).Run() == 1;
    }

    public static IReadOnlyList<Performer> List(SqliteSession session, ListPlace? after, int limit)
    {
        using var select = session.Kept(Select + "WHERE (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?");
        return [.. select.Put(after?.CreatedAt.ToUnixTimeMilliseconds() ?? long.MinValue).Put(after?.Id ?? string.Empty)
            .Put(limit).Rows().Select(Read)];
    }

    private static Performer Read(SqliteStatement row) =>
        new(row.Text(0), row.Text(1), row.Text(2), row.Instant(3), row.Instant(4), row.Int(5));
}
