using System.Text.Json.Serialization;

namespace AdServer.Catalog;

/// <summary>A video ad of a performer. Immutable: a change makes a new value with the next version.</summary>
internal sealed record Ad
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string PerformerId { get; init; }

    public required AdDetails Details { get; init; }

    public AdStatus Status { get; init; }

    /// <summary>The first instant at which it may be served; absent means it always could.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The instant from which it is served no more; absent means never.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    public PackageRules Packages { get; init; } = PackageRules.Everywhere;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Counts the changes; a change names the version it was made from, so that none is lost.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Whether the performer wants it served, whatever the time.</summary>
    public bool IsActive => Status == AdStatus.Active;

    /// <summary>An ad without a start always has.</summary>
    public bool HasStarted(DateTimeOffset now) => !(now < StartsAt);

    /// <summary>An ad without an end never has.</summary>
    public bool HasEnded(DateTimeOffset now) => now >= EndsAt;
}

/// <summary>What the SDK plays.</summary>
/// <param name="VideoUrl" example="https://example.com/videos/summer.mp4">Absolute http or https address of the video.</param>
/// <param name="TargetUrl" example="https://example.com/summer">Where a click leads.</param>
/// <param name="Budget" example="high">How much the performer spends, which weights the choice.</param>
/// <param name="SkipTime" example="5">Seconds after which the video can be skipped.</param>
/// <param name="ExitTime" example="30">Seconds after which the ad can be closed.</param>
internal sealed record AdDetails(string VideoUrl, string TargetUrl, Budget Budget, double SkipTime, double ExitTime);

/// <summary>The budget class of an ad.</summary>
internal enum Budget
{
    // The numbers are stored: never change one. What they weigh: Serving/WeightedSlots, Stats/Report.
    Low = 1,
    Medium = 2,
    High = 3,
}

/// <summary>Whether the performer wants the ad served.</summary>
internal enum AdStatus
{
    Active,
    Paused,
}

/// <summary>
/// In which packages (apps) an ad may be served. A pattern is a package name, or the beginning of one followed by <c>*</c>
/// (<c>com.example.*</c>). An empty allow list allows every package; the deny list wins.
/// </summary>
/// <param name="Allow" example="[]">Only in these packages; empty: in all.</param>
/// <param name="Deny" example="[&quot;com.example.kids.*&quot;]">Never in these.</param>
internal sealed record PackageRules(IReadOnlyList<string> Allow, IReadOnlyList<string> Deny)
{
    public static PackageRules Everywhere { get; } = new([], []);

    [JsonIgnore]
    public bool IsEverywhere => Allow.Count == 0 && Deny.Count == 0;

    /// <summary>Compared by content: two rules with the same patterns are the same rule.</summary>
    public bool Equals(PackageRules? other) => other is not null && Allow.SequenceEqual(other.Allow) && Deny.SequenceEqual(other.Deny);

    public override int GetHashCode() => HashCode.Combine(Allow.Count, Deny.Count);
}
