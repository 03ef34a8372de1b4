using System.CommandLine;
using AdServer.Commands.Simulation;
using AdServer.Common;

namespace AdServer.Commands;

/// <summary>The options of <c>verify</c>, <c>rebuild</c> and <c>rerate</c> on the command line.</summary>
internal static class LedgerArguments
{
    private static readonly Option<string> From = DayOption("--from", "first day");

    private static readonly Option<string> To = DayOption("--to", "last day");

    private static readonly Option<string> After = DayOption("--after", "go on after this day, as an earlier run says");

    private static readonly Option<string> Day = DayOption("--day", "one day: --from and --to at once");

    private static readonly Option<string> Url = SimulateArguments.CheckedUrl(
        new Option<string>("--url") { HelpName = "address", Description = "root of a running server that shall do it, while it goes on" });

    public static Command Verify { get; } = Ordered(new Command(
        "verify",
        "Compare raw events with everything derived from them, beside a running server; exit code 1 if they differ, 2 if they could not be compared.")
    {
        From, To, After,
    });

    public static Command Rebuild { get; } = Complete(Ordered(new Command(
        "rebuild",
        "Derive all statistics again from raw events, or those of some days. On SQLite it needs the server stopped, unless --url names it.")
    {
        Day, From, To, Url,
    }));

    public static Command Rerate { get; } = Complete(Ordered(new Command(
        "rerate",
        "Decide anew, by the rules as they are now, which events count as invalid traffic. On SQLite it needs the server stopped, unless --url names it.")
    {
        Day, From, To, Url,
    }));

    public static Invocation ReadVerify(ParseResult result, string[] configuration) =>
        new Invocation.Verify(configuration) { Days = new DaySpan(Read(result, From), Read(result, To), Read(result, After)) };

    public static Invocation ReadRebuild(ParseResult result, string[] configuration) =>
        new Invocation.Rebuild(configuration) { Days = ReadDays(result), Url = SimulateArguments.ParseUrl(result.GetValue(Url)) };

    public static Invocation ReadRerate(ParseResult result, string[] configuration) =>
        new Invocation.Rerate(configuration) { Days = ReadDays(result), Url = SimulateArguments.ParseUrl(result.GetValue(Url)) };

    private static DaySpan ReadDays(ParseResult result) =>
        new(Read(result, Day) ?? Read(result, From), Read(result, Day) ?? Read(result, To));

    private static UtcDay? Read(ParseResult result, Option<string> option) => UtcDay.TryParse(result.GetValue(option), out var day) ? day : null;

    private static Option<string> DayOption(string name, string description) => CheckedOption.Check(
        new Option<string>(name) { HelpName = "day", Description = description },
        text => UtcDay.TryParse(text, out _),
        $"{name} must be a day, such as 2026-03-10.");

    private static Command Ordered(Command command)
    {
        command.Validators.Add(result =>
        {
            var (from, to) = (result.GetValue(From), result.GetValue(To));
            if (UtcDay.TryParse(from, out var first) && UtcDay.TryParse(to, out var last) && last < first)
            {
                result.AddError("--to must not be before --from.");
            }
        });
        return command;
    }

    private static Command Complete(Command command)
    {
        command.Validators.Add(result =>
        {
            var (day, from, to) = (result.GetValue(Day), result.GetValue(From), result.GetValue(To));
            if (day is not null && (from ?? to) is not null)
            {
                result.AddError("--day goes with neither --from nor --to.");
            }
            else if (result.GetValue(Url) is not null && day is null && (from is null || to is null))
            {
                result.AddError("--url needs --day, or --from and --to: a running server does it for the days that are named.");
            }
        });
        return command;
    }
}
