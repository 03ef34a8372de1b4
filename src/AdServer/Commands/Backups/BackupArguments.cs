using System.CommandLine;

namespace AdServer.Commands.Backups;

/// <summary>The arguments of <c>backup</c> and <c>restore</c> on the command line.</summary>
internal static class BackupArguments
{
    private static readonly Argument<string> To = new("FILE") { Description = "the file to write, such as /backups/monday.zip; it is there when it is whole" };

    private static readonly Argument<string> From = new("FILE") { Description = "a file that backup wrote, of whichever engine" };

    private static readonly Option<bool> Force = new("--force") { Description = "replace the file, once the new one is whole" };

    public static Command Backup { get; } = new(
        "backup",
        "Write the store into one file, at one position, beside running servers: all that was answered before is in it. "
        + "The store is the one of the server's settings (--Storage:Path and so on).")
    {
        To, Force,
    };

    public static Command Restore { get; } = new(
        "restore",
        "Fill an empty store, of either engine, from a file that backup wrote, then verify it. A damaged file is refused before anything is touched, "
        + "and so is a store that is in use or holds something. Exit code 1 if verify finds differences, 2 if nothing was restored.")
    {
        From,
    };

    public static Invocation ReadBackup(ParseResult result, string[] configuration) =>
        new Invocation.Backup(Path.GetFullPath(result.GetValue(To)!), result.GetValue(Force), configuration);

    public static Invocation ReadRestore(ParseResult result, string[] configuration) =>
        new Invocation.Restore(Path.GetFullPath(result.GetValue(From)!), configuration);

    /// <summary>What stands where a file should, but was meant as an option: the parser takes it for the file.</summary>
    public static string? Mistaken(ParseResult result) =>
        (result.GetResult(To) ?? result.GetResult(From))?.Tokens is [{ Value: ['-', ..] } token, ..] ? token.Value : null;
}
