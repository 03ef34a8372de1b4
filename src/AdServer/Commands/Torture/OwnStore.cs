using System.Diagnostics;
using AdServer.Common;

namespace AdServer.Commands.Torture;

/// <summary>
/// A store that nobody else has: a file in a temporary folder, or a new database of a MongoDB. The folder also holds what the servers
/// on it say, and is their working directory.
/// </summary>
internal sealed class OwnStore
{
    private const string ConnectionString = "ConnectionStrings__MongoDb";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adserver-torture-");
    private readonly string? mongo;
    private readonly string database;
    private readonly string? uri;

    /// <param name="mongo">The MongoDB; absent: SQLite.</param>
    /// <param name="clock">Names the database.</param>
    public OwnStore(string? mongo, TimeProvider clock)
    {
        this.mongo = mongo;
        database = $"torture_{Ids.New(clock.Now()).Replace("-", string.Empty, StringComparison.Ordinal)}";
        uri = mongo is null ? null : MongoAddress.With(mongo, database);
    }

    /// <summary>Where the data and the logs are, for people. A connection string holds a password.</summary>
    public string Where => mongo is null ? folder.FullName : $"the database {database}, logs in {folder.FullName}";

    /// <summary>Where a server on this store logs to.</summary>
    public string LogOf(int host) => Path.Combine(folder.FullName, $"host-{host + 1}.log");

    /// <summary>How this same program is started on the store: with nothing of our own settings, which may name somebody's store.</summary>
    public ProcessStartInfo Start(params string[] arguments)
    {
        var (program, first) = ThisProgram();
        var start = new ProcessStartInfo(program, [.. first, .. arguments, .. Switches])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        // Not among the arguments, which everybody on the machine can read.
        if (uri is not null)
        {
            start.Environment[ConnectionString] = uri;
        }

        return start;
    }

    /// <summary>Deletes the folder, and drops the database; says what is left, if anything is.</summary>
    public async Task<string?> DeleteAsync(IScratchDatabases databases)
    {
        folder.Delete(recursive: true);
        return uri is null || await databases.DropAsync(uri) ? null : $"the database {database} could not be dropped";
    }

    private string[] Switches => mongo is null
        ? ["--Storage:Kind=sqlite", $"--Storage:Path={Path.Combine(folder.FullName, "adserver.db")}"]
        : ["--Storage:Kind=mongo"];

    private static bool IsSetting(string name) =>
        name.Contains("__", StringComparison.Ordinal)
        || name.StartsWith("DB_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.Equals("DOTNET_ENVIRONMENT", StringComparison.OrdinalIgnoreCase);

    private static (string Program, string[] First) ThisProgram()
    {
        var program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? (program, [typeof(OwnStore).Assembly.Location])
            : (program, []);
    }
}
