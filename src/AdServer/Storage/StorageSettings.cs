namespace AdServer.Storage;

/// <summary>The settings <c>Storage:…</c>.</summary>
internal sealed record StorageSettings
{
    public const string Sqlite = "sqlite";

    /// <summary>The engine.</summary>
    public string Kind { get; init; } = Sqlite;

    /// <summary>The file; below the content root if it is no full path. Made at the first start, its folder too.</summary>
    public string Path { get; init; } = "data/adserver.db";

    /// <summary>What is wrong with the values, if anything.</summary>
    public string? Fault() => this switch
    {
        _ when !Kind.Equals(Sqlite, StringComparison.OrdinalIgnoreCase) => $"Storage:Kind is '{Kind}'. Allowed values: {Sqlite}.",
        _ when string.IsNullOrWhiteSpace(Path) => "Storage:Path is empty. It names the file of the store.",
        _ => null,
    };
}
