using AdServer.Commands.Copying;
using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>A file that is filled by a copy: each piece and the mark behind it are one transaction, so none is there twice or half.</summary>
internal sealed class SqliteCopyTarget(SqliteDatabase database, StorageLocation location, IStatsStore stats, TimeProvider clock) : ICopyTarget
{
    public string Name => location.Name;

    public Task<CopyMark> BeginAsync(string source, CancellationToken cancellation) =>
        database.WriteAsync(SqliteLane.Urgent, session => SqliteCopyMark.Begin(session, source, location.Where), cancellation);

    public Task WriteAsync(CopyRows? rows, CopyMark before, CopyMark after, CancellationToken cancellation) => database.WriteAsync(
        SqliteLane.Urgent,
        session =>
        {
            Add(session, rows);
            SqliteCopyMark.Replace(session, after);
            return true;
        },
        cancellation);

    public Task<CopyCounts> CountAsync(CancellationToken cancellation) => database.ReadAsync(SqliteCopyEnd.Count, cancellation);

    public Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) =>
        SqliteCopyEnd.ReadStatsAsync(stats, query, cancellation);

    private void Add(SqliteSession session, CopyRows? rows)
    {
        switch (rows)
        {
            case null:
                break;
            case CopyRows.Performers { Items: var items }:
                ForEach(items, one => SqlitePerformers.Add(session, one));
                break;
            case CopyRows.Developers or CopyRows.Tokens or CopyRows.Credentials or CopyRows.Audit:
                AddAccess(session, rows);
                break;
            case CopyRows.Ads { Items: var items }:
                ForEach(items, one => AddAd(session, one));
                break;
            case CopyRows.Packages { Items: var items }:
                ForEach(items, one => SqlitePackageAds.Remember(session, one));
                break;
            case CopyRows.RawSince { Items: var items }:
                ForEach(items, one => SqliteRawSince.Raise(session, one.On, one.Day));
                break;
            case CopyRows.Kept { Rows: var kept }:
                AddKept(session, kept);
                break;
            case CopyRows.Events { Items: var items }:
                SqliteEvents.Append(session, items);
                break;
            case CopyRows.EventIds { Items: var items }:
                AddEventIds(session, items);
                break;
            default:
                AddOther(session, rows);
                break;
        }
    }

    private static void AddAccess(SqliteSession session, CopyRows rows)
    {
        switch (rows)
        {
            case CopyRows.Developers { Items: var items }:
                ForEach(items, one => SqliteAccessStore.Add(session, one));
                break;
            case CopyRows.Tokens { Items: var items }:
                ForEach(items, one => SqliteTokenStore.Add(session, one));
                break;
            case CopyRows.Credentials { Items: var items }:
                ForEach(items, one => SqliteCredentialStore.Add(session, one));
                break;
            case CopyRows.Audit { Items: var items }:
                ForEach(items, one => SqliteAuditStore.AddWhole(session, one));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    private static void AddOther(SqliteSession session, CopyRows rows)
    {
        switch (rows)
        {
            case CopyRows.SigningKeys { Items: var items }:
                ForEach(items, one => SqliteSigningKeyStore.Add(session, one));
                break;
            case CopyRows.Deliveries { Items: var items }:
                ForEach(items.GroupBy(one => one.Process, one => one.Total), some => SqliteCounters.ReplaceDeliveries(session, some.Key, [.. some]));
                break;
            case CopyRows.Requests { Items: var items }:
                ForEach(items.GroupBy(one => one.Process, one => one.Total), some => SqliteCounters.ReplaceRequests(session, some.Key, [.. some]));
                break;
            case CopyRows.Delivered { Items: var items }:
                SqliteDeliveredStore.Add(session, PackageAds.Sets(items));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    /// <summary>Rows that include no roll of this store yet, and the package sets that follow from them.</summary>
    private void AddKept(SqliteSession session, RollUp kept)
    {
        var live = new SqliteLiveAds(session);
        SqliteDerived.AddRows(session, live.Only(kept), live, through: 0, clock.Now());
    }

    private static void AddAd(SqliteSession session, CopiedAd copied)
    {
        if (copied.RemovedAt is { } at)
        {
            SqliteAds.AddRemoved(session, copied.Ad, at, copied.IsSwept);
        }
        else
        {
            SqliteAds.Add(session, copied.Ad);
        }
    }

    private static void AddEventIds(SqliteSession session, IReadOnlyList<CopiedEventId> items)
    {
        using var claim = SqliteEvents.PrepareClaim(session);
        foreach (var item in items)
        {
            claim.Put(item.Id).Put(item.Day).Run();
        }
    }

    private static void ForEach<T>(IEnumerable<T> items, Action<T> add)
    {
        foreach (var item in items)
        {
            add(item);
        }
    }
}
