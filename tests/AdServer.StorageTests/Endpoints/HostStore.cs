using AdServer.StorageTests.Mongo;
using AdServer.StorageTests.Mongo.Engine;

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

    /// <summary>Tells the host.</summary>
    public KeyValuePair<string, string?> Setting => new("ConnectionStrings:MongoDb", engine.Uri);

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
