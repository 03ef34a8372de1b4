using AdServer.Common;

namespace AdServer.Stats;

/// <summary>
/// What <c>verify</c> and <c>rebuild</c> need of a database, beside whoever writes: raw events and derived rows of a day side by side, in
/// bounded memory and in transactions of at most about a second.
/// </summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ILedgerStore
{
    /// <summary>The first day whose raw events are all kept: those of days before may be gone. Nothing if none were ever removed.</summary>
    Task<UtcDay?> ReadRawSinceAsync(CancellationToken cancellation);

    /// <summary>Every day that has a raw event or a derived row, ascending; also those of which raw events are not kept.</summary>
    Task<IReadOnlyList<UtcDay>> ListDaysAsync(CancellationToken cancellation);

    /// <summary>
    /// Some ads of a day, counted three times at one position: from raw events, from derived rows, from buckets. Removed ads are left out.
    /// </summary>
    /// <param name="day">The day.</param>
    /// <param name="from">The first ad: empty, or the <see cref="DayLedger.Next"/> of the page before.</param>
    /// <param name="mostKeys">About how many keys are held in memory; a smaller number means more passes over the day's events.</param>
    /// <param name="cancellation">Ends the reading.</param>
    Task<DayLedger> ReadPageAsync(UtcDay day, string from, int mostKeys, CancellationToken cancellation);

    /// <summary>The day's sums at one position, as reports say them and as the rows add up; nothing if the rows are never at rest.</summary>
    Task<DayTotals?> ReadTotalsAsync(UtcDay day, CancellationToken cancellation);

    /// <summary>
    /// Which packages miss an ad in, or have one too many in, the sets that "unseen" is derived from. Of days without raw events the rows say it.
    /// </summary>
    Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> ComparePackageAdsAsync(CancellationToken cancellation);

    /// <summary>
    /// Makes the rows and buckets of a day what its raw events say, in bounded atomic steps, while events are appended and rolled; broken
    /// off anywhere and called again, it ends in the same rows. Says whether the raw events of the day are kept: where they are not, or are
    /// given up meanwhile, it changes nothing (more).
    /// </summary>
    /// <param name="day">The day.</param>
    /// <param name="mostKeys">About how many keys are held in memory, and the most rows that a step writes.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    Task<bool> RebuildDayAsync(UtcDay day, int mostKeys, CancellationToken cancellation);

    /// <summary>Replaces the package sets by what the raw events say; broken off anywhere and called again, it ends in the same sets.</summary>
    Task RebuildPackageAdsAsync(CancellationToken cancellation);
}

/// <summary>Some ads of one day as raw events and as derived rows, at one position.</summary>
/// <param name="Roll">The last applied roll; only events up to it are compared.</param>
/// <param name="Raw">Folded raw events.</param>
/// <param name="Derived">The rows.</param>
/// <param name="Buckets">Folded bucket entries.</param>
/// <param name="Next">The ad with which the next page begins; nothing after the last.</param>
internal sealed record DayLedger(long Roll, RollUp Raw, RollUp Derived, RollUp Buckets, string? Next = null);

/// <summary>A day's sums at one position.</summary>
/// <param name="Roll">The last applied roll.</param>
/// <param name="Rows">The sum of the ads' rows.</param>
/// <param name="Reported">What a report of the day says.</param>
/// <param name="ReportedByPackage">What a report of the day by package says.</param>
internal sealed record DayTotals(long Roll, DayCounts Rows, DayCounts Reported, DayCounts ReportedByPackage)
{
    public bool AreEqual => Rows == Reported && Rows == ReportedByPackage;
}
