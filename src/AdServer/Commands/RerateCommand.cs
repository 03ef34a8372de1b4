using AdServer.Access;
using AdServer.Events;
using AdServer.Stats;
using Spectre.Console;

namespace AdServer.Commands;

/// <summary>Decides anew, by the rules as they are now, which events count as invalid traffic, day by day: stopped anywhere, it can be run again.</summary>
internal sealed class RerateCommand(ILedgerStore ledger, DayRating rating, AuditLog audit, IAnsiConsole console)
{
    public async Task<int> RunAsync(DaySpan span, CancellationToken cancellation)
    {
        var said = new List<string>();
        if (await ledger.ReadRawSinceAsync(cancellation) is { } since)
        {
            console.Line($"Raw events are kept since {since}; earlier days cannot be rated anew, and stay as they are.");
            if (span.IsBefore(since))
            {
                return ExitCodes.Failed;
            }
        }

        try
        {
            await audit.RecordAsync(
                AuditOrigin.CommandLine,
                new AuditChange(AuditAction.RerateStats, span.ToString()),
                () => console.WithProgressAsync("Rating day", steps => RateAsync(span, said, steps, cancellation)),
                _ => true,
                cancellation);
        }
        finally
        {
            said.ForEach(console.Line);
        }

        return ExitCodes.Done;
    }

    /// <summary>What is said of a day: how many events went from which reason to which.</summary>
    public static string Describe(string day, double events, IEnumerable<(string From, string To, double Events)> changes)
    {
        var all = changes.ToList();
        var what = string.Join(", ", all.Select(one => $"{one.Events:0} from {one.From} to {one.To}"));
        return all.Count == 0
            ? $"{day}: {events:0} events, none is rated otherwise"
            : $"{day}: {events:0} events, {all.Sum(one => one.Events):0} are rated otherwise: {what}";
    }

    private async Task<int> RateAsync(DaySpan span, List<string> said, Action<int, int> steps, CancellationToken cancellation)
    {
        var since = await ledger.ReadRawSinceAsync(cancellation);
        var days = (await ledger.ListDaysAsync(cancellation)).Where(day => span.Holds(day) && !(day < since)).ToList();
        for (var done = 0; done < days.Count; done++)
        {
            steps(done, days.Count);
            var rated = await rating.RateAsync(days[done], cancellation);
            said.Add(Describe(
                days[done].ToString(),
                rated.Events,
                rated.Changes.Select(one => (TrafficRules.NameOf(one.From), TrafficRules.NameOf(one.To), (double)one.Events))));
        }

        return days.Count;
    }
}
