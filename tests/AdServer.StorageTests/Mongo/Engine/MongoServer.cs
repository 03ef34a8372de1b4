using AdServer.Common;
using AdServer.Storage.Mongo.Native;
using Xunit;

namespace AdServer.StorageTests.Mongo.Engine;

/// <summary>
/// The MongoDB that the tests of this process talk to. Looked for once, at the first use: the server that <c>ADSERVER_TEST_MONGODB</c> names;
/// <c>mongo:8</c> where a Docker engine answers; DocumentDB, prepared on this machine, behind a gateway that has accidents on demand.
/// </summary>
internal sealed class MongoServer
{
    private static readonly Lazy<MongoServer> Found = new(Find);
    private static readonly Lazy<MongoServer> Own = new(FindOwn);

    private readonly string reason;

    private MongoServer(string reason) => this.reason = reason;

    /// <summary>A server as it is; null when the tests bring their gateway.</summary>
    public string? Uri { get; private init; }

    /// <summary>The engine behind the tests' gateways; null when the server is somebody else's.</summary>
    public DocumentDb? Engine { get; private init; }

    /// <summary>The server. Without one the test is skipped and says why; it fails where <c>ADSERVER_TEST_REQUIRE_MONGODB</c> is set.</summary>
    public static MongoServer Get()
    {
        var server = Found.Value;
        if (server is { Uri: null, Engine: null })
        {
            Miss($"No MongoDB to test on: {server.reason}");
        }

        return server;
    }

    /// <summary>
    /// The engine that a gateway can stand before, for tests that need accidents: prepared beside a server that is somebody else's. Without one
    /// the test is skipped, or fails, as above: these are the tests of what we promise.
    /// </summary>
    public static DocumentDb GetEngine()
    {
        if (Get().Engine is { } engine)
        {
            return engine;
        }

        if (Own.Value.Engine is null)
        {
            Miss($"Accidents need the tests' own engine: {Own.Value.reason}");
        }

        return Own.Value.Engine!;
    }

    /// <summary>For tests that need the driver, but no server.</summary>
    public static void RequireDriver()
    {
        try
        {
            MongocLibrary.Load();
        }
        catch (StartException library)
        {
            Miss(library.Message);
        }
    }

    /// <summary>Where a driver finds a database of a server that is reached directly.</summary>
    public string UriOf(string database)
    {
        var start = Uri!.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = Uri.IndexOfAny(['/', '?'], start);
        var options = Uri.IndexOf('?', start);
        return $"{(path < 0 ? Uri : Uri[..path])}/{database}{(options < 0 ? string.Empty : Uri[options..])}";
    }

    private static void Miss(string reason)
    {
        if (Environment.GetEnvironmentVariable("ADSERVER_TEST_REQUIRE_MONGODB") is "1")
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }

    private static MongoServer Find()
    {
        try
        {
            MongocLibrary.Load();
        }
        catch (StartException library)
        {
            return new MongoServer(library.Message);
        }

        return FindServer();
    }

    private static MongoServer FindServer()
    {
        switch (Environment.GetEnvironmentVariable("ADSERVER_TEST_MONGODB"))
        {
            case null or "" or "auto":
                return FindOfThisMachine();
            case "none":
                return new MongoServer("ADSERVER_TEST_MONGODB is none");
            case var uri:
                return new MongoServer(string.Empty) { Uri = uri };
        }
    }

    private static MongoServer FindOfThisMachine()
    {
        try
        {
            var port = EngineScript.Run("mongod.sh").ReadLine(Report);
            return new MongoServer(string.Empty) { Uri = $"mongodb://127.0.0.1:{port}/?directConnection=true" };
        }
        catch (EngineException docker)
        {
            var own = Own.Value;
            return own.Engine is null ? new MongoServer($"ADSERVER_TEST_MONGODB names none; {docker.Message}; {own.reason}.") : own;
        }
    }

    private static void Report(string progress) => TestContext.Current.SendDiagnosticMessage(progress);

    private static MongoServer FindOwn()
    {
        try
        {
            return new MongoServer(string.Empty) { Engine = DocumentDb.Start(Report) };
        }
        catch (EngineException own)
        {
            return new MongoServer(own.Message);
        }
    }
}
