using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AdServer.Serving;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The pairs of <c>package_ads</c> (<see cref="MongoPairs"/>), and those of the tail.
/// </summary>
internal sealed class MongoPackageAds(MongoRetry commands, MongoPackages packages)
{
    public const string Collection = "package_ads";

    /// <summary>The most pairs that are remembered as stored: some 100 MB.</summary>
    private const int MostRemembered = 500_000;

    /// <summary>
    /// So many rolls before the position lies the first place: a minute or more. What is read after it may come from a node that is behind,
    /// which cannot be told from the pairs; the batches since then can be told.
    /// </summary>
    private const int MostBehind = 100;

    private readonly ConcurrentDictionary<(string Package, string AdId), bool> stored = [];
    private readonly MongoAdMarks marks = new(commands);
    private readonly MongoTail tail = new(commands);
    private readonly MongoBatches batches = new(commands);
    private readonly MongoRolls rolls = new(commands, TimeProvider.System);

    /// <summary>Adds pairs; those that this process added before are not sent again.</summary>
    public async Task AddAsync(IEnumerable<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        var fresh = pairs.Distinct().Where(pair => !stored.ContainsKey(pair)).ToList();
        await packages.NoteAsync(fresh.Select(pair => pair.Package), cancellation);
        await InsertAsync(commands, fresh, cancellation);
        if (stored.Count + fresh.Count > MostRemembered)
        {
            stored.Clear();
        }

        fresh.ForEach(pair => stored[pair] = true);
    }

    public static Task InsertAsync(MongoRetry commands, IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation) =>
        MongoPairs.InsertAsync(commands, Collection, pairs, cancellation);

    /// <summary>
    /// All packages, then all pairs of ads that are not removed, in pages, the tail's first: whatever leaves it is in the others from then on.
    /// </summary>
    public async IAsyncEnumerable<PackageAds> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var name in await packages.ListAsync(cancellation))
        {
            yield return new PackageAds(name, []);
        }

        foreach (var set in await ReadTailAsync(cancellation))
        {
            yield return set;
        }

        await foreach (var set in MongoPairs.ReadLiveAsync(commands, Collection, cancellation))
        {
            yield return set;
        }
    }

    /// <summary>
    /// The pairs that were committed after a place. The position is read before the batches: of the rolls up to it all are there, so that
    /// only the names of later ones have to be remembered.
    /// </summary>
    public async Task<PackageAdsNews> ReadNewsAsync(PackageAdsPlace? after, CancellationToken cancellation)
    {
        var applied = await rolls.ReadLastAppliedAsync(cancellation);
        if (after is null)
        {
            return new PackageAdsNews([], new PackageAdsPlace(Math.Max(0, applied - MostBehind), new HashSet<string>()));
        }

        var found = await tail.ListAsync(after.Roll, cancellation);
        if (!await HasAllAsync(found, after.Roll, applied, cancellation)
            || await tail.TryAddUpAsync(found.Where(batch => !after.Batches.Contains(batch.Id)), cancellation) is not { } sums)
        {
            // This node is behind: the next time tells.
            return new PackageAdsNews([], after);
        }

        var later = found.Where(batch => batch.Roll is null || batch.Roll > applied).Select(batch => batch.Id).ToHashSet();
        return new PackageAdsNews([.. await LiveSetsAsync(sums, cancellation)], new PackageAdsPlace(Math.Max(applied, after.Roll), later));
    }

    public static (string Package, string AdId) Read(BsonDocument pair) => MongoPairs.Read(pair);

    public static string IdOf((string Package, string AdId) pair) => MongoPairs.IdOf(pair);

    /// <summary>
    /// Whether a list has every batch of the rolls after one and up to another. A node that is behind gives a shorter one, and the rolls up to
    /// the position are never asked for again.
    /// </summary>
    private async Task<bool> HasAllAsync(IReadOnlyCollection<MongoBatch> found, long after, long applied, CancellationToken cancellation)
    {
        if (await rolls.ListBatchesAsync(after, applied, cancellation) is not { } listed)
        {
            return false;
        }

        // A batch on a roll's list may be part of an earlier roll: then it was taken in with that one.
        var absent = listed.Except(found.Select(batch => batch.Id)).ToList();
        var records = absent.Count == 0 ? [] : await batches.ReadAsync(absent, cancellation);
        return absent.TrueForAll(id => records.TryGetValue(id, out var record) && MongoBatches.RollOf(record) <= after);
    }

    private async Task<IEnumerable<PackageAds>> ReadTailAsync(CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        while (true)
        {
            var after = await rolls.ReadLastAppliedAsync(cancellation);
            if (await tail.TryAddUpAsync(await tail.ListAsync(after, cancellation), cancellation) is { } sums)
            {
                return await LiveSetsAsync(sums, cancellation);
            }

            await patience.PauseAsync(cancellation);
        }
    }

    private async Task<IEnumerable<PackageAds>> LiveSetsAsync(IReadOnlyList<MongoSum> sums, CancellationToken cancellation)
    {
        var gone = await marks.FindRemovedAsync(sums.Select(sum => sum.Key.AdId), cancellation);
        return PackageAds.Sets(sums.Select(sum => (sum.Key.Package, sum.Key.AdId)).Where(pair => !gone.Contains(pair.AdId)).Distinct());
    }
}
