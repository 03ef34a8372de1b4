using AdServer.Access;

namespace AdServer.Storage.Sqlite;

/// <summary>The audit in SQLite. There is no statement that changes or deletes, and the schema lets none pass.</summary>
internal sealed class SqliteAuditStore(SqliteDatabase database) : IAuditStore
{
    private const string Columns =
        "id, at, actor_id, actor_name, role, address, trace_id, action, object_kind, object_id, performer_id, state_before, state_after";

    private const string Select = $"SELECT {Columns}, outcome, ended_at FROM audit LEFT JOIN audit_ends USING (id)";

    public Task AppendAuditAsync(AuditEntry entry, CancellationToken cancellation) => Write(session => Add(session, entry), cancellation);

    public Task EndAuditAsync(string id, AuditOutcome outcome, DateTimeOffset at, CancellationToken cancellation) =>
        Write(session => End(session, id, outcome, at), cancellation);

    public Task<AuditPage> ListAuditAsync(AuditQuery query, CancellationToken cancellation) =>
        database.ReadAsync(session => List(session, query), cancellation);

    /// <summary>Adds an entry with its end, if it has one; one that is there stays.</summary>
    public static void AddWhole(SqliteSession session, AuditEntry entry)
    {
        Add(session, entry);
        if (entry.EndedAt is { } at)
        {
            End(session, entry.Id, entry.Outcome, at);
        }
    }

    /// <summary>Entries after one, by their identities, as many as fit into a page.</summary>
    public static AuditPage ListAfter(SqliteSession session, string after, int limit)
    {
        using var select = session.Kept(Select + " WHERE id > ? ORDER BY id LIMIT ?");
        return AuditPage.Cut(select.Put(after).Put(limit + 1).Rows().Select(Read), limit);
    }

    /// <summary>The text of a query, for whoever wants to know how it is answered; its values are put in their order.</summary>
    public static string TextOf(AuditQuery query)
    {
        string?[] conditions =
        [
            query.ObjectKind is null ? null : "object_kind = ?",
            query.ObjectId is null ? null : "object_id = ?",
            query.ActorId is null ? null : "actor_id = ?",
            query.From is null ? null : "at >= ?",
            query.Until is null ? null : "at < ?",
            query.After is null ? null : "(at, id) < (?, ?)",
        ];
        var where = string.Join(" AND ", conditions.OfType<string>());
        return $"{Select}{(where.Length == 0 ? where : $" WHERE {where}")} ORDER BY at DESC, id DESC LIMIT ?";
    }

    private static AuditPage List(SqliteSession session, AuditQuery query)
    {
        using var select = session.Once(TextOf(query));
        foreach (var text in new[] { query.ObjectKind, query.ObjectId, query.ActorId }.OfType<string>())
        {
            select.Put(text);
        }

        foreach (var time in new[] { query.From, query.Until }.OfType<DateTimeOffset>())
        {
            select.Put(time);
        }

        if (query.After is { } place)
        {
            select.Put(place.CreatedAt).Put(place.Id);
        }

        return AuditPage.Cut(select.Put(query.Limit + 1).Rows().Select(Read), query.Limit);
    }

    private static bool Add(SqliteSession session, AuditEntry entry)
    {
        using var insert = session.Kept($"INSERT INTO audit ({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        var origin = entry.Origin;
        return insert.Put(entry.Id).Put(entry.At).Put(origin.ActorId).Put(origin.ActorName).Put(origin.Role).Put(origin.Address).Put(origin.TraceId)
            .Put(entry.Action).Put(entry.ObjectKind).Put(entry.ObjectId).Put(entry.PerformerId).Put(entry.Before).Put(entry.After).Run() == 1;
    }

    private static bool End(SqliteSession session, string id, AuditOutcome outcome, DateTimeOffset at)
    {
        using var insert = session.Kept("INSERT INTO audit_ends (id, outcome, ended_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
        return insert.Put(id).Put(outcome.ToString()).Put(at).Run() == 1;
    }

    private static AuditEntry Read(SqliteStatement row) => new()
    {
        Id = row.Text(0),
        At = row.Instant(1),
        Origin = new AuditOrigin(row.Text(2), row.Text(3), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6)),
        Action = row.Text(7),
        ObjectKind = row.Text(8),
        ObjectId = row.TextOrNull(9),
        PerformerId = row.TextOrNull(10),
        Before = row.TextOrNull(11),
        After = row.TextOrNull(12),
        Outcome = row.TextOrNull(13) is { } outcome ? Enum.Parse<AuditOutcome>(outcome) : AuditOutcome.Unknown,
        EndedAt = row.InstantOrNull(14),
    };

    private Task<bool> Write(Func<SqliteSession, bool> work, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Urgent, work, cancellation);
}
