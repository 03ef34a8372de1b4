using System.Text.Json;
using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Has a running server derive days again, one request a day: the server goes on meanwhile, and says what a verification finds then.</summary>
internal sealed class RemoteRebuildCommand(IAnsiConsole console)
{
    public async Task<int> RunAsync(Uri url, DaySpan days, CancellationToken cancellation)
    {
        // However long a day takes: Ctrl-C ends it.
        using var client = new HttpClient { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan }.With(ServerToken.Read());
        var isRight = true;
        try
        {
            for (var day = days.From!.Value; day <= days.To!.Value; day = day.AddDays(1))
            {
                isRight &= await RebuildAsync(client, day, cancellation);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            console.Line($"There is no ad server at {url}, or it went away: {fault.Message}");
            return ExitCodes.Failed;
        }

        return isRight ? ExitCodes.Done : ExitCodes.Failed;
    }

    private async Task<bool> RebuildAsync(HttpClient client, UtcDay day, CancellationToken cancellation)
    {
        using var answer = await client.PostAsync(new Uri($"stats/rebuild?from={day}&to={day}", UriKind.Relative), null, cancellation);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        if (said.Member("error").Text() is { } error)
        {
            console.Line($"{day}: {error}{ServerToken.HintFor(answer.StatusCode)}");
            return false;
        }

        var differences = said.Member("differenceCount").Number() ?? 0;
        var isOk = said.Member("ok") is { ValueKind: JsonValueKind.True };
        var result = isOk ? "raw equals rolled up" : $"{differences:0} differences are left";
        console.Line($"{day}: rebuilt, {result} (position {said.Member("position").Number():0})");
        return isOk;
    }
}
