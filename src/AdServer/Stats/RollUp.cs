using System.Runtime.InteropServices;
using AdServer.Common;
using AdServer.Events;

namespace AdServer.Stats;

/// <summary>Events folded into counts: the one place that says what an event adds to which row. Used for rolls, tails, rebuild and verify alike.</summary>
internal sealed class RollUp
{
    private readonly Dictionary<AdDay, DayCounts> adDays = [];
    private readonly Dictionary<PackageDay, DayCounts> packageDays = [];
    private readonly Dictionary<AdRevision, DayCounts> revisions = [];
    private readonly Dictionary<ClassDay, DayCounts> classes = [];

    /// <summary>Counts per ad and day.</summary>
    public IReadOnlyDictionary<AdDay, DayCounts> AdDays => adDays;

    /// <summary>Counts per ad, package and day. Its keys also say which ads had an event from which package.</summary>
    public IReadOnlyDictionary<PackageDay, DayCounts> PackageDays => packageDays;

    /// <summary>What came late, per ad, day and revision: a part of what <see cref="AdDays"/> holds.</summary>
    public IReadOnlyDictionary<AdRevision, DayCounts> Revisions => revisions;

    /// <summary>What counts as invalid traffic for some reason, or as verified, per ad, package and day: parts of what <see cref="PackageDays"/> holds.</summary>
    public IReadOnlyDictionary<ClassDay, DayCounts> Classes => classes;

    /// <summary>How many keys it holds: what it takes in memory.</summary>
    public int Keys => adDays.Count + packageDays.Count + revisions.Count + classes.Count;

    /// <summary>Every ad that something is counted for, some of them more than once.</summary>
    public IEnumerable<string> AdIds =>
        adDays.Keys.Select(key => key.AdId).Concat(packageDays.Keys.Select(key => key.AdId))
            .Concat(revisions.Keys.Select(key => key.AdId)).Concat(classes.Keys.Select(key => key.AdId));

    public static RollUp Of(IEnumerable<AdEvent> events)
    {
        var rollUp = new RollUp();
        foreach (var one in events)
        {
            rollUp.Add(one);
        }

        return rollUp;
    }

    public void Add(AdEvent one)
    {
        var counts = DayCounts.Of(one);
        Add(new AdDay(one.AdId, one.PerformerId, one.Day), counts);
        Add(new PackageDay(one.AdId, one.PerformerId, one.CountedPackage, one.Day), counts);
        if (one.Revision > 0)
        {
            Add(new AdRevision(one.AdId, one.PerformerId, one.Day, one.Revision), counts);
        }

        if (one.Class != TrafficClass.None)
        {
            Add(ClassDay.Of(one), counts);
        }
    }

    /// <summary>A copy with the counts of some ads alone.</summary>
    public RollUp Only(Func<string, bool> ads)
    {
        var some = new RollUp();
        foreach (var (key, counts) in adDays.Where(row => ads(row.Key.AdId)))
        {
            some.Add(key, counts);
        }

        foreach (var (key, counts) in packageDays.Where(row => ads(row.Key.AdId)))
        {
            some.Add(key, counts);
        }

        foreach (var (key, counts) in revisions.Where(row => ads(row.Key.AdId)))
        {
            some.Add(key, counts);
        }

        foreach (var (key, counts) in classes.Where(row => ads(row.Key.AdId)))
        {
            some.Add(key, counts);
        }

        return some;
    }

    /// <summary>Forgets some ads.</summary>
    public void Forget(Func<string, bool> ads)
    {
        foreach (var key in adDays.Keys.Where(key => ads(key.AdId)))
        {
            adDays.Remove(key);
        }

        foreach (var key in packageDays.Keys.Where(key => ads(key.AdId)))
        {
            packageDays.Remove(key);
        }

        foreach (var key in revisions.Keys.Where(key => ads(key.AdId)))
        {
            revisions.Remove(key);
        }

        foreach (var key in classes.Keys.Where(key => ads(key.AdId)))
        {
            classes.Remove(key);
        }
    }

    public void Add(AdDay key, DayCounts counts) =>
        CollectionsMarshal.GetValueRefOrAddDefault(adDays, key, out _) += counts;

    public void Add(PackageDay key, DayCounts counts) =>
        CollectionsMarshal.GetValueRefOrAddDefault(packageDays, key, out _) += counts;

    public void Add(AdRevision key, DayCounts counts) =>
        CollectionsMarshal.GetValueRefOrAddDefault(revisions, key, out _) += counts;

    public void Add(ClassDay key, DayCounts counts) =>
        CollectionsMarshal.GetValueRefOrAddDefault(classes, key, out _) += counts;
}

/// <summary>The key of a row of <c>daily_ad_stats</c>; the performer follows from the ad.</summary>
internal readonly record struct AdDay(string AdId, string PerformerId, UtcDay Day);

/// <summary>The key of a row of <c>daily_package_stats</c>; the performer follows from the ad.</summary>
internal readonly record struct PackageDay(string AdId, string PerformerId, string Package, UtcDay Day);

/// <summary>The key of a row of <c>daily_ad_revisions</c>: what arrived for an ad's day in one hour after its closing.</summary>
internal readonly record struct AdRevision(string AdId, string PerformerId, UtcDay Day, int Number)
{
    /// <summary>From when on it counts in sums up to a time.</summary>
    public DateTimeOffset Time => DayClosing.ClosedAt(Day, Number);
}

/// <summary>The key of a row of <c>daily_invalid_stats</c>: what counts as invalid traffic for one reason, or as verified.</summary>
internal readonly record struct ClassDay(string AdId, string PerformerId, string Package, UtcDay Day, TrafficClass Class)
{
    /// <summary>Where an event with a class counts.</summary>
    public static ClassDay Of(AdEvent one) => new(one.AdId, one.PerformerId, one.CountedPackage, one.Day, one.Class);
}
