using System.Globalization;
using AdServer.Access;
using AdServer.Commands.Copying;
using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>A store in SQLite that is moved elsewhere: each table by its key, the events and what has an order in that order.</summary>
internal sealed class SqliteCopySource(SqliteDatabase database, StorageLocation location, IStatsStore stats, ILedgerStore ledger) : ICopySource
{
    private const int MostRows = 1000;

    /// <summary>Tells places among these rows from those that a program before schema 8 left, of two numbers, the last ones with "sets": from such a one, a copy begins the stage anew.</summary>
    private const string InRows = "rows";

    private const int MostEvents = 4000;

    public string Name => location.Name;

    public async Task<CopyPiece?> ReadAsync(CopyStage stage, string place, CancellationToken cancellation) => stage == CopyStage.Kept
        ? await KeptRows.ReadAsync(ledger, await ledger.ReadRawSinceAsync(cancellation), StoragePlace.Read(place), cancellation)
        : await database.ReadAsync(session => Read(session, stage, StoragePlace.Read(place)), cancellation);

    public Task<CopyCounts> CountAsync(CancellationToken cancellation) => database.ReadAsync(SqliteCopyEnd.Count, cancellation);

    public Task<IReadOnlyList<StatsRow>> ReadStatsAsync(StatsQuery query, CancellationToken cancellation) =>
        SqliteCopyEnd.ReadStatsAsync(stats, query, cancellation);

    public Task<IReadOnlyList<string>> ReadRemarksAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

    private static CopyPiece? Read(SqliteSession session, CopyStage stage, string[]? after) => stage switch
    {
        CopyStage.Performers => ReadPerformers(session, after),
        CopyStage.Developers => ReadDevelopers(session, after),
        CopyStage.Tokens => ReadTokens(session, after),
        CopyStage.Audit => ReadAudit(session, after),
        CopyStage.Credentials => ReadCredentials(session, after),
        CopyStage.SigningKeys => ReadSigningKeys(session, after),
        CopyStage.Ads => Piece(SqliteCopyRows.ListAds(session, NumberOf(after), CopyRows.Ads.Most), items => new CopyRows.Ads(items)),
        CopyStage.Packages => Piece(SqliteCopyRows.ListPackages(session, NumberOf(after), MostRows), items => new CopyRows.Packages(items)),
        CopyStage.RawSince => KeptRows.Say(SqliteRawSince.List(session), after),
        CopyStage.Events => Piece(SqliteCopyRows.ListEvents(session, NumberOf(after), MostEvents), items => new CopyRows.Events(items)),
        CopyStage.EventIds => ReadEventIds(session, after),
        CopyStage.Deliveries => ReadDeliveries(session, after),
        CopyStage.Requests => ReadRequests(session, after),
        CopyStage.Delivered => ReadDelivered(session, after),
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    private static CopyPiece? ReadPerformers(SqliteSession session, string[]? after)
    {
        var items = SqlitePerformers.List(session, after is null ? null : ListPlace.TryParse(after[0], out var place) ? place : null, MostRows);
        return items is [.., var last]
            ? new CopyPiece(new CopyRows.Performers(items), StoragePlace.Of(new ListPlace(last.CreatedAt, last.Id).ToString()))
            : null;
    }

    private static CopyPiece? ReadDevelopers(SqliteSession session, string[]? after)
    {
        var items = SqliteCopyRows.ListDevelopers(session, after?[0] ?? string.Empty, MostRows);
        return items is [.., var last] ? new CopyPiece(new CopyRows.Developers(items), StoragePlace.Of(last.Id)) : null;
    }

    private static CopyPiece? ReadTokens(SqliteSession session, string[]? after)
    {
        var items = SqliteTokenStore.ListAfter(session, after?[0] ?? string.Empty, MostRows);
        return items is [.., var last] ? new CopyPiece(new CopyRows.Tokens(items), StoragePlace.Of(last.Id)) : null;
    }

    private static CopyPiece? ReadAudit(SqliteSession session, string[]? after)
    {
        var items = SqliteAuditStore.ListAfter(session, after?[0] ?? string.Empty, MostRows).Items;
        return items is [.., var last] ? new CopyPiece(new CopyRows.Audit(items), StoragePlace.Of(last.Id)) : null;
    }

    private static CopyPiece? ReadCredentials(SqliteSession session, string[]? after)
    {
        var items = SqliteCredentialStore.ListAfter(session, after?[0] ?? string.Empty, MostRows);
        return items is [.., var last] ? new CopyPiece(new CopyRows.Credentials(items), StoragePlace.Of($"{last.Subject}")) : null;
    }

    private static CopyPiece? ReadSigningKeys(SqliteSession session, string[]? after)
    {
        var items = SqliteSigningKeyStore.ListAfter(session, after?[0] ?? string.Empty, MostRows);
        return items is [.., var last] ? new CopyPiece(new CopyRows.SigningKeys(items), StoragePlace.Of(last.Id)) : null;
    }

    private static CopyPiece? ReadEventIds(SqliteSession session, string[]? after)
    {
        var items = SqliteCopyRows.ListEventIds(session, after?[0] ?? string.Empty, MostRows);
        return items is [.., var last] ? new CopyPiece(new CopyRows.EventIds(items), StoragePlace.Of(last.Id)) : null;
    }

    private static CopyPiece? ReadDeliveries(SqliteSession session, string[]? after)
    {
        var items = SqliteCopyRows.ListDeliveries(session, after, MostRows);
        return items is [.., var (process, last)]
            ? new CopyPiece(new CopyRows.Deliveries(items), StoragePlace.Of(last.AdId, last.Day.ToString(), process))
            : null;
    }

    private static CopyPiece? ReadRequests(SqliteSession session, string[]? after)
    {
        var items = SqliteCopyRows.ListRequests(session, after, MostRows);
        return items is [.., var (process, last)]
            ? new CopyPiece(new CopyRows.Requests(items), StoragePlace.Of(last.Package, last.Day.ToString(), process))
            : null;
    }

    private static CopyPiece? ReadDelivered(SqliteSession session, string[]? after)
    {
        var rows = SqlitePairSets.Delivered.ListNamed(session, after is [InRows, ..] ? NumberOf(after[1..]) : -1, MostRows);
        return rows is var (place, pairs) ? new CopyPiece(new CopyRows.Delivered(pairs), StoragePlace.Of(InRows, $"{place}")) : null;
    }

    private static CopyPiece? Piece<T>(IReadOnlyList<(long Number, T Item)> rows, Func<IReadOnlyList<T>, CopyRows> make) =>
        rows is [.., var last] ? new CopyPiece(make([.. rows.Select(row => row.Item)]), StoragePlace.Of($"{last.Number}")) : null;

    private static long NumberOf(string[]? after) => after is null ? 0 : long.Parse(after[0], CultureInfo.InvariantCulture);
}
