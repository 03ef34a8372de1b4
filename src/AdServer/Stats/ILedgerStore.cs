using AdServer.Common;

namespace AdServer.Stats;

/// <summary>What <c>verify</c> and <c>rebuild</c> need of a database: raw events and derived rows of a day, side by side.</summary>
/// <exception cref="StoreUnavailableException">Every method, when the store cannot answer.</exception>
internal interface ILedgerStore
{
    /// <summary>Every day that has a raw event or a derived row, ascending.</summary>
    Task<IReadOnlyList<UtcDay>> ListDaysAsync(CancellationToken cancellation);

    /// <summary>The day counted three times at one position: from raw events, from derived rows, from buckets. Removed ads are left out.</summary>
    Task<DayLedger> ReadDayAsync(UtcDay day, CancellationToken cancellation);

    /// <summary>Which packages miss an ad in, or have one too many in, the sets that "unseen" is derived from.</summary>
    Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> ComparePackageAdsAsync(CancellationToken cancellation);

    /// <summary>Replaces the derived rows of a day by what its raw events say; broken off anywhere and called again, it ends in the same rows.</summary>
    Task RebuildDayAsync(UtcDay day, CancellationToken cancellation);

    /// <summary>Replaces the package sets by what the raw events say; broken off anywhere and called again, it ends in the same sets.</summary>
    Task RebuildPackageAdsAsync(CancellationToken cancellation);
}

/// <summary>One day as raw events and as derived rows, at one position.</summary>
/// <param name="Roll">The last applied roll; only events up to it are compared.</param>
/// <param name="Raw">Folded raw events.</param>
/// <param name="Derived">The rows.</param>
/// <param name="Buckets">Folded bucket entries.</param>
internal sealed record DayLedger(long Roll, RollUp Raw, RollUp Derived, RollUp Buckets);
