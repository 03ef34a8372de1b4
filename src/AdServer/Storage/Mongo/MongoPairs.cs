using System.Runtime.CompilerServices;
using AdServer.Stats;
using MongoDB.Bson;

namespace AdServer.Storage.Mongo;

/// <summary>
/// Collections of pairs of a package and an ad: one document per pair, <c>_id: package|adId</c> (no identity of an ad holds a bar). A pair is
/// added by an insert, which may be repeated. A document per package would grow with the ads and could not be filled twice without looking first.
/// </summary>
internal static class MongoPairs
{
    public static Task InsertAsync(
        MongoRetry commands, string collection, IReadOnlyCollection<(string Package, string AdId)> pairs, CancellationToken cancellation) =>
        commands.InsertAsync(collection, [.. pairs.Select(Write)], MongoVerbs.MostStatements, cancellation);

    /// <summary>The pairs of ads that are not removed, in pages.</summary>
    public static async IAsyncEnumerable<PackageAds> ReadLiveAsync(
        MongoRetry commands, string collection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var gone = await new MongoAdMarks(commands).ListUnsweptAsync(cancellation);
        var pages = commands.ScanAsync(collection, [], null, MongoVerbs.PageSize, cancellation).Select(Read)
            .Where(pair => !gone.Contains(pair.AdId)).Chunk(MongoVerbs.PageSize);
        await foreach (var page in pages)
        {
            foreach (var set in PackageAds.Sets(page))
            {
                yield return set;
            }
        }
    }

    public static (string Package, string AdId) Read(BsonDocument pair) => (pair["package"].AsString, pair["adId"].AsString);

    public static string IdOf((string Package, string AdId) pair) => $"{pair.Package}|{pair.AdId}";

    private static BsonDocument Write((string Package, string AdId) pair) =>
        new() { { "_id", IdOf(pair) }, { "package", pair.Package }, { "adId", pair.AdId } };
}
