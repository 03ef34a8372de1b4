using System.Globalization;
using System.Runtime.InteropServices;
using AdServer.Access;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;

namespace AdServer.Commands.Demo;

/// <summary>
/// Thirty days of life of the demo's ads: more in the evening, more at weekends, growing a little. A pure function of the instant at
/// which the demo was begun: the same events, in the same order, with the same identities, whenever it is asked for.
/// </summary>
internal sealed class DemoTraffic
{
    public const int Days = 30;

    private const int Askings = 68_000;
    private const int PausedForDays = 4;
    private const int RandomSeed = 30_07;

    /// <summary>Relative traffic of each hour of a day, UTC.</summary>
    private static readonly int[] Hours = [3, 2, 1, 1, 1, 2, 4, 6, 7, 6, 6, 7, 9, 8, 7, 7, 8, 10, 13, 16, 17, 15, 11, 6];

    private readonly DateTimeOffset begun;
    private readonly Random random = new(RandomSeed);
    private readonly List<AdEvent> events = [];
    private readonly Dictionary<(string AdId, UtcDay Day), long> deliveries = [];
    private readonly Dictionary<(string Package, UtcDay Day), (long Requests, long Fills)> requests = [];

    private DemoTraffic(DateTimeOffset begun) => this.begun = begun;

    /// <summary>In the order in which they happened.</summary>
    public IReadOnlyList<AdEvent> Events => events;

    /// <summary>What was handed out: every ad that has events, and some that were never shown.</summary>
    public IReadOnlyList<DeliveryTotal> Deliveries => [.. deliveries.Select(row => new DeliveryTotal(row.Key.AdId, row.Key.Day, row.Value))];

    /// <summary>What was asked for; the fills of a day are its deliveries.</summary>
    public IReadOnlyList<RequestTotal> Requests =>
        [.. requests.Select(row => new RequestTotal(row.Key.Package, row.Key.Day, row.Value.Requests, row.Value.Fills))];

    public static DemoTraffic Of(DateTimeOffset begun, IReadOnlyList<Ad> ads)
    {
        var traffic = new DemoTraffic(begun);
        var hours = Enumerable.Range(0, Days * 24).Select(number => begun.AddHours(number - (Days * 24))).ToList();
        var all = hours.Sum(hour => WeightOf(hour, begun));
        foreach (var hour in hours)
        {
            traffic.LiveThrough(hour, (int)Math.Round(Askings * WeightOf(hour, begun) / all), ads);
        }

        return traffic;
    }

    private static double WeightOf(DateTimeOffset hour, DateTimeOffset begun)
    {
        var week = hour.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1.35 : 1;
        var growth = 1 - ((begun - hour).TotalDays / Days / 4);
        return Hours[hour.Hour] * week * growth;
    }

    private void LiveThrough(DateTimeOffset hour, int askings, IReadOnlyList<Ad> ads)
    {
        // Windows begin and end a whole number of days from the begin, so what runs does not change within an hour.
        var running = DemoCatalog.Packages.ToDictionary(package => package, package => ads.Where(ad => Runs(ad, hour, package)).ToList());
        var moments = Enumerable.Range(0, askings).Select(_ => hour.AddSeconds(random.NextDouble() * 3590)).Order().ToList();
        foreach (var moment in moments)
        {
            var at = moment.ToMilliseconds();
            var package = DemoCatalog.Packages[(int)(DemoCatalog.Packages.Count * Math.Pow(random.NextDouble(), 1.8))];
            Ask(package, at, Choose(running[package]));
        }
    }

    private bool Runs(Ad ad, DateTimeOffset at, string package)
    {
        var pausedNow = ad.Status == AdStatus.Paused && at >= begun.AddDays(-PausedForDays);
        var within = (ad.StartsAt is null || at >= ad.StartsAt) && (ad.EndsAt is null || at < ad.EndsAt);
        return !pausedNow && within && Allows(ad.Packages, package);
    }

    private static bool Allows(PackageRules rules, string package) =>
        (rules.Allow.Count == 0 || rules.Allow.Any(pattern => PackagePattern.Matches(pattern, package)))
        && !rules.Deny.Any(pattern => PackagePattern.Matches(pattern, package));

    private Ad Choose(List<Ad> ads)
    {
        var place = random.Next(ads.Sum(ad => (int)ad.Details.Budget));
        return ads.First(ad => (place -= (int)ad.Details.Budget) < 0);
    }

    /// <summary>An app asks: one time in nine for nothing, and one ad in sixteen is never shown.</summary>
    private void Ask(string package, DateTimeOffset at, Ad ad)
    {
        var day = UtcDay.Of(at);
        ref var asked = ref CollectionsMarshal.GetValueRefOrAddDefault(requests, (package, day), out _);
        if (random.Next(9) == 0)
        {
            asked.Requests++;
            return;
        }

        asked = (asked.Requests + 1, asked.Fills + 1);
        CollectionsMarshal.GetValueRefOrAddDefault(deliveries, (ad.Id, day), out _)++;
        if (random.Next(16) != 0)
        {
            Show(package, at, ad);
        }
    }

    private void Show(string package, DateTimeOffset at, Ad ad)
    {
        // Some ads are liked more than others.
        var liking = 4 + (ad.Id[0] % 7);
        var chance = random.Next(100);
        if (chance < liking)
        {
            Add(EventType.Click, package, at, ad, 8, 20);
            Add(EventType.View, package, at, ad, 8, 20);
        }
        else
        {
            var (type, least, more) = chance switch
            {
                < 74 => (EventType.View, 15.0, 15.0),
                < 92 => (EventType.Skip, ad.Details.SkipTime, 8.0),
                _ => (EventType.Exit, ad.Details.ExitTime, 5.0),
            };
            Add(type, package, at, ad, least, more);
        }
    }

    private void Add(EventType type, string package, DateTimeOffset at, Ad ad, double least, double more) => events.Add(new AdEvent
    {
        EventId = DemoCatalog.IdOf(begun, $"event {events.Count}"),
        AdId = ad.Id,
        PerformerId = ad.PerformerId,
        PackageName = package,
        Timestamp = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        Day = UtcDay.Of(at),
        Type = type,
        WatchDuration = (long)((least + (more * random.NextDouble())) * 1000),
        CreatedAt = at,
    });
}
