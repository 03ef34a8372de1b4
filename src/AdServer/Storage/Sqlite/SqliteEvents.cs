using System.Runtime.InteropServices;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on <c>ad_events</c> and <c>event_ids</c>.</summary>
internal static class SqliteEvents
{
    /// <summary>The columns of an event as it was received, in the order of <see cref="Put"/>.</summary>
    public const string Columns =
        """
        event_id, ad_id, performer_id, package_name, is_other_package, device_id, timestamp, day, event_type,
            watch_duration, created_at, flaw, user_agent, verified
        """;

    /// <summary>What makes an event anonymous: whatever of <see cref="AdEvent.WithoutDevice"/> has a column.</summary>
    public const string NoDevice = "device_id = NULL, user_agent = NULL";

    /// <summary>The columns that <see cref="Read"/> expects, beginning with <c>seq</c>.</summary>
    public const string Select = $"SELECT seq, {Columns}, revision FROM ad_events";

    private static readonly SqliteInsertion Insertion = new("ad_events", $"{Columns}, revision");

    /// <summary>Adds those whose identity nobody had claimed before, in their order.</summary>
    public static AppendOutcome[] Append(SqliteSession session, IReadOnlyList<AdEvent> batch)
    {
        var outcomes = new AppendOutcome[batch.Count];
        var stored = new List<AdEvent>(batch.Count);
        using var claim = PrepareClaim(session);
        for (var index = 0; index < batch.Count; index++)
        {
            if (Claim(claim, batch[index]))
            {
                stored.Add(batch[index]);
            }
            else
            {
                outcomes[index] = AppendOutcome.Duplicate;
            }
        }

        Insert(session, CollectionsMarshal.AsSpan(stored));
        return outcomes;
    }

    /// <summary>The event as it will be read: an identity of ours has no column here.</summary>
    private static AdEvent AsRead(AdEvent one) => one.Identity is null ? one : one with { Identity = null };

    /// <summary>Claims an identity; says whether nobody had claimed it before.</summary>
    private static bool Claim(SqliteStatement claim, AdEvent one) => one.EventId is null || claim.Put(one.EventId).Put(one.Day).Run() == 1;

    public static SqliteStatement PrepareClaim(SqliteSession session) =>
        session.Kept("INSERT INTO event_ids (event_id, day) VALUES (?, ?) ON CONFLICT DO NOTHING");

    private static void Insert(SqliteSession session, ReadOnlySpan<AdEvent> events)
    {
        Insertion.Run(session, events, static (insert, one) => Put(insert, one).Put(one.Revision));
        if (session.Tail is { } tail)
        {
            // The positions of a transaction follow each other: nobody else writes.
            var first = session.LastRow - events.Length + 1;
            for (var index = 0; index < events.Length; index++)
            {
                tail.Add(first + index, AsRead(events[index]));
            }
        }
    }

    public static SqliteStatement Put(SqliteStatement insert, AdEvent one) => insert
        .Put(one.EventId).Put(one.AdId).Put(one.PerformerId).Put(one.PackageName).Put(one.IsOtherPackage).Put(one.DeviceId)
        .Put(one.Timestamp).Put(one.Day).Put((long)one.Type).Put(one.WatchDuration).Put(one.CreatedAt)
        .Put((long)one.Flaw).Put(one.UserAgent).Put(one.IsVerified);

    /// <summary>The events of a range of positions, <paramref name="after"/> excluded, in order.</summary>
    public static IEnumerable<AdEvent> List(SqliteSession session, long after, long last)
    {
        using var select = session.Kept(Select + " WHERE seq > ? AND seq <= ? ORDER BY seq");
        foreach (var row in select.Put(after).Put(last).Rows())
        {
            yield return Read(row);
        }
    }

    /// <summary>The events of a day in a range of positions, <paramref name="after"/> excluded, in order, with their positions.</summary>
    public static IEnumerable<(long Seq, AdEvent Event)> ListDay(SqliteSession session, UtcDay day, long after, long last, int limit)
    {
        using var select = session.Kept(Select + " WHERE day = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?");
        foreach (var row in select.Put(day).Put(after).Put(last).Put(limit).Rows())
        {
            yield return (row.Int(0), Read(row));
        }
    }

    public static AdEvent Read(SqliteStatement row) => ReadReceived(row) with { Revision = (int)row.Int(15) };

    /// <summary>Reads <see cref="Columns"/> after the first column.</summary>
    public static AdEvent ReadReceived(SqliteStatement row) => new()
    {
        EventId = row.TextOrNull(1),
        AdId = row.Text(2),
        PerformerId = row.Text(3),
        PackageName = row.Text(4),
        IsOtherPackage = row.Bool(5),
        DeviceId = row.TextOrNull(6),
        Timestamp = row.Text(7),
        Day = row.Day(8),
        Type = (EventType)row.Int(9),
        WatchDuration = row.Int(10),
        CreatedAt = row.Instant(11),
        Flaw = (TrafficFlaw)row.Int(12),
        UserAgent = row.TextOrNull(13),
        IsVerified = row.Bool(14),
    };
}
