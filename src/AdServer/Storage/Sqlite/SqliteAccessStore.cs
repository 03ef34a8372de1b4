using AdServer.Access;

namespace AdServer.Storage.Sqlite;

/// <summary>Developers in SQLite.</summary>
internal sealed class SqliteAccessStore(SqliteDatabase database) : IAccessStore
{
    private const string Select = "SELECT id, name, email, created_at FROM developers ";

    public Task<(Developer Developer, bool Added)> AddDeveloperAsync(Developer developer, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Urgent,
            session => Add(session, developer) ? (developer, true)
                : Find(session, developer.Id) is { } before ? (before, true)
                : (FindByEmail(session, developer.EmailKey)!, false),
            cancellation);

    public Task<Developer?> FindDeveloperAsync(string id, CancellationToken cancellation) =>
        database.ReadAsync(session => Find(session, id), cancellation);

    public Task<Developer?> FindDeveloperByEmailAsync(string emailKey, CancellationToken cancellation) =>
        database.ReadAsync(session => FindByEmail(session, emailKey), cancellation);

    public Task<IReadOnlyList<Developer>> ListDevelopersAsync(int limit, CancellationToken cancellation) =>
        database.ReadAsync<IReadOnlyList<Developer>>(
            session =>
            {
                using var select = session.Kept(Select + "ORDER BY created_at, id LIMIT ?");
                return [.. select.Put(limit).Rows().Select(Read)];
            },
            cancellation);

    public Task<bool> RemoveDeveloperAsync(string id, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                using var delete = session.Kept("DELETE FROM developers WHERE id = ?");
                return delete.Put(id).Run() == 1;
            },
            cancellation);

    /// <summary>Adds it unless its address or its identity is taken; says whether it was added.</summary>
    public static bool Add(SqliteSession session, Developer developer)
    {
        using var insert = session.Kept(
            "INSERT INTO developers (id, name, email, email_key, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        return insert.Put(developer.Id).Put(developer.Name).Put(developer.Email).Put(developer.EmailKey).Put(developer.CreatedAt).Run() == 1;
    }

    private static Developer? Find(SqliteSession session, string id)
    {
        using var select = session.Kept(Select + "WHERE id = ?");
        return select.Put(id).Rows().Select(Read).SingleOrDefault();
    }

    private static Developer? FindByEmail(SqliteSession session, string emailKey)
    {
        using var select = session.Kept(Select + "WHERE email_key = ?");
        return select.Put(emailKey).Rows().Select(Read).SingleOrDefault();
    }

    private static Developer Read(SqliteStatement row) => new(row.Text(0), row.Text(1), row.Text(2), row.Instant(3));
}
