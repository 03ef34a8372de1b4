using System.CommandLine;
using System.CommandLine.Help;
using AdServer.Commands.Backups;
using AdServer.Commands.Copying;
using AdServer.Commands.Simulation;
using AdServer.Commands.Torture;

namespace AdServer.Commands;

/// <summary>Reads the command line: pure, prints nothing, starts nothing.</summary>
internal static class CommandLine
{
    private static readonly Option<bool> Demo = new("--demo") { Description = "fill an empty store with demo data first" };

    private static readonly Command Serve = new("serve", "Serve ads, take events, answer reports (the default).") { Demo };

    private static readonly Command Verify = LedgerArguments.Verify;

    private static readonly Command Rebuild = LedgerArguments.Rebuild;

    private static readonly Command Rerate = LedgerArguments.Rerate;

    private static readonly Command Copy = CopyArguments.Command;

    private static readonly Command Simulate = SimulateArguments.Command;

    private static readonly Command Torture = TortureArguments.Command;

    private static readonly Command OpenApi = new("openapi", "Print the OpenAPI document.");

    private static readonly RootCommand Root = MakeRoot();

    private static readonly ParserConfiguration Manners = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private static IEnumerable<string> CommandWords => Root.Subcommands.Select(command => command.Name);

    public static Invocation Parse(IReadOnlyList<string> arguments)
    {
        var split = ConfigurationArguments.Split(arguments);
        if (split.Problem is not null)
        {
            return Invocation.Answer.Refuse(split.Problem);
        }

        var result = Root.Parse(WithCommand(split.Words), Manners);
        return Explanation(result) ?? Refusal(result, split) ?? Accept(result, split.Configuration);
    }

    /// <summary>Without a command word the command is <c>serve</c>; help and version alone are about everything.</summary>
    private static string[] WithCommand(string[] words) =>
        words is [var first, ..] && (CommandWords.Contains(first) || (words.Length == 1 && IsAboutEverything(first)))
            ? words
            : [Serve.Name, .. words];

    private static bool IsAboutEverything(string word) =>
        Root.Options.Any(option => option is HelpOption or VersionOption && (option.Name == word || option.Aliases.Contains(word)));

    private static Invocation.Answer? Explanation(ParseResult result)
    {
        var isVersion = result.CommandResult.Command == Root && result.Action is not null and not HelpAction && result.Errors.Count == 0;
        if (isVersion)
        {
            return new Invocation.Answer($"AdServer {typeof(CommandLine).Assembly.GetName().Version?.ToString(3)}", ExitCodes.Done);
        }

        if (result.Action is not HelpAction)
        {
            return null;
        }

        using var text = new StringWriter();
        result.Invoke(new InvocationConfiguration { Output = text, Error = text });
        return new Invocation.Answer(text.ToString().TrimEnd(), ExitCodes.Done);
    }

    private static Invocation.Answer? Refusal(ParseResult result, ConfigurationArguments split)
    {
        var command = result.CommandResult.Command;
        if ((BackupArguments.Mistaken(result) ?? FirstUnmatched(result)) is { } unknown)
        {
            return Invocation.Answer.Refuse(Unknown(WithoutSecrets(unknown), command));
        }

        if (result.Errors is [var error, ..])
        {
            return Invocation.Answer.Refuse(error.Message);
        }

        if (!ReadsSettings(command) && split.Configuration is [var idle, ..])
        {
            return Invocation.Answer.Refuse($"{command.Name} reads no settings: '{idle}' would change nothing.{Meant(idle, OptionNames(command))}");
        }

        return command == Torture && TortureArguments.Fault(result) is { } fault ? Invocation.Answer.Refuse(fault) : null;
    }

    private static string? FirstUnmatched(ParseResult result) => result.UnmatchedTokens is [var first, ..] ? first : null;

    private static string Unknown(string word, Command command)
    {
        if (CommandWords.Contains(word))
        {
            return $"The command '{word}' must come first.";
        }

        var isOption = word.StartsWith('-');
        var known = isOption
            ? OptionNames(command).Concat(ReadsSettings(command) ? ConfigurationArguments.WellKnown : []).ToList()
            : CommandWords.ToList();
        return isOption
            ? $"'{word}' is no option of '{command.Name}'.{Meant(word, known)} Options: {string.Join(", ", known)}."
            : $"'{word}' is no command.{Meant(word, known)} Commands: {string.Join(", ", known)}.";
    }

    private static bool ReadsSettings(Command command) => command != Simulate && command != Torture;

    private static IEnumerable<string> OptionNames(Command command) => command.Options.Select(option => option.Name);

    private static string Meant(string word, IEnumerable<string> known) =>
        Spelling.Closest(word.Split('=')[0], known) is { } closest ? $" Did you mean '{closest}'?" : string.Empty;

    /// <summary>A word that may be said: of an address only its scheme, for there may be a password behind it.</summary>
    private static string WithoutSecrets(string word) =>
        word.IndexOf("://", StringComparison.Ordinal) is var end and >= 0 ? $"{word[..end]}://…" : word;

    private static Invocation Accept(ParseResult result, string[] configuration) => result.CommandResult.Command.Name switch
    {
        "verify" => LedgerArguments.ReadVerify(result, configuration),
        "rebuild" => LedgerArguments.ReadRebuild(result, configuration),
        "rerate" => LedgerArguments.ReadRerate(result, configuration),
        "copy" => CopyArguments.Read(result, configuration),
        "backup" => BackupArguments.ReadBackup(result, configuration),
        "restore" => BackupArguments.ReadRestore(result, configuration),
        "simulate" => new Invocation.Simulate(SimulateArguments.Read(result)),
        "torture" => new Invocation.Torture(TortureArguments.Read(result)),
        "openapi" => new Invocation.OpenApi(configuration),
        _ => new Invocation.Serve(result.GetValue(Demo), configuration),
    };

    private static RootCommand MakeRoot()
    {
        var root = new RootCommand(
            "A self-hosted server for video ads in apps. Settings are given as --Section:Key value, such as --Storage:Path ads.db or --urls http://*:8080.")
        {
            Demo, Serve, Verify, Rebuild, Rerate, Copy, BackupArguments.Backup, BackupArguments.Restore, Simulate, Torture, OpenApi,
        };
        root.Directives.Clear();
        return root;
    }
}
