namespace AdServer.Catalog;

/// <summary>The answer to a new ad.</summary>
internal sealed record AdCreated(string Message, string AdId);

/// <summary>A new ad, as the documentation shows it; what is read is <see cref="AdFields"/>, which takes numbers as text too.</summary>
/// <param name="AdName">At most 200 characters.</param>
/// <param name="PerformerEmail">The address of a known performer.</param>
/// <param name="AdDetails">What is played.</param>
/// <param name="Status">Absent: active.</param>
/// <param name="StartsAt">Absent: always could be served.</param>
/// <param name="EndsAt">Absent: never ends.</param>
/// <param name="Packages">Absent: in every package.</param>
internal sealed record CreateAdRequest(
    string AdName,
    string PerformerEmail,
    AdDetails AdDetails,
    AdStatus? Status,
    DateTimeOffset? StartsAt,
    DateTimeOffset? EndsAt,
    PackageRules? Packages);

/// <summary>A change, as the documentation shows it: what is absent stays; <c>null</c> takes a limit (startsAt, endsAt, packages) away.</summary>
internal sealed record UpdateAdRequest(
    string? AdName,
    string? Name,
    AdDetails? AdDetails,
    AdStatus? Status,
    DateTimeOffset? StartsAt,
    DateTimeOffset? EndsAt,
    PackageRules? Packages);
