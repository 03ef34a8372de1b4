using AdServer.Common;

namespace AdServer.Stats;

/// <summary>Goes through the ledger of a day page by page: what <c>verify</c> does, as a command and over HTTP.</summary>
internal static class LedgerCheck
{
    /// <summary>About how many keys are held in memory at once: some tens of megabytes.</summary>
    public const int MostKeys = 50_000;

    /// <summary>The same for a rebuild, which writes as many rows at most in one transaction.</summary>
    public const int MostRebuiltKeys = 20_000;

    /// <param name="ledger">The store.</param>
    /// <param name="day">The day.</param>
    /// <param name="look">Is given every page.</param>
    /// <param name="cancellation">Ends it between two reads.</param>
    /// <param name="mostKeys">About how many keys are held in memory.</param>
    public static async Task<DaySummary> CheckDayAsync(
        this ILedgerStore ledger, UtcDay day, Action<DayLedger> look, CancellationToken cancellation, int mostKeys = MostKeys)
    {
        var (position, events) = (long.MaxValue, 0L);
        for (var (from, isEnd) = (string.Empty, false); !isEnd;)
        {
            var page = await ledger.ReadPageAsync(day, from, mostKeys, cancellation);
            look(page);
            position = Math.Min(position, page.Roll);
            events += page.Raw.AdDays.Values.Sum(counts => counts.Events);
            (from, isEnd) = (page.Next ?? from, page.Next is null);
        }

        var totals = await ledger.ReadTotalsAsync(day, cancellation);
        // At last: nothing of a day is deleted before this says so.
        var isKept = !(day < await ledger.ReadRawSinceAsync(cancellation));
        return new DaySummary(Math.Min(position, totals?.Roll ?? long.MaxValue), events, totals) { IsKept = isKept };
    }
}

/// <summary>What came of a day, beside the differences.</summary>
/// <param name="Position">Every roll up to this one was compared, of every ad.</param>
/// <param name="Events">How many raw events were compared.</param>
/// <param name="Totals">The sums; nothing if the rows were never at rest.</param>
internal sealed record DaySummary(long Position, long Events, DayTotals? Totals)
{
    /// <summary>Whether the raw events of the day were all there. Where they were not, whatever was found means nothing.</summary>
    public bool IsKept { get; init; } = true;
}
