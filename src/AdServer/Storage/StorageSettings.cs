namespace AdServer.Storage;

/// <summary>The settings <c>Storage:…</c>.</summary>
internal sealed record StorageSettings
{
    public const string Sqlite = "sqlite";
    public const string Mongo = "mongo";

    private const int MostWorkers = 256;
    private const int LeastSpoolBytes = 1_000_000;
    private static readonly string[] Kinds = [Sqlite, Mongo];

    /// <summary>The engine; not set, it is the one that the configuration has a place for.</summary>
    public string? Kind { get; init; }

    /// <summary>The file; below the content root if it is no full path. Made at the first start, its folder too.</summary>
    public string Path { get; init; } = "data/adserver.db";

    /// <summary>
    /// The file in which events wait for MongoDB when it is away; below the content root if it is no full path. Not set, it is beside
    /// <see cref="Path"/>. Each host needs one of its own, on a disk that outlives the process.
    /// </summary>
    public string? SpoolPath { get; init; }

    /// <summary>How large the spool may get, about; then events are answered 503.</summary>
    public long MaxSpoolBytes { get; init; } = 1_000_000_000;

    /// <summary>Commands that may be on their way to MongoDB at once.</summary>
    public int Workers { get; init; } = 16;

    /// <summary>How long MongoDB may take, retries included, before the store counts as away.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The full path of the spool.</summary>
    public string SpoolFile(string contentRootPath) =>
        System.IO.Path.GetFullPath(SpoolPath ?? System.IO.Path.ChangeExtension(Path, "spool.db"), contentRootPath);

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        _ when Kind is not null && !Kinds.Contains(Kind, StringComparer.OrdinalIgnoreCase) =>
            $"Storage:Kind is '{Kind}'. Allowed values: {string.Join(", ", Kinds)}.",
        _ when string.IsNullOrWhiteSpace(Path) => "Storage:Path is empty. It names the file of the store.",
        _ when SpoolPath is not null && string.IsNullOrWhiteSpace(SpoolPath) => "Storage:SpoolPath is empty. It names the file of the spool.",
        _ when MaxSpoolBytes < LeastSpoolBytes => $"Storage:MaxSpoolBytes is {MaxSpoolBytes}. Allowed values: {LeastSpoolBytes} and more.",
        _ when Workers is < 1 or > MostWorkers => $"Storage:Workers is {Workers}. Allowed values: 1 to {MostWorkers}.",
        _ when Deadline < TimeSpan.FromSeconds(1) || Deadline > TimeSpan.FromMinutes(10) =>
            $"Storage:Deadline is {Deadline}. Allowed values: 00:00:01 to 00:10:00.",
        _ => null,
    };
}
