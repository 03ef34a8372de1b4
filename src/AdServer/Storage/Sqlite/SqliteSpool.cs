using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Events that were answered and wait on this host's disk for an engine that is away, in the order in which they came. A file of its own,
/// as durable as a store and locked like one. An event leaves it only when whoever appended it elsewhere says so.
/// </summary>
internal sealed class SqliteSpool : IDisposable
{
    private const int MostAdsOfSet = 1000;

    private readonly ISqliteTransactions database;
    private readonly long mostBytes;
    private readonly Lock door = new();
    private SpoolState state;
    private long added;
    private long removed;

    /// <param name="database">Its open file, which it closes.</param>
    /// <param name="path">Where that is.</param>
    /// <param name="mostBytes">From which size on it takes no more.</param>
    public SqliteSpool(ISqliteTransactions database, string path, long mostBytes)
    {
        (this.database, Path, this.mostBytes) = (database, path, mostBytes);
        (Id, state) = database.ReadAsync(session => (ReadId(session), ReadState(session)), CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Its files are marked "AdSp".</summary>
    public static SqliteSchema Schema { get; } = new("spool", "Storage:SpoolPath", 0x41645370, Version1, SqliteSetAside.Migration, Version3, Version4);

    public string Path { get; }

    /// <summary>The identity of the file, made with it, which says nothing about the host.</summary>
    public string Id { get; }

    /// <summary>What is in it, never older than the last call that was answered.</summary>
    public SpoolState State
    {
        get
        {
            lock (door)
            {
                return state;
            }
        }
    }

    /// <summary>Whether nothing waits for the engine.</summary>
    public bool IsEmpty => State.Events == 0;

    /// <summary>Whether it takes no more.</summary>
    public bool IsFull => State.Bytes >= mostBytes;

    /// <summary>Events that this process put in.</summary>
    public long Added => Interlocked.Read(ref added);

    /// <summary>Events that this process took out.</summary>
    public long Removed => Interlocked.Read(ref removed);

    /// <summary>Opens the file, and makes it if there is none.</summary>
    /// <exception cref="StartException">It cannot be opened.</exception>
    public static SqliteSpool Open(string path, long mostBytes)
    {
        try
        {
            return Read(SqliteDatabase.Open(path, StorageAccess.Serve, Schema), path, mostBytes);
        }
        catch (Exception fault) when (SqliteFault.IsDamage(fault.InnerException))
        {
            throw new StartException(
                $"The spool {path} is damaged, and may hold answered events. Save what can be read, \"sqlite3 {path} .recover | sqlite3 {path}.saved\", and put "
                + $"that in its place, without {path}-wal and {path}-shm; or move all three away: then a new one is made, and the events in it count nowhere.",
                fault);
        }
        catch (StoreUnavailableException fault)
        {
            throw new StartException($"The spool {path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Keeps events, under the identities that they have. A duplicate is one whose <c>eventId</c> is here already.</summary>
    /// <exception cref="StoreUnavailableException">It is full or its disk fails; none was kept.</exception>
    public async Task<AppendOutcome[]> AddAsync(IReadOnlyList<AdEvent> events, CancellationToken cancellation)
    {
        var outcomes = await WriteAsync(SqliteLane.Urgent, session => Add(session, events), cancellation);
        Interlocked.Add(ref added, outcomes.Count(outcome => outcome == AppendOutcome.Stored));
        return outcomes;
    }

    /// <summary>Which of these identities of clients are here.</summary>
    public Task<HashSet<string>> FindAsync(IReadOnlyCollection<string> eventIds, CancellationToken cancellation) => database.ReadAsync(
        session =>
        {
            using var find = session.Kept("SELECT 1 FROM ad_events WHERE event_id = ?");
            return eventIds.Where(id => find.Put(id).Rows().Any()).ToHashSet(StringComparer.Ordinal);
        },
        cancellation);

    /// <summary>The first events, in their order.</summary>
    public Task<SpoolSlice> ReadAsync(int most, CancellationToken cancellation) => database.ReadAsync(session => Read(session, most), cancellation);

    /// <summary>Takes out a slice that was appended elsewhere: now it is not here any more.</summary>
    public async Task RemoveAsync(SpoolSlice slice, CancellationToken cancellation) =>
        Interlocked.Add(ref removed, await WriteAsync(SqliteLane.Background, session => Remove(session, slice), cancellation));

    /// <summary>Sets the first event aside, with what the engine says of it: it waits no longer, and is kept.</summary>
    public Task SetAsideAsync(int code, string words, CancellationToken cancellation) =>
        WriteAsync(SqliteLane.Background, session => Count(session, -SqliteSetAside.AddFirst(session, code, words)), cancellation);

    /// <summary>Lets those that were set aside wait for the engine again.</summary>
    public Task TakeBackAsync(CancellationToken cancellation) =>
        WriteAsync(SqliteLane.Background, session => Count(session, SqliteSetAside.TakeBack(session)), cancellation);

    /// <summary>Which ads had an event from which package.</summary>
    public Task<List<PackageAds>> ReadPackageAdsAsync(CancellationToken cancellation) => database.ReadAsync(
        session =>
        {
            using var pairs = session.Once(
                $"""
                SELECT CASE WHEN is_other_package THEN '{AdEvent.OtherPackage}' ELSE package_name END AS package, ad_id FROM ad_events
                UNION SELECT CASE WHEN is_other_package THEN '{AdEvent.OtherPackage}' ELSE package_name END, ad_id FROM set_aside
                ORDER BY package
                """);
            return pairs.Rows().Select(row => (Package: row.Text(0), AdId: row.Text(1))).GroupBy(pair => pair.Package, pair => pair.AdId)
                .SelectMany(group => group.Chunk(MostAdsOfSet).Select(ads => new PackageAds(group.Key, ads))).ToList();
        },
        cancellation);

    public void Dispose() => database.Dispose();

    private static SqliteSpool Read(SqliteDatabase database, string path, long mostBytes)
    {
        try
        {
            return new SqliteSpool(database, path, mostBytes);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private async Task<T> WriteAsync<T>(SqliteLane lane, Func<SqliteSession, T> work, CancellationToken cancellation)
    {
        var (result, next) = await database.WriteAsync(lane, session => (work(session), ReadState(session)), cancellation);
        lock (door)
        {
            // Those who wait for two commits may come here in any order.
            state = next.Writes > state.Writes ? next : state;
        }

        return result;
    }

    private AppendOutcome[] Add(SqliteSession session, IReadOnlyList<AdEvent> events)
    {
        if (ReadBytes(session) >= mostBytes)
        {
            throw new StoreUnavailableException($"It is full: Storage:MaxSpoolBytes is {mostBytes}");
        }

        using var insert = session.Kept(
            $"INSERT INTO ad_events ({SqliteEvents.Columns}, identity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
        AppendOutcome[] outcomes =
        [
            .. events.Select(one => SqliteEvents.Put(insert, one).Put(one.Identity?.ToString()).Run() == 1
                ? AppendOutcome.Stored
                : AppendOutcome.Duplicate),
        ];
        Count(session, outcomes.Count(outcome => outcome == AppendOutcome.Stored));
        return outcomes;
    }

    private static SpoolSlice Read(SqliteSession session, int most)
    {
        using var select = session.Kept($"SELECT seq, {SqliteEvents.Columns}, identity FROM ad_events ORDER BY seq LIMIT ?");
        var (events, last) = (new List<AdEvent>(), 0L);
        foreach (var row in select.Put(most).Rows())
        {
            events.Add(SqliteEvents.ReadReceived(row) with { Identity = row.TextOrNull(15) is { } own ? Guid.Parse(own) : null });
            last = row.Int(0);
        }

        return new SpoolSlice(events, last);
    }

    private static int Remove(SqliteSession session, SpoolSlice slice)
    {
        using var delete = session.Kept("DELETE FROM ad_events WHERE seq <= ?");
        var count = delete.Put(slice.Last).Run();
        Count(session, -count);
        return count;
    }

    private static int Count(SqliteSession session, int change)
    {
        using var update = session.Kept("UPDATE spool SET writes = writes + 1, events = events + ?");
        return update.Put(change).Run();
    }

    private static string ReadId(SqliteSession session)
    {
        using var select = session.Once("SELECT id FROM spool");
        return select.Rows().Select(row => row.Text(0)).Single();
    }

    private static SpoolState ReadState(SqliteSession session)
    {
        using var counts = session.Kept(
            """
            SELECT writes, events, (SELECT created_at FROM ad_events ORDER BY seq LIMIT 1), set_aside, (SELECT code FROM set_aside ORDER BY seq LIMIT 1)
            FROM spool
            """);
        return counts.Rows().Select(row => new SpoolState(
            row.Int(0), row.Int(1), ReadBytes(session), row.InstantOrNull(2), row.Int(3), row.IsNull(4) ? null : (int)row.Int(4))).Single();
    }

    /// <summary>The pages in use: the file keeps its size, and new events take the room of old ones.</summary>
    private static long ReadBytes(SqliteSession session) =>
        (session.Number("PRAGMA page_count") - session.Number("PRAGMA freelist_count")) * session.Number("PRAGMA page_size");

    private const string Version1 =
        """
        CREATE TABLE spool (id TEXT NOT NULL, writes INTEGER NOT NULL, events INTEGER NOT NULL) STRICT;
        INSERT INTO spool (id, writes, events) VALUES (lower(hex(randomblob(16))), 0, 0);

        -- The columns of a store's events, and our own identity of those that came without one.
        CREATE TABLE ad_events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT UNIQUE, ad_id TEXT NOT NULL, performer_id TEXT NOT NULL,
            package_name TEXT NOT NULL, is_other_package INTEGER NOT NULL, device_id TEXT, timestamp TEXT NOT NULL, day TEXT NOT NULL,
            event_type INTEGER NOT NULL, watch_duration INTEGER NOT NULL, created_at INTEGER NOT NULL, identity TEXT) STRICT;
        """;

    /// <summary>Invalid traffic: what an event was found to be at its receipt, and what rating anew needs.</summary>
    private const string Version3 =
        """
        ALTER TABLE ad_events ADD COLUMN flaw INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ad_events ADD COLUMN user_agent TEXT;
        ALTER TABLE set_aside ADD COLUMN flaw INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE set_aside ADD COLUMN user_agent TEXT;
        """;

    /// <summary>Whether an event came with a valid signature of its delivery.</summary>
    private const string Version4 =
        """
        ALTER TABLE ad_events ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE set_aside ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;
        """;
}

/// <summary>What is in a spool.</summary>
/// <param name="Writes">Grows with every change.</param>
/// <param name="Events">How many events wait for the engine.</param>
/// <param name="Bytes">What they take on the disk.</param>
/// <param name="Oldest">When the first of them was received.</param>
/// <param name="SetAside">How many events the engine refused for what they hold.</param>
/// <param name="Refusal">The code of the first of those refusals.</param>
internal sealed record SpoolState(long Writes, long Events, long Bytes, DateTimeOffset? Oldest, long SetAside, int? Refusal)
{
    /// <summary>Whether no answered event is on this disk alone.</summary>
    public bool HoldsNothing => Events == 0 && SetAside == 0;
}

/// <summary>The first events of a spool.</summary>
/// <param name="Events">The events.</param>
/// <param name="Last">The place of the last of them: never given twice.</param>
internal sealed record SpoolSlice(IReadOnlyList<AdEvent> Events, long Last);
