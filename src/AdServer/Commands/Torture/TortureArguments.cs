using System.CommandLine;
using System.Globalization;

namespace AdServer.Commands.Torture;

/// <summary>What <c>torture</c> was asked to do.</summary>
/// <param name="Cycles">How many times a server is killed.</param>
/// <param name="Most">After how long no further cycle begins; absent: as long as it takes.</param>
/// <param name="Seed">Decides when each server is killed, and what is sent.</param>
/// <param name="Hosts">How many servers share the store.</param>
/// <param name="To">The MongoDB in which a new database is made; absent: SQLite in a temporary folder.</param>
internal sealed record TortureOptions(int Cycles, TimeSpan? Most, int Seed, int Hosts, string? To);

/// <summary>The options of <c>torture</c> on the command line.</summary>
internal static class TortureArguments
{
    private const int MostMinutes = 100_000;

    private static readonly Option<int> Cycles = CheckedOption.Count("--cycles", 20, 100_000, "how many times a server is killed");

    private static readonly Option<int?> Minutes = CheckedOption.Check(
        new Option<int?>("--minutes") { HelpName = "N", Description = "begin no cycle after so many minutes" },
        text => int.TryParse(text, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 1 and <= MostMinutes,
        $"--minutes must be a number from 1 to {MostMinutes}.");

    private static readonly Option<int> Seed = CheckedOption.Seed("decides when each server is killed, and what is sent");

    private static readonly Option<int> Hosts = CheckedOption.Count("--hosts", 1, 16, "servers that share the store; more than one need --to");

    private static readonly Option<string?> To = CheckedOption.Check(
        new Option<string?>("--to") { HelpName = "mongodb://…", Description = "make a new database in this MongoDB, instead of a file in a temporary folder" },
        text => MongoAddress.IsOne(text),
        "--to must be a connection string, such as mongodb://localhost:27017.");

    public static Command Command { get; } = new(
        "torture",
        "Kill servers of its own, on a new store, again and again under load, and compare what they count with what they answered. "
        + "Exit code 1 if an event was lost or counted twice or verify finds differences, 2 if it could not run.")
    {
        Cycles, Minutes, Seed, Hosts, To,
    };

    public static TortureOptions Read(ParseResult result) => new(
        result.GetValue(Cycles),
        result.GetValue(Minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
        result.GetValue(Seed),
        result.GetValue(Hosts),
        result.GetValue(To));

    /// <summary>What does not go together, if anything does not.</summary>
    public static string? Fault(ParseResult result) =>
        result.GetValue(Hosts) > 1 && result.GetValue(To) is null ? "--hosts needs --to: only a MongoDB is shared by several servers." : null;
}
