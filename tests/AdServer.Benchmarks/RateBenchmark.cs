using System.Diagnostics;
using AdServer.Catalog;
using AdServer.Common;
using AdServer.Events;
using AdServer.Serving;

namespace AdServer.Benchmarks;

/// <summary>
/// What rating adds to an event at its receipt, and to a delivery: time and bytes, once the tables have grown; and what the pairs of
/// 1,000 packages and 10,000 ads take in memory.
/// </summary>
internal static class RateBenchmark
{
    private const int Devices = 20_000;
    private const int EventsPerSecond = 5_000;
    private const int Seconds = 60;
    private const int Turns = 20;
    private const int Packages = 1_000;
    private const int Ads = 10_000;

    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Agents =
        [.. Enumerable.Range(0, 500).Select(number => $"Dalvik/2.1.0 (Linux; U; Android {9 + (number % 7)}; Pixel {number} Build/UQ1A.240205.{number:d3})")];

    public static int Run()
    {
        var events = Enumerable.Range(0, EventsPerSecond * Seconds).Select(MakeEvent).ToArray();
        var (rules, windows) = (new TrafficRules(new TrafficSettings(), RobotAgents.Read(RobotAgents.ShippedPath)), new DeviceWindows(100_000));
        var robots = RobotAgents.Read(RobotAgents.ShippedPath);
        var ad = new CatalogAd(MakeAd(), 0, []);
        Console.WriteLine($"{"",-44} {"ns",8} {"bytes",8}");
        Measure("rating an event, all rules", events, one => rules.FlawOf(one, ad, isDelivered: true, windows));
        Measure("of that: its device's second and minute", events, one => windows.Note(one));
        Measure("of that: its user agent, which came before", events, one => robots.Has(one.UserAgent));
        Measure("cleaning the user agent of a request", events, one => UserAgents.Of(one.UserAgent));
        Console.WriteLine($"windows: {windows.Held:N0} entries, {windows.Unwatched} looks left out");
        Array.ForEach([100, 10], NotePairs);
        return 0;
    }

    private static void Measure<T>(string what, AdEvent[] events, Func<AdEvent, T> act)
    {
        var (times, bytes) = (new List<double>(), 0.0);
        for (var turn = 0; turn < Turns; turn++)
        {
            var (allocated, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            foreach (var one in events)
            {
                act(one);
            }

            times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / events.Length);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)events.Length;
        }

        Console.WriteLine($"{what,-44} {times.Order().ElementAt(Turns / 10),8:F1} {bytes,8:F2}");
    }

    /// <summary>Hands out a part of all ads to each package in any order, then looks whether they were.</summary>
    private static void NotePairs(int percent)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sets = Array.ConvertAll(new int[Packages], _ => new SlotSet());
        var slots = Enumerable.Range(0, Ads).ToArray();
        var random = new Random(1);
        var started = Stopwatch.GetTimestamp();
        foreach (var set in sets)
        {
            random.Shuffle(slots);
            foreach (var slot in slots.AsSpan(0, Ads * percent / 100))
            {
                set.Add([slot], Ads);
            }
        }

        var adding = Stopwatch.GetElapsedTime(started).TotalNanoseconds / (Packages * (Ads * percent / 100));
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        started = Stopwatch.GetTimestamp();
        var found = 0;
        for (var look = 0; look < 2_000_000; look++)
        {
            found += sets[look % Packages].Contains(random.Next(Ads)) ? 1 : 0;
        }

        var looking = Stopwatch.GetElapsedTime(started).TotalNanoseconds / 2_000_000;
        Console.WriteLine(
            $"{Packages:N0} packages, {percent} % of {Ads:N0} ads each: {memory / 1024.0 / 1024:F2} MB; a new pair {adding:F0} ns, a look {looking:F1} ns ({found:N0} found)");
        GC.KeepAlive(sets);
    }

    private static AdEvent MakeEvent(int number) => new()
    {
        EventId = $"{number}",
        AdId = $"0199a0c6-8f5e-7c3a-9d2b-{number % 100:d12}",
        PerformerId = "performer",
        PackageName = $"com.example.game{number % 50}",
        DeviceId = $"0f8fad5b-d9cb-469f-a165-{number * 7919L % Devices:d12}",
        Timestamp = "2026-03-10T12:00:00.000Z",
        Day = UtcDay.Of(Noon),
        Type = (EventType)(number % 4),
        WatchDuration = 12_000,
        UserAgent = Agents[number % Agents.Length],
        CreatedAt = Noon.AddSeconds(number / EventsPerSecond),
    };

    private static Ad MakeAd() => new()
    {
        Id = "ad",
        Name = "Ad",
        PerformerId = "performer",
        Details = new AdDetails("https://v.example/1.mp4", "https://t.example", Budget.Low, 5, 30),
        CreatedAt = Noon,
        UpdatedAt = Noon,
    };
}
