using System.Text.Json;
using AdServer.Stats;
using Xunit;

namespace AdServer.Tests.Stats;

/// <summary>An event that was reported, as a test counts it by hand.</summary>
internal sealed record Reported(string Performer, string Ad, string Package, string Day, string EventType, double Seconds)
{
    /// <summary>The value of a group of a report.</summary>
    public string Of(string group) => group switch
    {
        "ad" => Ad,
        "performer" => Performer,
        "package" => Package,
        "day" => Day,
        "eventType" => EventType,
        _ => throw new ArgumentException(group),
    };
}

/// <summary>A host with events of two performers, three ads, three packages, four days and all types: half rolled up, half not.</summary>
public sealed class StatsScene : IAsyncLifetime
{
    private static readonly string[] Packages = ["com.example.a", "com.example.b", "com.example.ж"];
    private static readonly string[] Types = ["view", "click", "skip", "exit"];
    private static readonly int[] DaysAgo = [0, 1, 2, 9];

    private readonly List<Reported> events = [];
    private AdServerHost? host;

    /// <summary>The event types in the order in which a report shows them.</summary>
    internal static IReadOnlyList<string> EventTypes => Types;

    internal AdServerHost Host => host ?? throw HostStore.Missing!;

    internal Portal Portal => new(Host);

    /// <summary>Everything that was reported.</summary>
    internal List<Reported> Events => host is null ? throw HostStore.Missing! : events;

    public async ValueTask InitializeAsync()
    {
        // What ends a test must be thrown in the test.
        if (HostStore.Missing is not null)
        {
            return;
        }

        host = await AdServerHost.StartAsync();
        (string Performer, string Ad)[] ads = [await AdAsync("ann", null), await AdAsync("ann", "again"), await AdAsync("bob", null)];
        var random = new Random(7);
        for (var number = 0; number < 400; number++)
        {
            var (performer, ad) = ads[random.Next(ads.Length)];
            var day = Host.Clock.GetUtcNow().AddDays(-DaysAgo[random.Next(DaysAgo.Length)]);
            events.Add(new Reported(
                performer, ad, Packages[random.Next(Packages.Length)], day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
                Types[random.Next(Types.Length)], random.Next(100_000) / 1000.0));
        }

        await ReportAsync(events[..200]);
        await Host.Get<RollUpService>().RollAllAsync(TestContext.Current.CancellationToken);
        await ReportAsync(events[200..]);
    }

    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? default;

    /// <summary>All rows of a report, page by page.</summary>
    internal async Task<List<JsonElement>> RowsAsync(string query, int? limit = null)
    {
        var rows = new List<JsonElement>();
        for (var (cursor, more) = (string.Empty, true); more;)
        {
            var page = await Portal.ReadAsync($"/stats?{query}&limit={limit ?? 1000}&cursor={cursor}");
            rows.AddRange(page.GetProperty("rows").EnumerateArray());
            Assert.True(limit is null || page.GetProperty("rows").GetArrayLength() <= limit);
            more = page.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String;
            cursor = more ? next.GetString() : string.Empty;
        }

        return rows;
    }

    private async Task<(string Performer, string Ad)> AdAsync(string name, string? suffix)
    {
        var email = $"{name}@example.com";
        return (await Portal.SignUpAsync(email, name), await Portal.AddAdAsync(name + suffix, email: email));
    }

    private async Task ReportAsync(IEnumerable<Reported> events) => await new Sdk(Host).ReportsAllAsync(events.Select(one => new
    {
        adId = one.Ad,
        timestamp = $"{one.Day}T09:00:00.000Z",
        eventDetails = new { packageName = one.Package, eventType = one.EventType, watchDuration = one.Seconds },
    }));
}
