using System.Diagnostics;
using AdServer.Common;
using AdServer.Events;
using AdServer.Stats;

namespace AdServer.Benchmarks;

/// <summary>The statistics of one ad among others: a year beside a day.</summary>
internal static class StatsBenchmark
{
    private const int AdCount = 200;
    private const int Days = 365;
    private const int EventsPerDay = 4;
    private const int Reads = 500;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"Filling a store with {AdCount:N0} ads and {AdCount * Days * EventsPerDay:N0} events of {Days} days...");
        await using var store = new FilledStore();
        var now = TimeProvider.System.GetUtcNow();
        var ads = await store.AddAdsAsync(AdCount, now);
        var today = UtcDay.Of(now);
        await store.AppendAsync(
            from day in Enumerable.Range(0, Days)
            from ad in ads
            from number in Enumerable.Range(0, EventsPerDay)
            select FilledStore.Event(ad, "com.example.app", today.AddDays(day - Days + 1), (EventType)number));

        var query = new StatsQuery { AdId = ads[AdCount / 2].Id, From = today, To = today };
        var year = query with { From = today.AddDays(1 - Days) };
        await MeasureAsync(store.Stats, year);

        var (oneDay, ofDay) = await MeasureAsync(store.Stats, query);
        var (oneYear, ofYear) = await MeasureAsync(store.Stats, year);
        Console.WriteLine($"{"days",5} {"events",8} {"µs/read",9} {"ratio",6}");
        Console.WriteLine($"{1,5} {ofDay,8:N0} {oneDay.TotalMicroseconds,9:F0} {1,6:F2}");
        Console.WriteLine($"{Days,5} {ofYear,8:N0} {oneYear.TotalMicroseconds,9:F0} {oneYear / oneDay,6:F2}");
        return ofYear == Days * EventsPerDay ? 0 : 1;
    }

    private static async Task<(TimeSpan PerRead, long Events)> MeasureAsync(IStatsStore stats, StatsQuery query)
    {
        var events = 0L;
        var started = Stopwatch.GetTimestamp();
        for (var read = 0; read < Reads; read++)
        {
            events = (await stats.ReadAsync(query, CancellationToken.None)).Total.Events.Events;
        }

        return (Stopwatch.GetElapsedTime(started) / Reads, events);
    }
}
