using Npgsql;

namespace AdServer.StorageTests.Mongo.Engine;

/// <summary>
/// A DocumentDB of this process: a program that ends with it, and the connections to it. The tests share one; a test that kills its engine
/// starts another.
/// </summary>
internal sealed class DocumentDb : IDisposable
{
    /// <summary>Milliseconds that a statement may take. Whoever asked has given up before; the engine would go on, to the harm of what comes after.</summary>
    private const int LongestStatement = 60_000;

    private readonly EngineScript script;

    private DocumentDb(EngineScript script, string folder)
    {
        this.script = script;
        Connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = folder,
            Username = "postgres",
            Database = "postgres",
            MaxPoolSize = 90,
            Timeout = 60,
            CommandTimeout = 0,
            MaxAutoPrepare = 32,
            NoResetOnClose = true,
            Options = $"-c client_min_messages=error -c statement_timeout={LongestStatement}",
        });
    }

    public NpgsqlDataSource Connections { get; }

    /// <summary>Starts an engine with an empty store, which takes a minute where none was ever prepared on this machine.</summary>
    /// <param name="report">Is told what takes long.</param>
    /// <exception cref="EngineException">Why there is none to be had.</exception>
    public static DocumentDb Start(Action<string>? report = null)
    {
        var script = EngineScript.Run("documentdb.sh", "run");
        return new DocumentDb(script, script.ReadLine(report));
    }

    /// <summary>Ends the engine as a fault of the machine would: nobody is told. What was committed is there after <see cref="Revive"/>.</summary>
    public void Kill() => script.Ask("kill");

    /// <summary>Starts the killed engine on what it had.</summary>
    public void Revive()
    {
        script.Ask("start");
        Connections.Clear();
    }

    public void Dispose()
    {
        Connections.Dispose();
        script.Dispose();
    }
}
