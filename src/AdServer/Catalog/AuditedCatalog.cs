using System.Text.Json.Serialization;
using AdServer.Access;

namespace AdServer.Catalog;

/// <summary>An ad as the audit shows it: what callers read of it, without its performer's name and address, and with its version.</summary>
internal sealed record AuditedAd(
    [property: JsonPropertyName("_id")] string Id,
    string Name,
    string PerformerId,
    AdDetails AdDetails,
    AdStatus Status,
    DateTimeOffset? StartsAt,
    DateTimeOffset? EndsAt,
    PackageRules Packages,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long Version)
{
    /// <summary>The change of an ad from one version to the next; of one that is added or removed one of them is absent.</summary>
    public static AuditChange Change(AuditAction action, Ad? before, Ad? after) => new(action, (after ?? before)!.Id)
    {
        PerformerId = (after ?? before)!.PerformerId,
        Before = Of(before),
        After = Of(after),
    };

    private static AuditedAd? Of(Ad? ad) => ad is null ? null : new(
        ad.Id, ad.Name, ad.PerformerId, ad.Details, ad.Status, ad.StartsAt, ad.EndsAt, ad.Packages, ad.CreatedAt, ad.UpdatedAt, ad.Version);
}

/// <summary>A performer as the audit shows it.</summary>
internal sealed record AuditedPerformer(
    [property: JsonPropertyName("_id")] string Id, string Name, string Email, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version)
{
    /// <summary>The change of a performer, as of an ad.</summary>
    public static AuditChange Change(AuditAction action, Performer? before, Performer? after) => new(action, (after ?? before)!.Id)
    {
        PerformerId = (after ?? before)!.Id,
        Before = Of(before),
        After = Of(after),
    };

    private static AuditedPerformer? Of(Performer? one) =>
        one is null ? null : new(one.Id, one.Name, one.Email, one.CreatedAt, one.UpdatedAt, one.Version);
}
