using System.Text.Json;
using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Has a running server rate days anew, one request a day: the server goes on meanwhile, by the rules that it was started with.</summary>
internal sealed class RemoteRerateCommand(IAnsiConsole console)
{
    public async Task<int> RunAsync(Uri url, DaySpan days, CancellationToken cancellation)
    {
        // However long a day takes: Ctrl-C ends it.
        using var client = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan }.With(ServerToken.Read());
        var isDone = true;
        try
        {
            for (var day = days.From!.Value; day <= days.To!.Value; day = day.AddDays(1))
            {
                isDone &= await RateAsync(client, day, cancellation);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            console.Line($"There is no ad server at {url}, or it went away: {fault.Message}");
            return ExitCodes.Failed;
        }

        return isDone ? ExitCodes.Done : ExitCodes.Failed;
    }

    private async Task<bool> RateAsync(HttpClient client, UtcDay day, CancellationToken cancellation)
    {
        using var answer = await client.PostAsync(new Uri($"stats/rerate?day={day}", UriKind.Relative), null, cancellation);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        if (said.Member("error").Text() is { } error)
        {
            console.Line($"{day}: {error}{ServerToken.HintFor(answer.StatusCode)}");
            return false;
        }

        var changes = said.Member("changes") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
        console.Line(RerateCommand.Describe(
            day.ToString(),
            said.Member("events").Number() ?? 0,
            changes.Select(one => (one.Member("from").Text() ?? string.Empty, one.Member("to").Text() ?? string.Empty, one.Member("events").Number() ?? 0))));
        return true;
    }
}
