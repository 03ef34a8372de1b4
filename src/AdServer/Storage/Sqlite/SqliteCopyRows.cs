using System.Buffers.Binary;
using AdServer.Access;
using AdServer.Commands.Copying;
using AdServer.Events;
using AdServer.Serving;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements of a copy: the rows of each table after a key, in its order.</summary>
internal static class SqliteCopyRows
{
    public static IReadOnlyList<Developer> ListDevelopers(SqliteSession session, string after, int limit)
    {
        using var select = session.Kept("SELECT id, name, email, created_at FROM developers WHERE id > ? ORDER BY id LIMIT ?");
        return [.. select.Put(after).Put(limit).Rows().Select(row => new Developer(row.Text(0), row.Text(1), row.Text(2), row.Instant(3)))];
    }

    /// <summary>All ads, removed ones too, in the order in which they came.</summary>
    public static IReadOnlyList<(long Number, CopiedAd Ad)> ListAds(SqliteSession session, long after, int limit)
    {
        using var select = session.Kept($"SELECT {SqliteAds.Columns}, number, removed_at, swept FROM ads WHERE number > ? ORDER BY number LIMIT ?");
        return [.. select.Put(after).Put(limit).Rows().Select(row => (
            row.Int(SqliteAds.ColumnCount),
            new CopiedAd(SqliteAds.Read(row), row.InstantOrNull(SqliteAds.ColumnCount + 1), row.Bool(SqliteAds.ColumnCount + 2))))];
    }

    public static IReadOnlyList<(long Number, string Name)> ListPackages(SqliteSession session, long after, int limit)
    {
        using var select = session.Kept("SELECT number, name FROM packages WHERE number > ? ORDER BY number LIMIT ?");
        return [.. select.Put(after).Put(limit).Rows().Select(row => (row.Int(0), row.Text(1)))];
    }

    /// <summary>The events of days whose raw events are kept, and of others those that are not rolled up: the rows of those days lack them.</summary>
    public static IReadOnlyList<(long Seq, AdEvent Event)> ListEvents(SqliteSession session, long after, int limit)
    {
        var since = SqliteRawSince.Read(session)?.ToString() ?? string.Empty;
        using var select = session.Kept(SqliteEvents.Select + " WHERE seq > ? AND (day >= ? OR seq > ?) ORDER BY seq LIMIT ?");
        return [.. select.Put(after).Put(since).Put(SqliteRolls.LastApplied(session).Last).Put(limit).Rows().Select(row => (row.Int(0), Identify(SqliteEvents.Read(row), row.Int(0))))];
    }

    public static IReadOnlyList<CopiedEventId> ListEventIds(SqliteSession session, string after, int limit)
    {
        using var select = session.Kept("SELECT event_id, day FROM event_ids WHERE event_id > ? ORDER BY event_id LIMIT ?");
        return [.. select.Put(after).Put(limit).Rows().Select(row => new CopiedEventId(row.Text(0), row.Day(1)))];
    }

    /// <summary>Those of ads that were not removed: what a report counts.</summary>
    public static IReadOnlyList<(string Process, DeliveryTotal Total)> ListDeliveries(SqliteSession session, string[]? after, int limit)
    {
        using var select = session.Kept(
            $"""
            SELECT a.id, s.date, (SELECT name FROM processes WHERE number = s.process_number) AS process, {SqliteDeliveries.Total} FROM {SqliteDeliveries.OfAds}
            AND (a.id, s.date, process) > (?, ?, ?) ORDER BY a.id, s.date, process LIMIT ?
            """);
        return [.. PutKey(select, after).Put(limit).Rows().Select(row => (row.Text(2), new DeliveryTotal(row.Text(0), row.Day(1), row.Int(3))))];
    }

    public static IReadOnlyList<(string Process, RequestTotal Total)> ListRequests(SqliteSession session, string[]? after, int limit)
    {
        using var select = session.Kept(
            """
            SELECT packages.name, date, processes.name, requests, fills FROM packages
            CROSS JOIN daily_requests ON package_number = packages.number CROSS JOIN processes ON processes.number = process_number
            WHERE (packages.name, date, processes.name) > (?, ?, ?)
            ORDER BY packages.name, date, processes.name LIMIT ?
            """);
        return [.. PutKey(select, after).Put(limit).Rows().Select(row => (
            row.Text(2), new RequestTotal(row.Text(0), row.Day(1), row.Int(3), row.Int(4))))];
    }

    private static SqliteStatement PutKey(SqliteStatement select, string[]? after) =>
        select.Put(after?[0] ?? string.Empty).Put(after?[1] ?? string.Empty).Put(after?[2] ?? string.Empty);

    /// <summary>
    /// The event with an identity that follows from its position, where it has none from a client: a version 8 UUID (RFC 9562) of the time
    /// of its receipt and the position. Whatever makes identities later makes version 7.
    /// </summary>
    private static AdEvent Identify(AdEvent one, long seq)
    {
        if (one.EventId is not null)
        {
            return one;
        }

        var time = (ulong)one.CreatedAt.ToUnixTimeMilliseconds();
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (time << 16) | 0x8000);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | (ulong)seq);
        return one with { Identity = new Guid(bytes, bigEndian: true) };
    }
}
