using System.CommandLine;
using System.Globalization;

namespace AdServer.Commands.Simulation;

/// <summary>What <c>simulate</c> was asked to do.</summary>
/// <param name="Url">Where the server's root is; ends with a slash.</param>
/// <param name="Devices">How many installations of the SDK.</param>
/// <param name="Duration">How long they run.</param>
/// <param name="Packages">Among how many apps they are shared out.</param>
/// <param name="Seed">Decides what each device does.</param>
/// <param name="Speed">How many times faster than people these devices watch and pause. The SDK's retries are never compressed.</param>
/// <param name="NewConnections">Open a connection for every call, as the SDK does.</param>
internal sealed record SimulateOptions(
    Uri Url, int Devices, TimeSpan Duration, int Packages, int Seed, double Speed, bool NewConnections);

/// <summary>The options of <c>simulate</c> on the command line.</summary>
internal static class SimulateArguments
{
    private static readonly Option<string> Url = UrlOption();

    private static readonly Option<int> Devices = CheckedOption.Count("--devices", 500, 100_000, "installations of the SDK");

    private static readonly Option<int> Seconds = CheckedOption.Count("--seconds", 60, 86_400, "how long they run");

    private static readonly Option<int> Packages = CheckedOption.Count("--packages", 20, 100_000, "apps they are shared out among");

    private static readonly Option<int> Seed = CheckedOption.Seed("decides what each device does");

    private static readonly Option<double> Speed = SpeedOption();

    private static readonly Option<bool> NewConnections = new("--new-connections") { Description = "open a connection for every call, as the SDK does" };

    public static Command Command { get; } = new(
        "simulate",
        "Behave like many installations of the SDK. At the default speed, 500 devices show about 230 ads a second.")
    {
        Url, Devices, Seconds, Packages, Seed, Speed, NewConnections,
    };

    public static SimulateOptions Read(ParseResult result) => new(
        ParseUrl(result.GetValue(Url))!,
        result.GetValue(Devices),
        TimeSpan.FromSeconds(result.GetValue(Seconds)),
        result.GetValue(Packages),
        result.GetValue(Seed),
        result.GetValue(Speed),
        result.GetValue(NewConnections));

    /// <summary>An absolute http or https address, made to end with a slash; nothing for any other text.</summary>
    public static Uri? ParseUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/")
            : null;

    private static Option<string> UrlOption() => CheckedUrl(
        new Option<string>("--url") { DefaultValueFactory = _ => "http://localhost:5080", HelpName = "address", Description = "root of the server" });

    /// <summary>An option that takes the root of a server.</summary>
    public static Option<string> CheckedUrl(Option<string> option) => CheckedOption.Check(
        option,
        text => ParseUrl(text) is not null,
        "--url must be an absolute http or https address, such as http://localhost:5080.");

    private static Option<double> SpeedOption() => CheckedOption.Check(
        new Option<double>("--speed")
        {
            DefaultValueFactory = _ => 20,
            HelpName = "N",
            Description = "times faster than people watch and pause (retries keep their real 2 s and 5 s)",
        },
        text => double.TryParse(text, CultureInfo.InvariantCulture, out var speed) && speed is >= 0.1 and <= 1000,
        "--speed must be a number from 0.1 to 1000.");
}
