using AdServer.Access.SignIn;

namespace AdServer.Storage.Sqlite;

/// <summary>Credentials in SQLite. The links of one are rows of their own, written with it in one transaction.</summary>
internal sealed class SqliteCredentialStore(SqliteDatabase database) : ICredentialStore
{
    private const string Select = "SELECT subject, version, password, stamp FROM credentials ";

    public Task<Credential?> FindCredentialAsync(Subject subject, CancellationToken cancellation) =>
        database.ReadAsync(session => Find(session, $"{subject}"), cancellation);

    public Task<Credential?> FindCredentialByLinkAsync(string hash, CancellationToken cancellation) =>
        database.ReadAsync(
            session =>
            {
                using var select = session.Kept("SELECT subject FROM sign_in_links WHERE hash = ?");
                return select.Put(hash).Rows().Select(row => row.Text(0)).SingleOrDefault() is { } subject ? Find(session, subject) : null;
            },
            cancellation);

    public Task<bool> ReplaceCredentialAsync(Credential credential, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Urgent, session => Replace(session, credential), cancellation);

    public Task RemoveCredentialAsync(Subject subject, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                RemoveLinks(session, $"{subject}");
                using var delete = session.Kept("DELETE FROM credentials WHERE subject = ?");
                return delete.Put($"{subject}").Run();
            },
            cancellation);

    /// <summary>Credentials after one, by their subjects.</summary>
    public static IReadOnlyList<Credential> ListAfter(SqliteSession session, string after, int limit)
    {
        using var select = session.Kept(Select + "WHERE subject > ? ORDER BY subject LIMIT ?");
        var read = select.Put(after).Put(limit).Rows().Select(Read).ToList();
        return [.. read.Select(one => one with { Links = ListLinks(session, $"{one.Subject}") })];
    }

    /// <summary>Adds it unless its subject has one.</summary>
    public static bool Add(SqliteSession session, Credential credential)
    {
        using var insert = session.Kept("INSERT INTO credentials (version, password, stamp, subject) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
        var isAdded = Put(insert, credential).Run() == 1;
        if (isAdded)
        {
            AddLinks(session, credential);
        }

        return isAdded;
    }

    private static bool Replace(SqliteSession session, Credential credential)
    {
        if (credential.Version == 1)
        {
            return Add(session, credential);
        }

        using var update = session.Kept("UPDATE credentials SET version = ?, password = ?, stamp = ? WHERE subject = ? AND version = ?");
        if (Put(update, credential).Put(credential.Version - 1).Run() == 0)
        {
            return false;
        }

        RemoveLinks(session, $"{credential.Subject}");
        AddLinks(session, credential);
        return true;
    }

    private static SqliteStatement Put(SqliteStatement statement, Credential credential) =>
        statement.Put(credential.Version).Put(credential.Password).Put(credential.Stamp).Put($"{credential.Subject}");

    private static void RemoveLinks(SqliteSession session, string subject)
    {
        using var delete = session.Kept("DELETE FROM sign_in_links WHERE subject = ?");
        delete.Put(subject).Run();
    }

    private static void AddLinks(SqliteSession session, Credential credential)
    {
        using var insert = session.Kept("INSERT INTO sign_in_links (hash, subject, kind, expires_at) VALUES (?, ?, ?, ?)");
        foreach (var link in credential.Links)
        {
            insert.Put(link.Hash).Put($"{credential.Subject}").Put((int)link.Kind).Put(link.ExpiresAt).Run();
        }
    }

    private static Credential? Find(SqliteSession session, string subject)
    {
        using var select = session.Kept(Select + "WHERE subject = ?");
        return select.Put(subject).Rows().Select(Read).SingleOrDefault() is { } found ? found with { Links = ListLinks(session, subject) } : null;
    }

    private static List<SignInLink> ListLinks(SqliteSession session, string subject)
    {
        using var select = session.Kept("SELECT hash, kind, expires_at FROM sign_in_links WHERE subject = ? ORDER BY expires_at, hash");
        return [.. select.Put(subject).Rows().Select(row => new SignInLink(row.Text(0), (LinkKind)row.Int(1), row.Instant(2)))];
    }

    private static Credential Read(SqliteStatement row) =>
        new(Subject.Parse(row.Text(0)), row.Int(1)) { Password = row.TextOrNull(2), Stamp = row.Text(3) };
}
