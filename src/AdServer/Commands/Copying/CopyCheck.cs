using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;
using AdServer.Stats;

namespace AdServer.Commands.Copying;

/// <summary>
/// Compares two stores by their contents: how many rows of each kind, the packages in their order, and for each day every ad, every package and
/// every pair of them, as reports show them. A day at a time is in memory.
/// </summary>
internal sealed class CopyCheck(ICopySource source, ICopyTarget target, IServingStore targetServing)
{
    private const int MostPrinted = VerifyCommand.MostPrinted;

    private static readonly StatsGroup[][] Reports =
        [[StatsGroup.Ad], [StatsGroup.Ad, StatsGroup.Day], [StatsGroup.Package], [StatsGroup.Ad, StatsGroup.Package]];

    public int Differences { get; private set; }

    /// <summary>The first of them, in words.</summary>
    public List<string> Printed { get; } = [];

    /// <summary>Compares; returns the number of days.</summary>
    public async Task<int> RunAsync(CopyCounts counts, Action<int, int> steps, CancellationToken cancellation)
    {
        await CompareCountsAsync(counts, cancellation);
        await ComparePackagesAsync(cancellation);
        var days = await ListDaysAsync(cancellation);
        for (var done = 0; done < days.Count; done++)
        {
            steps(done, days.Count);
            await CompareDayAsync(days[done], cancellation);
        }

        return days.Count;
    }

    private async Task CompareCountsAsync(CopyCounts counts, CancellationToken cancellation)
    {
        var found = await target.CountAsync(cancellation);
        foreach (var (one, other) in counts.Compared().Zip(found.Compared()).Where(pair => pair.First != pair.Second))
        {
            Add($"{one.What}: the source has {one.Count}, the target {other.Count}");
        }

        if (counts.RawSince != found.RawSince)
        {
            Add($"raw events are kept since: the source says {counts.RawSince}, the target {found.RawSince}");
        }
    }

    /// <summary>The source's packages are the target's first, in the same order.</summary>
    private async Task ComparePackagesAsync(CancellationToken cancellation)
    {
        var names = targetServing.ReadPackageAdsAsync(cancellation).TakeWhile(set => set.AdIds.Count == 0).Select(set => set.Package);
        await using var found = names.GetAsyncEnumerator(cancellation);
        for (var piece = await source.ReadAsync(CopyStage.Packages, string.Empty, cancellation); piece is not null;)
        {
            foreach (var name in ((CopyRows.Packages)piece.Rows).Items)
            {
                if (!await found.MoveNextAsync() || found.Current != name)
                {
                    Add($"packages: {name} is missing in the target, or not in its place");
                    return;
                }
            }

            piece = await source.ReadAsync(CopyStage.Packages, piece.Next, cancellation);
        }
    }

    private async Task<List<UtcDay>> ListDaysAsync(CancellationToken cancellation)
    {
        var query = new StatsQuery { GroupBy = [StatsGroup.Day], Limit = StatsQuery.NoLimit };
        var rows = (await source.ReadStatsAsync(query, cancellation)).Concat(await target.ReadStatsAsync(query, cancellation));
        return [.. rows.Select(row => UtcDay.Parse(row.Key.First)).Distinct().Order()];
    }

    private async Task CompareDayAsync(UtcDay day, CancellationToken cancellation)
    {
        foreach (var groups in Reports)
        {
            var query = new StatsQuery { From = day, To = day, GroupBy = groups, Limit = StatsQuery.NoLimit };
            await CompareAsync($"{day}", query, cancellation);
        }

        // Gross was compared above; of the others the finest rows say all.
        foreach (var traffic in new[] { TrafficChoice.Net, TrafficChoice.Verified })
        {
            var some = new StatsQuery { From = day, To = day, GroupBy = Reports[^1], Traffic = traffic, Limit = StatsQuery.NoLimit };
            await CompareAsync($"{day} {traffic.ToString().ToLowerInvariant()}", some, cancellation);
        }

        // Without what came late; with it they were compared above.
        var closed = DayClosing.ClosedAt(day);
        var closing = new StatsQuery { From = day, To = day, GroupBy = Reports[0], Limit = StatsQuery.NoLimit }.At(closed, closed);
        await CompareAsync($"{day} as it was closed", closing, cancellation);
    }

    private async Task CompareAsync(string what, StatsQuery query, CancellationToken cancellation)
    {
        var expected = await ReadAsync(source, query, cancellation);
        var found = await ReadAsync(target, query, cancellation);
        var keys = expected.Keys.Union(found.Keys).Where(key => expected.GetValueOrDefault(key) != found.GetValueOrDefault(key)).Order();
        foreach (var key in keys)
        {
            Add($"{what}, {Describe(query.GroupBy, key)}: the source has {Describe(expected.GetValueOrDefault(key))}, "
                + $"the target {Describe(found.GetValueOrDefault(key))}");
        }
    }

    private static async Task<Dictionary<StatsKey, Measures>> ReadAsync(ICopyEnd end, StatsQuery query, CancellationToken cancellation) =>
        (await end.ReadStatsAsync(query, cancellation)).ToDictionary(row => row.Key, row => row.Measures);

    private void Add(string difference)
    {
        Differences++;
        if (Printed.Count < MostPrinted)
        {
            Printed.Add(difference);
        }
    }

    private static string Describe(IReadOnlyList<StatsGroup> groups, StatsKey key) =>
        string.Join(", ", groups.Zip([key.First, key.Second], (group, value) => $"{group.ToString().ToLowerInvariant()} {value}"));

    private static string Describe(Measures one) =>
        $"{one.Events.Views} views, {one.Events.Clicks} clicks, {one.Events.Skips} skips, {one.Events.Exits} exits, "
        + $"{one.Events.WatchDurationSum} ms, {one.Deliveries} deliveries, {one.Requests} requests, {one.Fills} fills, "
        + $"revision {one.Revision}, {one.Invalid?.All.Events ?? 0} invalid";
}
