namespace AdServer.Commands.Copying;

/// <summary>One end of a copy as it is written on the command line. Never say its text: there may be a password in it.</summary>
/// <param name="Configuration">The same as switches for the host's builder.</param>
internal sealed record CopyAddress(string[] Configuration)
{
    public const string Forms = "sqlite:<file>, mongodb://<hosts>/<database> or mongodb+srv://<host>/<database>";

    private const string Sqlite = "sqlite:";
    private static readonly string[] Mongo = ["mongodb://", "mongodb+srv://"];

    /// <summary>Reads it; nothing for what is no address of a store.</summary>
    public static CopyAddress? Parse(string? text) => text?.Trim() switch
    {
        null => null,
        var file when file.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase) && FileOf(file) is { Length: > 0 } path =>
            new CopyAddress(["--Storage:Kind=sqlite", $"--Storage:Path={path}"]),
        var uri when Mongo.Any(scheme => uri.StartsWith(scheme, StringComparison.Ordinal) && uri.Length > scheme.Length) =>
            new CopyAddress(["--Storage:Kind=mongo", $"--ConnectionStrings:MongoDb={uri}"]),
        _ => null,
    };

    /// <summary>What is wrong with a text that is no address, without saying more of it than its scheme.</summary>
    public static string Fault(string option, string text)
    {
        var scheme = text.Split(':', 2)[0];
        var isForeign = text.Contains("://", StringComparison.Ordinal) && !Mongo.Append(Sqlite).Any(known => known.Split(':')[0] == scheme);
        return $"{option} names no store{(isForeign ? $": {scheme} is none of ours" : string.Empty)}. Write {Forms}.";
    }

    /// <summary>The generated text of a record would show the password.</summary>
    public override string ToString() => "a store";

    /// <summary>The path behind the scheme, of an address (<c>sqlite:///var/lib/ads.db</c>) too.</summary>
    private static string FileOf(string text)
    {
        var path = text[Sqlite.Length..];
        return path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
    }
}
