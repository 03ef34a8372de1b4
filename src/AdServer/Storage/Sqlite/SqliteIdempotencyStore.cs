using AdServer.Access;

namespace AdServer.Storage.Sqlite;

/// <summary>Idempotency keys in SQLite.</summary>
internal sealed class SqliteIdempotencyStore(SqliteDatabase database) : IIdempotencyStore
{
    public Task<(ReservedKey Held, bool IsNew)?> ReserveKeyAsync(ReservedKey wanted, int most, CancellationToken cancellation) =>
        database.WriteAsync<(ReservedKey Held, bool IsNew)?>(
            SqliteLane.Urgent,
            session =>
            {
                if (Find(session, wanted.Id) is { } held)
                {
                    return (held, false);
                }

                if (Count(session, wanted.CallerId) >= most)
                {
                    return null;
                }

                Add(session, wanted);
                return (wanted, true);
            },
            cancellation);

    public Task AnswerKeyAsync(string id, KeyAnswer answer, CancellationToken cancellation) => database.WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            using var update = session.Kept("UPDATE idempotency_keys SET status = ?, answered_id = ? WHERE id = ? AND status IS NULL");
            return update.Put(answer.Status).Put(answer.ObjectId).Put(id).Run();
        },
        cancellation);

    public Task<int> RemoveKeysAsync(DateTimeOffset before, int limit, CancellationToken cancellation) => database.WriteAsync(
        SqliteLane.Background,
        session =>
        {
            using var delete = session.Kept(
                "DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE created_at < ? LIMIT ?)");
            return delete.Put(before).Put(limit).Run();
        },
        cancellation);

    private static void Add(SqliteSession session, ReservedKey key)
    {
        using var insert = session.Kept("INSERT INTO idempotency_keys (id, caller_id, fingerprint, object_id, created_at) VALUES (?, ?, ?, ?, ?)");
        insert.Put(key.Id).Put(key.CallerId).Put(key.Fingerprint).Put(key.ObjectId).Put(key.CreatedAt).Run();
    }

    private static long Count(SqliteSession session, string callerId)
    {
        using var select = session.Kept("SELECT count(*) FROM idempotency_keys WHERE caller_id = ?");
        return select.Put(callerId).Rows().Select(row => row.Int(0)).Single();
    }

    private static ReservedKey? Find(SqliteSession session, string id)
    {
        using var select = session.Kept(
            "SELECT id, caller_id, fingerprint, object_id, created_at, status, answered_id FROM idempotency_keys WHERE id = ?");
        return select.Put(id).Rows().Select(Read).SingleOrDefault();
    }

    private static ReservedKey Read(SqliteStatement row) => new(row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Instant(4))
    {
        Answer = row.IsNull(5) ? null : new KeyAnswer((int)row.Int(5), row.Text(6)),
    };
}
