using System.Globalization;
using System.Text;
using AdServer.Catalog;

namespace AdServer.Benchmarks.Http;

/// <summary>
/// What is sent, as the SDK sends it. All requests of a script are written before the first is sent, so that the generator costs the same whatever they are.
/// </summary>
internal static class LoadScripts
{
    private const int Bodies = 1000;
    private const int BatchBodies = Bodies / 10;

    /// <summary>Apps ask for ads in turn.</summary>
    public static string Ads(int packages, bool closes = false) =>
        Script($$"""
              for number = 0, {{packages - 1}} do
                requests[number] = wrk.format("GET", "/ads/random?packageName=com.example.app" .. number{{Headers(closes)}})
              end
              count = {{packages}}
            """);

    /// <summary>Devices report one event each.</summary>
    public static string Events(IReadOnlyList<Ad> ads, int packages) =>
        Script(Posts("/ad_event", Enumerable.Range(0, Bodies).Select(number => Event(ads, packages, number))));

    /// <summary>Devices report many at once.</summary>
    public static string Batches(IReadOnlyList<Ad> ads, int packages, int size) =>
        Script(Posts("/ad_events", Enumerable.Range(0, BatchBodies).Select(batch =>
            $"[{string.Join(',', Enumerable.Range(batch * size, size).Select(number => Event(ads, packages, number)))}]")));

    /// <summary>A request for an ad and an event in turn.</summary>
    public static string Both(IReadOnlyList<Ad> ads, int packages) =>
        Script(Posts("/ad_event", Enumerable.Range(0, Bodies).Select(number => Event(ads, packages, number))) + $"""

              for number = count - 1, 0, -1 do
                requests[2 * number] = requests[number]
                requests[2 * number + 1] = wrk.format("GET", "/ads/random?packageName=com.example.app" .. number % {packages})
              end
              count = 2 * count
            """);

    /// <summary>
    /// The requests of a script, each at its time: so many a second, whatever the answers take. What a pause of the server holds up is sent after it, as
    /// devices would. The times are exact in the mean and a millisecond apart, which is what wrk can wait.
    /// </summary>
    public static string AtRate(string script, double perSecond) =>
        script + string.Create(CultureInfo.InvariantCulture, $$"""

        local ffi = require("ffi")
        ffi.cdef[[ typedef struct { long seconds; long nanoseconds; } load_time; int clock_gettime(int clock, load_time *time); ]]
        local time, monotonic, due = ffi.new("load_time"), 1, nil
        delay = function()
          ffi.C.clock_gettime(monotonic, time)
          local now = tonumber(time.seconds) * 1e3 + tonumber(time.nanoseconds) / 1e6
          due = (due or now) + {{1000 / perSecond:F9}}
          return math.max(0, math.floor(due - now + math.random()))
        end
        """);

    /// <summary>Which ad was handed out to which package before a device reports on it.</summary>
    public static IEnumerable<(string Package, string AdId)> Delivered(IReadOnlyList<Ad> ads, int packages, int batchSize) =>
        Enumerable.Range(0, Math.Max(Bodies, BatchBodies * batchSize)).Select(number => Pair(ads, packages, number)).Distinct();

    private static (string Package, string AdId) Pair(IReadOnlyList<Ad> ads, int packages, int number) =>
        ($"com.example.app{number * 31 % packages}", ads[number * 7919 % ads.Count].Id);

    private static string Event(IReadOnlyList<Ad> ads, int packages, int number)
    {
        string[] types = ["view", "view", "view", "skip", "click", "exit"];
        var (package, adId) = Pair(ads, packages, number);
        return $$$"""{"adId":"{{{adId}}}","timestamp":"{{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ}}}","eventDetails":{"packageName":"{{{package}}}","eventType":"{{{types[number % types.Length]}}}","watchDuration":{{{number % 30}}}.5}}""";
    }

    private static string Posts(string path, IEnumerable<string> bodies)
    {
        var lines = new StringBuilder();
        var count = 0;
        foreach (var body in bodies)
        {
            lines.AppendLine($"  requests[{count++}] = wrk.format(\"POST\", \"{path}\", {{ [\"Content-Type\"] = \"application/json; charset=UTF-8\" }}, [==[{body}]==])");
        }

        return lines.AppendLine($"  count = {count}").ToString();
    }

    private static string Headers(bool closes) => closes ? ", { Connection = \"close\" }" : string.Empty;

    private static string Script(string fill) =>
        $$"""
        local requests, count, place = {}, 0, 0
        init = function()
        {{fill}}
        end
        request = function()
          place = (place + 1) % count
          return requests[place]
        end
        """;
}
