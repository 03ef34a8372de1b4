using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AdServer.Catalog;
using AdServer.Events;
using Xunit;

namespace AdServer.Tests.Events.Traffic;

/// <summary>
/// The rules alone, by the cases in <c>traffic.json</c>: events <c>before</c> the one in question, or so many <c>times</c> different ones of
/// its device, then what the rules say of it. What a case does not say is an ordinary view at 12:00 of an ad that can be skipped after
/// 5 seconds and closed after 30.
/// </summary>
public sealed class TrafficRulesTests
{
    private static readonly RobotAgents Robots = RobotAgents.Read(RobotAgents.ShippedPath);

    public static TheoryData<string> CaseNames => [.. Cases().Select(one => one.Text("name"))];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void The_first_rule_that_applies_says_what_is_wrong_with_an_event(string name)
    {
        var it = Cases().Single(one => one.Text("name") == name);
        var settings = new TrafficSettings();
        settings = it.TryGetProperty("rules", out var on) ? settings with { Rules = on.GetString()! } : settings;
        Assert.Null(settings.Fault());
        var (rules, windows) = (new TrafficRules(settings, Robots), new DeviceWindows(1000));
        foreach (var before in Before(it))
        {
            Rate(rules, before, windows);
        }

        var flaw = Rate(rules, it.GetProperty("event"), windows);

        Assert.Equal(it.TryGetProperty("flaw", out var expected) ? expected.GetString() : "none", TrafficRules.NameOf(flaw));
    }

    [Fact]
    public void Every_rule_has_a_case_and_every_flaw_a_rule()
    {
        Assert.Equal(Enum.GetValues<TrafficFlaw>().Skip(1).Select(TrafficRules.NameOf), TrafficRules.Names);
        Assert.Equal(
            TrafficRules.Names.Order(),
            Cases().Where(one => one.TryGetProperty("flaw", out _)).Select(one => one.Text("flaw")).Distinct().Order());
    }

    private static IEnumerable<JsonElement> Before(JsonElement it)
    {
        for (var number = 0; it.TryGetProperty("times", out var times) && number < times.GetInt32(); number++)
        {
            yield return JsonSerializer.SerializeToElement(new { package = $"com.example.app{number}" });
        }

        foreach (var before in it.TryGetProperty("before", out var list) ? list.EnumerateArray() : [])
        {
            yield return before;
        }
    }

    private static TrafficFlaw Rate(TrafficRules rules, JsonElement one, DeviceWindows windows) => rules.FlawOf(
        Event(one),
        one.TryGetProperty("removed", out _) ? null : new CatalogAd(TrafficScene.Ad, 0, []),
        !one.TryGetProperty("delivered", out _),
        windows);

    private static AdEvent Event(JsonElement one) => TrafficScene.View with
    {
        AdId = Text(one, "ad", "ad-1")!,
        PackageName = Text(one, "package", "com.example.game")!,
        DeviceId = Text(one, "device", "one"),
        EventId = Text(one, "id", null),
        UserAgent = Text(one, "agent", "okhttp/4.9.3"),
        IsVerified = one.TryGetProperty("verified", out _),
        Type = Enum.Parse<EventType>(Text(one, "type", "view")!, ignoreCase: true),
        Flaw = Enum.Parse<TrafficFlaw>(Text(one, "stored", "none")!, ignoreCase: true),
        WatchDuration = one.TryGetProperty("watch", out var watch) ? (long)(watch.GetDecimal() * 1000) : 12_000,
        CreatedAt = TrafficScene.Noon.Date + TimeSpan.Parse(Text(one, "at", "12:00")!, CultureInfo.InvariantCulture),
    };

    private static string? Text(JsonElement one, string name, string? otherwise) =>
        one.TryGetProperty(name, out var value) ? value.GetString() : otherwise;

    private static JsonElement.ArrayEnumerator Cases([CallerFilePath] string path = "") =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "traffic.json"))).RootElement.EnumerateArray();
}
