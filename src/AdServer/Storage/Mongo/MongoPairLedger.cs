using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Compares <c>package_ads</c> with the raw events while hosts go on, some ads at a time. Pairs are only ever added: those of applied rolls
/// must be there, and those that are there must be of applied rolls or of such that may be applied just now. Of days whose raw events may be
/// gone the rows stand for them; a pair is there before its row.
/// </summary>
/// <param name="commands">The engine.</param>
/// <param name="clock">The clock.</param>
/// <param name="mostPairs">About how many pairs are held in memory; a smaller number means more passes over all events.</param>
internal sealed class MongoPairLedger(MongoRetry commands, TimeProvider clock, int mostPairs = PairWindow.MostPairs)
{
    private readonly MongoRolls rolls = new(commands, clock);
    private readonly MongoAdMarks marks = new(commands);
    private readonly MongoTail tail = new(commands);
    private readonly MongoBatches batches = new(commands);
    private readonly MongoRawSince rawSince = new(commands);

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

    private async Task<List<(string Package, string AdId, bool InRaw)>> CompareAsync(PairWindow window, CancellationToken cancellation)
    {
        var (kept, raw, waiting) = (window.NewSet(), window.NewSet(), window.NewSet());
        await ReadRowsAsync(window, raw, cancellation);
        var applied = await rolls.ReadLastAppliedAsync(cancellation);
        await foreach (var page in commands.ScanAsync(MongoPackageAds.Collection, [], null, MongoVerbs.PageSize, cancellation)
            .Select(MongoPackageAds.Read).Chunk(MongoVerbs.PageSize).WithCancellation(cancellation))
        {
            window.Add(kept, page);
        }

        await ReadPairsAsync(window, raw, batches.ListRolledAsync(0, applied, cancellation), cancellation);
        await ReadPairsAsync(window, waiting, (await tail.ListAsync(applied, cancellation)).ToAsyncEnumerable(), cancellation);
        if (kept.Except(raw).Except(waiting).Any())
        {
            // A day may have been removed meanwhile, or an event of one that was.
            await ReadRowsAsync(window, waiting, cancellation);
        }

        var differences = raw.Except(kept).Select(pair => (pair.Package, pair.AdId, InRaw: true))
            .Concat(kept.Except(raw).Except(waiting).Select(pair => (pair.Package, pair.AdId, InRaw: false))).ToList();
        var gone = await marks.FindRemovedAsync(differences.Select(pair => pair.AdId), cancellation);
        return differences.FindAll(pair => !gone.Contains(pair.AdId));
    }

    /// <summary>The pairs of the rows of days whose raw events may be gone.</summary>
    private async Task ReadRowsAsync(PairWindow window, HashSet<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        if (await rawSince.ReadAsync(cancellation) is not { } since)
        {
            return;
        }

        var old = new BsonDocument("date", new BsonDocument("$lt", since.ToString()));
        await foreach (var page in commands.ScanAsync(MongoDerived.PackageRows, old, null, MongoVerbs.PageSize, cancellation)
            .Select(MongoDerived.ReadPackageDay).Chunk(MongoVerbs.PageSize).WithCancellation(cancellation))
        {
            window.Add(pairs, page.Select(row => (row.Package, row.AdId)));
        }
    }

    private async Task ReadPairsAsync(
        PairWindow window, HashSet<(string Package, string AdId)> pairs, IAsyncEnumerable<MongoBatch> some, CancellationToken cancellation)
    {
        await foreach (var part in some.Chunk(MongoVerbs.MostStatements).WithCancellation(cancellation))
        {
            await foreach (var (_, _, sums) in tail.AddUpAsync(part, cancellation))
            {
                window.Add(pairs, sums.Select(sum => (sum.Key.Package, sum.Key.AdId)));
            }
        }
    }
}
