using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AdServer.StorageTests;

/// <summary>Plausible things to store, and the steps that tests take again and again.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, 7, TimeSpan.Zero);

    public static readonly UtcDay Today = UtcDay.Of(Noon);

    /// <summary>Ends with the test.</summary>
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Performer Performer(string id = "p1", string? email = null, int order = 0) =>
        new(id, $"Performer {id}", email ?? $"{id}@example.com", Noon.AddMilliseconds(order), Noon.AddMilliseconds(order), 1);

    public static Developer Developer(string id, string email, int order = 0) => new(id, $"Developer {id}", email, Noon.AddSeconds(order));

    public static Ad Ad(string id = "a1", string performerId = "p1", int order = 0) => new()
    {
        Id = id,
        Name = $"Ad {id}",
        PerformerId = performerId,
        Details = new AdDetails("https://example.com/v.mp4", "https://example.com/", Budget.Medium, 2.5, 7.125),
        CreatedAt = Noon.AddMilliseconds(order),
        UpdatedAt = Noon.AddMilliseconds(order),
    };

    public static AdEvent Event(
        string adId = "a1", EventType type = EventType.View, string? id = null, string package = "com.example.app",
        int day = 0, long watched = 1234, string performerId = "p1") => new()
        {
            EventId = id,
            AdId = adId,
            PerformerId = performerId,
            PackageName = package,
            Timestamp = "2026-11-21T12:00:00.000Z",
            Day = Today.AddDays(day),
            Type = type,
            WatchDuration = watched,
            CreatedAt = Noon,
        };

    /// <summary>Adds a performer and its ads.</summary>
    public static async Task AddAdsAsync(this TestEngine engine, string performerId, params string[] adIds)
    {
        await engine.Catalog.AddPerformerAsync(Performer(performerId), Token);
        foreach (var id in adIds)
        {
            await engine.Catalog.AddAdAsync(Ad(id, performerId), Token);
        }
    }

    public static Task<AppendOutcome[]> AppendAsync(this TestEngine engine, params AdEvent[] batch) => engine.Journal.AppendAsync(batch, Token);

    /// <summary>Removes an ad, whichever version it has.</summary>
    public static Task<ChangeOutcome> RemoveAdAsync(this ICatalogStore catalog, string id, DateTimeOffset at, CancellationToken cancellation) =>
        catalog.RemoveAdAsync(id, null, at, cancellation);

    /// <summary>Removes a performer, whichever version it has.</summary>
    public static Task<ChangeOutcome> RemovePerformerAsync(this ICatalogStore catalog, string id, CancellationToken cancellation) =>
        catalog.RemovePerformerAsync(id, null, cancellation);

    /// <summary>Rolls up everything that is committed.</summary>
    public static async Task RollAllAsync(this TestEngine engine, int maxEvents = 10_000)
    {
        while (await engine.Journal.NextRollAsync(maxEvents, Token) is { } roll)
        {
            await engine.Stats.ApplyAsync(roll, Token);
        }
    }

    /// <summary>Sweeps until there is nothing more; says how many slices it took.</summary>
    public static async Task<int> SweepAllAsync(this TestEngine engine, int slice = 1000)
    {
        var slices = 1;
        while (await engine.Sweep.SweepRemovedAsync(slice, Token))
        {
            slices++;
        }

        return slices;
    }

    /// <summary>What removes raw events that are more than so many days old.</summary>
    public static RetentionService NewRetention(this TestEngine engine, int rawDays = RetentionSettings.FewestDays, IRetentionStore? store = null) => new(
        engine.Ledger,
        store ?? engine.Retention,
        new RetentionSettings { RawDays = rawDays },
        Simulation.Meters.OfStats,
        engine.Clock,
        NullLogger<RetentionService>.Instance);

    /// <summary>Removes raw events that are more than so many days old, once every host has looked at them.</summary>
    public static async Task<RetentionService> RemoveOldAsync(this TestEngine engine, int rawDays = RetentionSettings.FewestDays)
    {
        engine.Clock.Advance(TimeSpan.FromHours(2));
        var retention = engine.NewRetention(rawDays);
        await retention.RemoveAllAsync(Token);
        return retention;
    }

    public static async Task<Measures> ReadTotalAsync(this TestEngine engine, StatsQuery? query = null) =>
        (await engine.Stats.ReadAsync(query ?? new StatsQuery(), Token)).Total;

    /// <summary>The days on which raw events, rows and buckets do not agree, in words.</summary>
    public static async Task<List<string>> VerifyAsync(this TestEngine engine, int mostKeys = 5)
    {
        var differences = new List<string>();
        var since = await engine.Ledger.ReadRawSinceAsync(Token);
        foreach (var day in (await engine.Ledger.ListDaysAsync(Token)).Where(day => !(day < since)))
        {
            var summary = await engine.Ledger.CheckDayAsync(
                day,
                page =>
                {
                    differences.AddRange(Compare($"{day} rows", page.Raw, page.Derived));
                    differences.AddRange(Compare($"{day} buckets", page.Raw, page.Buckets));
                },
                Token,
                mostKeys);
            differences.AddRange(summary.Totals is null or { AreEqual: true } ? [] : [$"{day} totals: {summary.Totals}"]);
        }

        differences.AddRange((await engine.Ledger.ComparePackageAdsAsync(Token)).Select(pair => pair.ToString()));
        return differences;
    }

    private static IEnumerable<string> Compare(string what, RollUp left, RollUp right) =>
        left.AdDays.Except(right.AdDays).Concat(right.AdDays.Except(left.AdDays)).Select(row => $"{what}: {row}")
            .Concat(left.PackageDays.Except(right.PackageDays).Concat(right.PackageDays.Except(left.PackageDays)).Select(row => $"{what}: {row}"))
            .Concat(left.Revisions.Except(right.Revisions).Concat(right.Revisions.Except(left.Revisions)).Select(row => $"{what}: {row}"))
            .Concat(NotNull(left.Classes).Except(NotNull(right.Classes)).Concat(NotNull(right.Classes).Except(NotNull(left.Classes))).Select(row => $"{what}: {row}"));

    /// <summary>A row of invalid traffic may be there and say nothing: rating anew took its events away.</summary>
    private static IEnumerable<KeyValuePair<ClassDay, DayCounts>> NotNull(IReadOnlyDictionary<ClassDay, DayCounts> rows) =>
        rows.Where(row => row.Value != default);
}
