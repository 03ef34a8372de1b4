using AdServer.Catalog;
using AdServer.Common;

namespace AdServer.Serving;

/// <summary>A rule of serving, and what it says of an ad.</summary>
/// <remarks><see cref="Eligibility"/> and <see cref="NextUnseen"/> in words.</remarks>
/// <param name="Name"><c>status</c>, <c>startsAt</c>, <c>endsAt</c>, <c>allow</c>, <c>deny</c> or <c>seen</c>.</param>
/// <param name="Passed">Whether it lets the ad through; null if an advertiser would learn from it what others have.</param>
/// <param name="Detail">Why, with the values that it looked at.</param>
internal sealed record ExplainedRule(string Name, bool? Passed, string Detail)
{
    /// <summary>The rules of the ad alone, in order: it is eligible if all pass.</summary>
    public static IReadOnlyList<ExplainedRule> Eligible(Ad ad, string package, DateTimeOffset now) =>
    [
        new("status", ad.IsActive, ad.IsActive ? "It is active." : "It is paused."),
        StartsAt(ad, ad.HasStarted(now)),
        EndsAt(ad, ad.HasEnded(now)),
        new("allow", Eligibility.Allows(ad.Packages, package), DetailOf("allow", ad.Packages.Allow, package, "every app is allowed")),
        new("deny", !Eligibility.Denies(ad.Packages, package), DetailOf("deny", ad.Packages.Deny, package, "no app is denied")),
    ];

    /// <summary>Unseen ads go first; when none is left, all eligible ones come again.</summary>
    /// <param name="isSeen">Whether the ad was seen.</param>
    /// <param name="unseen">How many eligible ads were not.</param>
    /// <param name="isOther">Whether the app is counted with others, whose events are one.</param>
    public static ExplainedRule Seen(bool isSeen, int unseen, bool isOther)
    {
        var apps = isOther ? "the apps that are counted together as (other), this one among them" : "this app";
        return (isSeen, unseen) switch
        {
            (false, _) => Unseen(apps),
            (true, 0) => new("seen", true, $"It had an event from {apps}, and so had every eligible ad: they come again."),
            _ => new("seen", false, FormattableString.Invariant($"It had an event from {apps}; {unseen} of the eligible ads had none, and such ads go first.")),
        };
    }

    /// <summary>The same, as far as the advertiser's own ads decide it.</summary>
    /// <param name="isSeen">Whether the ad was seen, if the advertiser may know.</param>
    /// <param name="ownUnseen">How many eligible ads of the advertiser were not.</param>
    public static ExplainedRule SeenByOwner(bool? isSeen, int ownUnseen) => (isSeen, ownUnseen) switch
    {
        (null, _) => new("seen", null, "It had an event from an app that is counted as (other); whether this app is one of those, only administrators are told."),
        (false, _) => Unseen("this app"),
        (true, 0) => new("seen", null, "It had an event from this app, and comes again when every eligible ad had one, those of others too."),
        _ => new("seen", false, FormattableString.Invariant($"It had an event from this app; {ownUnseen} of your eligible ads had none, and such ads go first.")),
    };

    private static ExplainedRule Unseen(string apps) => new("seen", true, $"It had no event from {apps}: such ads go first.");

    private static ExplainedRule StartsAt(Ad ad, bool hasStarted) => new(
        "startsAt",
        hasStarted,
        ad.StartsAt is { } start ? $"It {(hasStarted ? "started" : "starts")} at {ApiJson.Format(start)}." : "It has no start: it always could be served.");

    private static ExplainedRule EndsAt(Ad ad, bool hasEnded) => new(
        "endsAt",
        !hasEnded,
        ad.EndsAt is { } end ? $"It {(hasEnded ? "ended" : "ends")} at {ApiJson.Format(end)}." : "It has no end.");

    private static string DetailOf(string list, IReadOnlyList<string> patterns, string package, string ifEmpty) =>
        patterns.Count == 0 ? $"It has no {list} list: {ifEmpty}."
        : Eligibility.FirstMatch(patterns, package) is { } match ? $"{match} of its {list} list matches."
        : FormattableString.Invariant($"None of the {patterns.Count} patterns of its {list} list matches.");
}
