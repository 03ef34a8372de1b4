using System.Text.Json;
using System.Text.Json.Serialization;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Storage.Sqlite;

/// <summary>The statements on <c>events_by_day</c>: the events of a day and a roll in parts of bounded size (law 7).</summary>
internal static class SqliteBuckets
{
    /// <summary>The most events of one part.</summary>
    public const int MostEvents = 1000;

    private static readonly JsonSerializerOptions Json = new(ApiJson.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>The parts of one roll as they are written; each part is a day's. Needs no connection: nobody waits for the writer meanwhile.</summary>
    public static IReadOnlyList<WrittenBucket> Render(IEnumerable<AdEvent> events) =>
    [
        .. from day in events.GroupBy(one => one.Day)
           from part in day.Chunk(MostEvents).Index()
           select new WrittenBucket(day.Key, part.Index + 1, Write(part.Item)),
    ];

    /// <summary>Writes the parts of one roll, in place of those of their days that are there.</summary>
    public static void Put(SqliteSession session, long roll, IReadOnlyList<WrittenBucket> parts, DateTimeOffset now)
    {
        foreach (var day in parts.Select(part => part.Day).Distinct())
        {
            Remove(session, day, roll);
        }

        using var insert = session.Kept("INSERT INTO events_by_day (date, roll, part, events, created_at) VALUES (?, ?, ?, ?, ?)");
        foreach (var part in parts)
        {
            insert.Put(part.Day).Put(roll).Put(part.Part).PutUtf8(part.Events).Put(now).Run();
        }
    }

    /// <summary>Writes the parts of one roll anew, without the events of ads that do not count.</summary>
    public static void Replace(SqliteSession session, Roll roll, SqliteLiveAds ads, DateTimeOffset now)
    {
        foreach (var day in roll.Events.Select(one => one.Day).Distinct())
        {
            Remove(session, day, roll.Number);
        }

        Put(session, roll.Number, Render(roll.Events.Where(one => ads.Has(one.AdId))), now);
    }

    /// <summary>Takes the events of some ads out of the parts of one day and roll.</summary>
    public static void Sweep(SqliteSession session, UtcDay day, long roll, IReadOnlySet<string> ads)
    {
        using var update = session.Kept("UPDATE events_by_day SET events = ? WHERE rowid = ?");
        using var delete = session.Kept("DELETE FROM events_by_day WHERE rowid = ?");
        foreach (var (part, events) in ListParts(session, day, roll))
        {
            var left = events.Where(one => !ads.Contains(one.AdId)).ToList();
            if (left.Count == 0)
            {
                delete.Put(part).Run();
            }
            else if (left.Count < events.Count)
            {
                update.PutUtf8(Write(left)).Put(part).Run();
            }
        }
    }

    /// <summary>Makes the events of a device in the parts of one day and roll anonymous; says how many.</summary>
    public static int Erase(SqliteSession session, UtcDay day, long roll, string deviceId)
    {
        var entries = 0;
        using var update = session.Kept("UPDATE events_by_day SET events = ? WHERE rowid = ?");
        foreach (var (part, events) in ListParts(session, day, roll))
        {
            var found = events.Count(one => one.DeviceId == deviceId);
            entries += found;
            if (found > 0)
            {
                update.PutUtf8(Write([.. events.Select(one => one.DeviceId == deviceId ? one.WithoutDevice() : one)])).Put(part).Run();
            }
        }

        return entries;
    }

    /// <summary>Deletes the parts of one day and roll.</summary>
    public static void Remove(SqliteSession session, UtcDay day, long roll)
    {
        using var delete = session.Kept("DELETE FROM events_by_day WHERE date = ? AND roll = ?");
        delete.Put(day).Put(roll).Run();
    }

    /// <summary>The parts of a day after one and up to a roll, in order.</summary>
    public static List<SqliteBucket> ListDay(SqliteSession session, UtcDay day, (long Roll, long Part) after, long lastRoll, int limit)
    {
        using var select = session.Kept(
            """
            SELECT roll, part, events FROM events_by_day WHERE date = ? AND (roll, part) > (?, ?) AND roll <= ?
            ORDER BY roll, part LIMIT ?
            """);
        return [.. select.Put(day).Put(after.Roll).Put(after.Part).Put(lastRoll).Put(limit).Rows()
            .Select(row => new SqliteBucket(row.Int(0), row.Int(1), Read(row.Utf8Text(2))))];
    }

    private static List<(long Part, List<AdEvent> Events)> ListParts(SqliteSession session, UtcDay day, long roll)
    {
        using var select = session.Kept("SELECT rowid, events FROM events_by_day WHERE date = ? AND roll = ?");
        return [.. select.Put(day).Put(roll).Rows().Select(row => (row.Int(0), Read(row.Utf8Text(1))))];
    }

    private static byte[] Write(IReadOnlyList<AdEvent> events) => JsonSerializer.SerializeToUtf8Bytes(events, Json);

    private static List<AdEvent> Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<List<AdEvent>>(json, Json)!;
}

/// <summary>A part of the events of a day and a roll.</summary>
internal sealed record SqliteBucket(long Roll, long Part, IReadOnlyList<AdEvent> Events);

/// <summary>A part of the events of a day and a roll, as it is kept.</summary>
/// <param name="Day">The day.</param>
/// <param name="Part">Its number among those of the day and the roll, from one.</param>
/// <param name="Events">The events, as JSON in UTF-8.</param>
internal sealed record WrittenBucket(UtcDay Day, long Part, byte[] Events);
