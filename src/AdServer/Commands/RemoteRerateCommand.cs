using System.Text.Json;
using AdServer.Common;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Has a running server rate days anew: it goes on meanwhile, by the rules that it was started with.</summary>
internal sealed class RemoteRerateCommand(IAnsiConsole console)
{
    public Task<int> RunAsync(Uri url, DaySpan days, CancellationToken cancellation) =>
        RemoteDays.RunAsync(console, url, days, day => $"stats/rerate?day={day}", Tell, cancellation);

    private bool Tell(UtcDay day, JsonElement said)
    {
        var changes = said.Member("changes") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
        console.Line(RerateCommand.Describe(
            day.ToString(),
            said.Member("events").Number() ?? 0,
            changes.Select(one => (one.Member("from").Text() ?? string.Empty, one.Member("to").Text() ?? string.Empty, one.Member("events").Number() ?? 0))));
        return true;
    }
}
