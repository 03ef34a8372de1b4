using AdServer.Stats;

namespace AdServer.Storage.Sqlite;

/// <summary>
/// Compares <c>package_ads</c> with the raw events while a server goes on, in short read transactions. Sets only grow, but for removed ads, and
/// have the pairs of a roll after it was closed and before it is applied. So every pair of the rolls applied at first must be kept by whenever its page is read,
/// and every pair that is kept then must be in the rolls closed at last. Of days whose raw events may be gone the rows stand for them.
/// </summary>
/// <param name="database">The file.</param>
/// <param name="eventsAtOnce">The most events of a transaction.</param>
/// <param name="pairsAtOnce">About how many pairs a transaction reads.</param>
/// <param name="mostPairs">About how many pairs are held in memory; a smaller number means more passes over all events.</param>
internal sealed class SqlitePairLedger(
    ISqliteTransactions database, int eventsAtOnce = 20_000, int pairsAtOnce = 20_000, int mostPairs = PairWindow.MostPairs)
{
    /// <summary>One text for each name, however many pairs it is in: there are far more pairs than names.</summary>
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);

    /// <summary>The pairs of live ads that are only in the raw events, or only in the sets.</summary>
    public async Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> CompareAsync(CancellationToken cancellation)
    {
        var found = new List<(string, string, bool)>();
        for (var (from, isEnd) = (string.Empty, false); !isEnd;)
        {
            var window = new PairWindow(from, mostPairs);
            found.AddRange(await CompareAsync(window, cancellation));
            (from, isEnd) = (window.Until ?? from, window.Until is null);
        }

        return found;
    }

    private async Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> CompareAsync(PairWindow window, CancellationToken cancellation)
    {
        var first = await database.ReadAsync(session => SqliteRolls.LastApplied(session).Last, cancellation);
        var missing = await ReadRawAsync(window, 0, first, cancellation);
        await ReadRowsAsync(window, missing, cancellation);
        var surplus = await TakeKeptAsync(window, missing, cancellation);
        var last = await database.ReadAsync(session => SqliteRolls.Newest(session).Last, cancellation);
        surplus.ExceptWith(await ReadRawAsync(window, first, last, cancellation));
        if (surplus.Count > 0)
        {
            // A day may have been removed meanwhile, or an event of one that was.
            surplus.ExceptWith(await ReadRowsAsync(window, window.NewSet(), cancellation));
        }

        return await database.ReadAsync(
            session =>
            {
                var live = new SqliteLiveAds(session);
                return missing.Select(pair => (pair.Package, pair.AdId, InRaw: true))
                    .Concat(surplus.Select(pair => (pair.Package, pair.AdId, InRaw: false)))
                    .Where(pair => live.Has(pair.AdId)).ToList();
            },
            cancellation);
    }

    /// <summary>The pairs of the events of a range of positions, <paramref name="after"/> excluded.</summary>
    private async Task<HashSet<(string Package, string AdId)>> ReadRawAsync(PairWindow window, long after, long last, CancellationToken cancellation)
    {
        var pairs = window.NewSet();
        for (var place = after; place < last; place += eventsAtOnce)
        {
            var from = place;
            var found = await database.ReadAsync(
                session => SqlitePackageAds.ListRaw(session, from, Math.Min(from + eventsAtOnce, last)).ToHashSet(), cancellation);
            window.Add(pairs, found.Select(pair => (Shared(pair.Package), Shared(pair.AdId))));
        }

        return pairs;
    }

    /// <summary>Adds the pairs of the rows of days whose raw events may be gone. Asked after the raw events: what was removed of them before is in them.</summary>
    private async Task<HashSet<(string Package, string AdId)>> ReadRowsAsync(
        PairWindow window, HashSet<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        var since = await database.ReadAsync(SqliteRawSince.Read, cancellation);
        for (var (place, isEnd) = ((Day: string.Empty, Ad: 0L, Package: 0L), since is null); !isEnd;)
        {
            var from = place;
            var page = await database.ReadAsync(session => SqlitePackageAds.ListRowsBefore(session, since!.Value, from, pairsAtOnce), cancellation);
            window.Add(pairs, page.Select(row => (Shared(row.Pair.Package), Shared(row.Pair.AdId))));
            isEnd = page.Count < pairsAtOnce;
            place = isEnd ? from : page[^1].Place;
        }

        return pairs;
    }

    /// <summary>Takes the pairs that are kept out of the raw ones; the rest is kept without being among them.</summary>
    private async Task<HashSet<(string Package, string AdId)>> TakeKeptAsync(
        PairWindow window, HashSet<(string Package, string AdId)> raw, CancellationToken cancellation)
    {
        var surplus = window.NewSet();
        for (long? place = -1; place is { } after;)
        {
            var page = await database.ReadAsync(session => SqlitePairSets.Seen.ListNamed(session, after, pairsAtOnce), cancellation);
            window.Add(surplus, page?.Pairs.Where(pair => !raw.Remove(pair)) ?? []);
            place = page?.Place;
        }

        return surplus;
    }

    private string Shared(string name)
    {
        if (!names.TryGetValue(name, out var shared))
        {
            names[name] = shared = name;
        }

        return shared;
    }
}
