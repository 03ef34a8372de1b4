using System.Text.Json;
using AdServer.Catalog;

namespace AdServer.Events;

/// <summary>
/// Decides whether an event is invalid traffic: an ordered list of rules, the first that applies gives the flaw. The same at receipt and
/// when history is rated anew: what a rule needs to know of the world is passed in.
/// </summary>
internal sealed class TrafficRules
{
    /// <summary>All rules, in their order.</summary>
    private static readonly (TrafficFlaw Flaw, Rule Applies)[] All =
    [
        (TrafficFlaw.Robot, static (rules, in seen) => rules.robots.Has(seen.Event.UserAgent) || KeepsRobot(seen.Event)),
        (TrafficFlaw.NotDelivered, static (_, in seen) => !seen.IsDelivered && !seen.Event.IsVerified),
        (TrafficFlaw.ImpossibleWatch, static (rules, in seen) => seen.Ad is { } ad && rules.IsImpossible(seen.Event, ad.Ad.Details)),
        (TrafficFlaw.Repeat, static (_, in seen) => seen.Device.IsRepeat || Keeps(seen.Event, TrafficFlaw.Repeat)),
        (TrafficFlaw.Rate, static (rules, in seen) => seen.Device.InMinute > rules.settings.MaxEventsPerMinute || Keeps(seen.Event, TrafficFlaw.Rate)),
    ];

    private readonly TrafficSettings settings;
    private readonly RobotAgents robots;
    private readonly (TrafficFlaw Flaw, Rule Applies)[] rules;

    public TrafficRules(TrafficSettings settings, RobotAgents robots)
    {
        (this.settings, this.robots) = (settings, robots);
        rules = Array.FindAll(All, rule => settings.RuleNames.Contains(NameOf(rule.Flaw), StringComparer.OrdinalIgnoreCase));
    }

    private delegate bool Rule(TrafficRules rules, in Evidence seen);

    /// <summary>The names of all rules, in their order: of the setting and of reports.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(rule => NameOf(rule.Flaw))];

    /// <summary>The name of a flaw's rule.</summary>
    public static string NameOf(TrafficFlaw flaw) => JsonNamingPolicy.CamelCase.ConvertName(flaw.ToString());

    /// <summary>Whether a rule is on.</summary>
    public bool Has(TrafficFlaw flaw) => Array.Exists(rules, rule => rule.Flaw == flaw);

    /// <summary>What is wrong with an event, if anything. The windows take it in, whatever the answer: events are rated once each, in their order.</summary>
    /// <param name="one">The event. One without a device that had a flaw for its device's sake keeps it, and one without a header that was a robot's: the device was erased.</param>
    /// <param name="ad">Its ad; nothing if it was removed.</param>
    /// <param name="isDelivered">Whether the ad was ever handed out to the event's package; of a verified event that is sure.</param>
    /// <param name="windows">What devices reported before.</param>
    public TrafficFlaw FlawOf(AdEvent one, CatalogAd? ad, bool isDelivered, DeviceWindows windows)
    {
        var seen = new Evidence(one, ad, isDelivered, windows.Note(one));
        foreach (var (flaw, applies) in rules)
        {
            if (applies(this, seen))
            {
                return flaw;
            }
        }

        return TrafficFlaw.None;
    }

    /// <summary>A skip before the ad can be skipped, or a time watched that is longer than the ad and any end card.</summary>
    private bool IsImpossible(AdEvent one, AdDetails ad)
    {
        var seconds = one.WatchDuration / 1000.0;
        return seconds > ad.ExitTime + settings.MaxEndCardSeconds
            || (one.Type == EventType.Skip && seconds < ad.SkipTime - settings.EarlySkipSeconds);
    }

    /// <summary>What had a robot's header has none any more: its device was erased.</summary>
    private static bool KeepsRobot(AdEvent one) => one.UserAgent is null && one.Flaw == TrafficFlaw.Robot;

    private static bool Keeps(AdEvent one, TrafficFlaw flaw) => one.DeviceId is null && one.Flaw == flaw;

    /// <summary>What the rules look at.</summary>
    private readonly record struct Evidence(AdEvent Event, CatalogAd? Ad, bool IsDelivered, DeviceSight Device);
}
