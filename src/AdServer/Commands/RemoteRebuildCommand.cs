using System.Text.Json;
using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Has a running server derive days again: it goes on meanwhile, and says what a verification finds then.</summary>
internal sealed class RemoteRebuildCommand(IAnsiConsole console)
{
    public Task<int> RunAsync(Uri url, DaySpan days, CancellationToken cancellation) =>
        RemoteDays.RunAsync(console, url, days, day => $"stats/rebuild?from={day}&to={day}", Tell, cancellation);

    private bool Tell(UtcDay day, JsonElement said)
    {
        var differences = said.Member("differenceCount").Number() ?? 0;
        var isOk = said.Member("ok") is { ValueKind: JsonValueKind.True };
        var result = isOk ? "raw equals rolled up" : $"{differences:0} differences are left";
        console.Line($"{day}: rebuilt, {result} (position {said.Member("position").Number():0})");
        return isOk;
    }
}
