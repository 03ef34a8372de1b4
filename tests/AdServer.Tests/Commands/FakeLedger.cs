using AdServer.Common;
using AdServer.Stats;

namespace AdServer.Tests.Commands;

/// <summary>A ledger that says what it is told to.</summary>
internal sealed class FakeLedger : ILedgerStore
{
    public SortedDictionary<UtcDay, DayLedger> Days { get; } = [];

    public IReadOnlyList<(string Package, string AdId, bool InRaw)> PackageAds { get; init; } = [];

    /// <summary>What listing the days fails with, if it is to fail.</summary>
    public Exception? Failure { get; init; }

    public List<string> Rebuilt { get; } = [];

    /// <summary>Since when raw events are kept; the last of them stays.</summary>
    public Queue<UtcDay?> RawSince { get; init; } = new([null]);

    public Task<UtcDay?> ReadRawSinceAsync(CancellationToken cancellation) =>
        Task.FromResult(RawSince.Count > 1 ? RawSince.Dequeue() : RawSince.Peek());

    public Task<IReadOnlyList<UtcDay>> ListDaysAsync(CancellationToken cancellation) =>
        Failure is null ? Task.FromResult<IReadOnlyList<UtcDay>>([.. Days.Keys]) : Task.FromException<IReadOnlyList<UtcDay>>(Failure);

    /// <summary>The sums of days that are not equal.</summary>
    public Dictionary<UtcDay, DayTotals?> Totals { get; } = [];

    /// <summary>Is told of each page before it is read.</summary>
    public Action<UtcDay> Reading { get; init; } = _ => { };

    public Task<DayLedger> ReadPageAsync(UtcDay day, string from, int mostKeys, CancellationToken cancellation)
    {
        Reading(day);
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Days[day]);
    }

    public Task<DayTotals?> ReadTotalsAsync(UtcDay day, CancellationToken cancellation) =>
        Task.FromResult(Totals.TryGetValue(day, out var totals) ? totals : new DayTotals(Days[day].Roll, default, default, default));

    public Task<IReadOnlyList<(string Package, string AdId, bool InRaw)>> ComparePackageAdsAsync(CancellationToken cancellation) =>
        Task.FromResult(PackageAds);

    public Task<bool> RebuildDayAsync(UtcDay day, int mostKeys, CancellationToken cancellation) => Note(day.ToString());

    public Task RebuildPackageAdsAsync(CancellationToken cancellation) => Note("package sets");

    private Task<bool> Note(string what)
    {
        Rebuilt.Add(what);
        return Task.FromResult(true);
    }
}
