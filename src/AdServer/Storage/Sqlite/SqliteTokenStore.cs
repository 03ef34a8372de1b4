using System.Text.Json;
using AdServer.Access;
using AdServer.Access.SignIn;

namespace AdServer.Storage.Sqlite;

/// <summary>Tokens in SQLite. One process writes them, so nobody else has news of them.</summary>
internal sealed class SqliteTokenStore(SqliteDatabase database) : ITokenStore
{
    private const string Columns =
        "id, name, hash, role, created_at, performer_id, packages, scopes, expires_at, revoked_at, last_used_at, subject, stamp, grace_until";

    public Task<bool> AddTokenAsync(AccessToken token, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Urgent, session => Add(session, token), cancellation);

    public Task<bool> PutTokenAsync(AccessToken token, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                using var delete = session.Kept("DELETE FROM tokens WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM tokens WHERE hash = ?2 AND id <> ?1)");
                delete.Put(token.Id).Put(token.Hash).Run();
                return Add(session, token);
            },
            cancellation);

    public Task<AccessToken?> FindTokenAsync(string id, CancellationToken cancellation) =>
        database.ReadAsync(
            session =>
            {
                using var select = session.Kept($"SELECT {Columns} FROM tokens WHERE id = ?");
                return select.Put(id).Rows().Select(Read).SingleOrDefault();
            },
            cancellation);

    public Task<bool> RevokeTokenAsync(string id, DateTimeOffset at, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                using var update = session.Kept("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL");
                return update.Put(at).Put(id).Run() == 1;
            },
            cancellation);

    public Task ShortenTokenAsync(string id, DateTimeOffset graceUntil, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                using var update = session.Kept("UPDATE tokens SET grace_until = min(coalesce(grace_until, ?1), ?1) WHERE id = ?2");
                return update.Put(graceUntil).Put(id).Run();
            },
            cancellation);

    public Task RevokeSessionsAsync(Subject subject, DateTimeOffset at, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Urgent,
            session =>
            {
                using var update = session.Kept("UPDATE tokens SET revoked_at = ? WHERE subject = ? AND revoked_at IS NULL");
                return update.Put(at).Put($"{subject}").Run();
            },
            cancellation);

    public Task RemoveSessionsAsync(DateTimeOffset expiredBefore, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                using var delete = session.Kept("DELETE FROM tokens WHERE subject IS NOT NULL AND expires_at < ?");
                return delete.Put(expiredBefore).Run();
            },
            cancellation);

    public Task NoteUsesAsync(IReadOnlyCollection<TokenUse> uses, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                using var update = session.Kept("UPDATE tokens SET last_used_at = max(coalesce(last_used_at, ?1), ?1) WHERE id = ?2");
                foreach (var use in uses)
                {
                    update.Put(use.At).Put(use.TokenId).Run();
                }

                return uses.Count;
            },
            cancellation);

    public async IAsyncEnumerable<AccessToken> ListTokensAsync(
        DateTimeOffset? changedSince, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var token in await database.ReadAsync(session => List(session, DateTimeOffset.UnixEpoch), cancellation))
        {
            yield return token;
        }
    }

    public async IAsyncEnumerable<AccessToken> ListLivingTokensAsync(
        DateTimeOffset at, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var token in await database.ReadAsync(session => List(session, at), cancellation))
        {
            yield return token;
        }
    }

    public Task<DateTimeOffset?> ReadTokenClockAsync(CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(null);

    /// <summary>Tokens after one, by their identities, without sessions: those are of this store.</summary>
    public static IReadOnlyList<AccessToken> ListAfter(SqliteSession session, string after, int limit)
    {
        using var select = session.Kept($"SELECT {Columns} FROM tokens WHERE id > ? AND subject IS NULL ORDER BY id LIMIT ?");
        return [.. select.Put(after).Put(limit).Rows().Select(Read)];
    }

    /// <summary>Adds it unless its identity or its hash is taken; says whether it was added.</summary>
    public static bool Add(SqliteSession session, AccessToken token)
    {
        using var insert = session.Kept($"INSERT INTO tokens ({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        return insert.Put(token.Id).Put(token.Name).Put(token.Hash).Put(token.Role).Put(token.CreatedAt).Put(token.PerformerId)
            .Put(JsonSerializer.Serialize(token.Packages))
            .Put(token.Scopes is { } scopes ? JsonSerializer.Serialize(TokenScopes.Names(scopes)) : null)
            .Put(token.ExpiresAt).Put(token.RevokedAt).Put(token.LastUsedAt)
            .Put(token.Session?.Subject.ToString()).Put(token.Session?.Stamp).Put(token.GraceUntil).Run() == 1;
    }

    private static List<AccessToken> List(SqliteSession session, DateTimeOffset livingAt)
    {
        using var select = session.Kept(
            $"""
            SELECT {Columns} FROM tokens
            WHERE coalesce(revoked_at, ?1) >= ?1 AND coalesce(expires_at, ?1) >= ?1 AND coalesce(grace_until, ?1) >= ?1 ORDER BY created_at, id
            """);
        return [.. select.Put(livingAt).Rows().Select(Read)];
    }

    private static AccessToken Read(SqliteStatement row) => new(row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Instant(4))
    {
        PerformerId = row.TextOrNull(5),
        Packages = JsonSerializer.Deserialize<List<string>>(row.Utf8Text(6))!,
        Scopes = row.TextOrNull(7) is { } scopes ? TokenScopes.Read(JsonSerializer.Deserialize<List<string>>(scopes)!) : null,
        ExpiresAt = row.InstantOrNull(8),
        RevokedAt = row.InstantOrNull(9),
        LastUsedAt = row.InstantOrNull(10),
        Session = row.TextOrNull(11) is { } subject ? new SessionMark(Subject.Parse(subject), row.Text(12)) : null,
        GraceUntil = row.InstantOrNull(13),
    };
}
