using AdServer.Storage.Mongo;
using AdServer.StorageTests.Mongo;
using AdServer.StorageTests.Mongo.Engine;
using AdServer.Tests;
using MongoDB.Bson;
using Xunit;

namespace AdServer.StorageTests.Endpoints;

/// <summary>
/// Where the host of a test keeps its data: a database of its own on MongoDB. So the tests of endpoints, whose files this project compiles, too,
/// run on MongoDB; where there is none they are skipped.
/// </summary>
internal sealed class HostStore : IAsyncDisposable
{
    private readonly MongoEngine engine = new();

    /// <summary>What skips a test, or fails it, because there is no store to be had; nothing: there is one.</summary>
    public static Exception? Missing
    {
        get
        {
            try
            {
                MongoServer.Get();
                return null;
            }
            catch (Exception missing)
            {
                return missing;
            }
        }
    }

    /// <summary>Tells the host. Nothing of what these tests are about is away: only a machine with too much to do makes the engine slow.</summary>
    public Dictionary<string, string?> Settings => new() { ["ConnectionStrings:MongoDb"] = engine.Uri, ["Storage:Deadline"] = "00:00:30" };

    /// <summary>Makes the rows of a day say five views too many.</summary>
    public static Task SpoilAdRowsAsync(AdServerHost host, string day) => RunAsync(
        host, MongoWrites.Update("daily_ad_stats", new BsonDocument("date", day), new("$inc", new BsonDocument("counts.view", 5L)), multi: true));

    /// <summary>Takes the events out of the buckets of a day.</summary>
    public static Task EmptyBucketsAsync(AdServerHost host, string day) => RunAsync(
        host, MongoWrites.Update("events_by_day", new BsonDocument("date", day), new("$set", new BsonDocument("events", new BsonArray())), multi: true));

    /// <summary>Takes away what a day's rows by package say.</summary>
    public static Task DeletePackageRowsAsync(AdServerHost host, string day) => RunAsync(host, new BsonDocument
    {
        { "delete", "daily_package_stats" },
        { "deletes", new BsonArray { new BsonDocument { { "q", new BsonDocument("date", day) }, { "limit", 0 } } } },
    });

    private static Task<BsonDocument> RunAsync(AdServerHost host, BsonDocument command) =>
        host.Get<IMongoCommands>().RunAsync(command, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
