namespace AdServer.Catalog;

/// <summary>The answer to a new ad.</summary>
internal sealed record AdCreated(string Message, string AdId);

/// <summary>A new ad. Numbers may also be sent as text.</summary>
/// <param name="AdName" example="Summer sale">At most 200 characters.</param>
/// <param name="PerformerEmail" example="ann@example.com">The address of a known performer.</param>
/// <param name="AdDetails">What is played.</param>
/// <param name="Status" example="active">Absent: active.</param>
/// <param name="StartsAt" example="2026-01-01T00:00:00Z">The first instant at which it may be served. Absent: always could be.</param>
/// <param name="EndsAt" example="2036-01-01T00:00:00Z">The instant from which it is served no more. Absent: never ends.</param>
/// <param name="Packages">In which packages it may be served. Absent: in all.</param>
internal sealed record CreateAdRequest(
    string AdName,
    string PerformerEmail,
    AdDetails AdDetails,
    AdStatus? Status,
    DateTimeOffset? StartsAt,
    DateTimeOffset? EndsAt,
    PackageRules? Packages);

/// <summary>A change of an ad: what is absent stays; <c>null</c> takes a limit (startsAt, endsAt, packages) away.</summary>
/// <param name="AdName" example="Winter sale">The new name.</param>
/// <param name="Name">The new name too: with both, the one that differs from the present name is meant.</param>
/// <param name="AdDetails">Only the members that change.</param>
/// <param name="Status" example="paused">Whether it is served.</param>
/// <param name="StartsAt">The first instant at which it may be served.</param>
/// <param name="EndsAt">The instant from which it is served no more.</param>
/// <param name="Packages">In which packages it may be served.</param>
internal sealed record UpdateAdRequest(
    string? AdName,
    string? Name,
    UpdateAdDetails? AdDetails,
    AdStatus? Status,
    DateTimeOffset? StartsAt,
    DateTimeOffset? EndsAt,
    PackageRules? Packages);

/// <summary>A change of what is played: what is absent stays.</summary>
/// <param name="VideoUrl">Absolute http or https address of the video.</param>
/// <param name="TargetUrl">Where a click leads.</param>
/// <param name="Budget" example="medium">How much the performer spends.</param>
/// <param name="SkipTime" example="7.5">Seconds after which the video can be skipped.</param>
/// <param name="ExitTime">Seconds after which the ad can be closed.</param>
internal sealed record UpdateAdDetails(string? VideoUrl, string? TargetUrl, Budget? Budget, double? SkipTime, double? ExitTime);
