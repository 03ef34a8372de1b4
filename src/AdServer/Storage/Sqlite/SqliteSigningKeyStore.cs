using System.Buffers.Text;
using AdServer.Serving;

namespace AdServer.Storage.Sqlite;

/// <summary>Signing keys in SQLite, the secret in base64url.</summary>
internal sealed class SqliteSigningKeyStore(SqliteDatabase database) : ISigningKeyStore
{
    private const string Columns = "id, secret, created_at, signs_from, signs_until";

    public Task AddSigningKeyAsync(SigningKey key, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Urgent, session => Add(session, key), cancellation);

    public Task<IReadOnlyList<SigningKey>> ListSigningKeysAsync(CancellationToken cancellation) =>
        database.ReadAsync(session => ListAfter(session, string.Empty, int.MaxValue), cancellation);

    public Task RemoveSigningKeysAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        database.WriteAsync(
            SqliteLane.Background,
            session =>
            {
                using var delete = session.Kept("DELETE FROM signing_keys WHERE id = ?");
                foreach (var id in ids)
                {
                    delete.Put(id).Run();
                }

                return ids.Count;
            },
            cancellation);

    public Task<DateTimeOffset?> ReadSigningClockAsync(CancellationToken cancellation) => Task.FromResult<DateTimeOffset?>(null);

    /// <summary>Keys after one, by their identities.</summary>
    public static IReadOnlyList<SigningKey> ListAfter(SqliteSession session, string after, int limit)
    {
        using var select = session.Kept($"SELECT {Columns} FROM signing_keys WHERE id > ? ORDER BY id LIMIT ?");
        return [.. select.Put(after).Put(limit).Rows().Select(Read)];
    }

    /// <summary>Adds it unless its identity is taken; says whether it was added.</summary>
    public static bool Add(SqliteSession session, SigningKey key)
    {
        using var insert = session.Kept($"INSERT INTO signing_keys ({Columns}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        return insert.Put(key.Id).Put(Base64Url.EncodeToString(key.Secret)).Put(key.CreatedAt).Put(key.SignsFrom).Put(key.SignsUntil).Run() == 1;
    }

    private static SigningKey Read(SqliteStatement row) =>
        new(row.Text(0), Base64Url.DecodeFromChars(row.Text(1)), row.Instant(2), row.Instant(3), row.Instant(4));
}
