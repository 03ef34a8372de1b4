using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// The documents of <c>package_ads</c>: one per pair, <c>_id: package|adId</c> (no identity of an ad holds a bar). A pair is added by an
/// insert, which may be repeated. A document per package would grow with the ads and could not be filled twice without looking first.
/// </summary>
internal sealed class MongoPackageAds(MongoRetry commands)
{
    public const string Collection = "package_ads";

    /// <summary>The most pairs that are remembered as stored: some 100 MB.</summary>
    private const int MostRemembered = 500_000;

    private readonly ConcurrentDictionary<(string Package, string AdId), bool> stored = [];
    private readonly MongoAdMarks marks = new(commands);
    private readonly MongoTail tail = new(commands);
    private readonly MongoRolls rolls = new(commands, TimeProvider.System);

    /// <summary>Adds pairs; those that this process added before are not sent again.</summary>
    public async Task AddAsync(IEnumerable<(string Package, string AdId)> pairs, CancellationToken cancellation)
    {
        var fresh = pairs.Distinct().Where(pair => !stored.ContainsKey(pair)).ToList();
        await InsertAsync(commands, fresh, cancellation);
        if (stored.Count + fresh.Count > MostRemembered)
        {
            stored.Clear();
        }

        fresh.ForEach(pair => stored[pair] = true);
    }

    public static Task InsertAsync(MongoRetry commands, IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation) =>
        commands.InsertAsync(Collection, [.. pairs.Select(Write)], MongoVerbs.MostStatements, cancellation);

    /// <summary>
    /// All pairs of ads that are not removed, in pages. The tail comes first: whatever leaves it meanwhile is in the pairs from then on.
    /// </summary>
    public async IAsyncEnumerable<PackageAds> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var set in await ReadTailAsync(cancellation))
        {
            yield return set;
        }

        var gone = await marks.ListUnsweptAsync(cancellation);
        var pages = commands.ScanAsync(Collection, [], null, MongoVerbs.PageSize, cancellation).Select(Read)
            .Where(pair => !gone.Contains(pair.AdId)).Chunk(MongoVerbs.PageSize);
        await foreach (var page in pages)
        {
            foreach (var set in Sets(page))
            {
                yield return set;
            }
        }
    }

    public static (string Package, string AdId) Read(BsonDocument pair) => (pair["packageName"].AsString, pair["adId"].AsString);

    public static string IdOf((string Package, string AdId) pair) => $"{pair.Package}|{pair.AdId}";

    private async Task<IEnumerable<PackageAds>> ReadTailAsync(CancellationToken cancellation)
    {
        var patience = commands.NewPatience();
        while (true)
        {
            var after = await rolls.ReadLastAppliedAsync(cancellation);
            if (await tail.TryAddUpAsync(await tail.ListAsync(after, cancellation), cancellation) is { } sums)
            {
                var gone = await marks.FindRemovedAsync(sums.Select(sum => sum.Key.AdId), cancellation);
                return Sets(sums.Select(sum => (sum.Key.Package, sum.Key.AdId)).Where(pair => !gone.Contains(pair.AdId)).Distinct());
            }

            await patience.PauseAsync(cancellation);
        }
    }

    private static IEnumerable<PackageAds> Sets(IEnumerable<(string Package, string AdId)> pairs) =>
        pairs.GroupBy(pair => pair.Package, pair => pair.AdId).Select(set => new PackageAds(set.Key, [.. set]));

    private static BsonDocument Write((string Package, string AdId) pair) =>
        new() { { "_id", IdOf(pair) }, { "packageName", pair.Package }, { "adId", pair.AdId } };
}
