using System.Text.Json;
using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Has a running server do something for days, one request a day, while it goes on.</summary>
internal static class RemoteDays
{
    /// <summary>Asks for each day in turn; the exit code says whether all of them went well.</summary>
    /// <param name="console">Who started it.</param>
    /// <param name="url">The server's root.</param>
    /// <param name="days">From when to when: both are given.</param>
    /// <param name="request">The address of a day's request, relative to the root.</param>
    /// <param name="tell">Says what the server answered for a day, and whether it went well.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<int> RunAsync(
        IAnsiConsole console, Uri url, DaySpan days, Func<UtcDay, string> request, Func<UtcDay, JsonElement, bool> tell, CancellationToken cancellation)
    {
        // However long a day takes: Ctrl-C ends it.
        using var client = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan }.With(ServerToken.Read());
        var isRight = true;
        try
        {
            for (var day = days.From!.Value; day <= days.To!.Value; day = day.AddDays(1))
            {
                using var answer = await client.PostAsync(new Uri(request(day), UriKind.Relative), null, cancellation);
                var said = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
                isRight &= said.Member("error").Text() is { } error ? Refused(console, day, $"{error}{ServerToken.HintFor(answer.StatusCode)}") : tell(day, said);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            console.Line($"There is no ad server at {url}, or it went away: {fault.Message}");
            return ExitCodes.Failed;
        }

        return isRight ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static bool Refused(IAnsiConsole console, UtcDay day, string error)
    {
        console.Line($"{day}: {error}");
        return false;
    }
}
