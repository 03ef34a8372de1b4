using System.CommandLine;
using System.Globalization;

namespace AdServer.Commands;

/// <summary>Options that judge the text itself, before it is converted: the parser's own words about a failed conversion name .NET types.</summary>
internal static class CheckedOption
{
    /// <summary>A number from 1 to <paramref name="most"/>.</summary>
    public static Option<int> Count(string name, int value, int most, string description) => Check(
        new Option<int>(name) { DefaultValueFactory = _ => value, HelpName = "N", Description = description },
        text => int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most,
        $"{name} must be a number from 1 to {most}.");

    /// <summary>A whole number that decides what looks random.</summary>
    public static Option<int> Seed(string description) => Check(
        new Option<int>("--seed") { DefaultValueFactory = _ => 1, HelpName = "N", Description = description },
        text => int.TryParse(text, CultureInfo.InvariantCulture, out _),
        "--seed must be a whole number.");

    public static Option<T> Check<T>(Option<T> option, Predicate<string> valid, string otherwise)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !valid(token.Value)))
            {
                result.AddError(otherwise);
            }
        });
        return option;
    }
}
