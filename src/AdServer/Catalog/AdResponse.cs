using System.Text.Json.Serialization;

namespace AdServer.Catalog;

/// <summary>An ad as every client reads it.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Name">Its name.</param>
/// <param name="AdName">Its name again: the portal reads this one after an edit.</param>
/// <param name="PerformerId">Whose it is.</param>
/// <param name="PerformerName">The performer's present name.</param>
/// <param name="PerformerEmail">The performer's present address.</param>
/// <param name="AdDetails">What is played.</param>
/// <param name="Status"><c>active</c> or <c>paused</c>.</param>
/// <param name="StartsAt">First instant at which it may be served; absent: always could.</param>
/// <param name="EndsAt">Instant from which it is served no more; absent: never.</param>
/// <param name="Packages">In which packages it may be served; absent: in all.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record AdResponse(
    [property: JsonPropertyName("_id")] string Id,
    string Name,
    string AdName,
    string PerformerId,
    string PerformerName,
    string PerformerEmail,
    AdDetails AdDetails,
    AdStatus Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? StartsAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? EndsAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PackageRules? Packages,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>
    /// Only of <c>GET /ads/random</c>, where deliveries are signed: a text to be returned as <c>delivery</c> by each event of this showing. It is
    /// written behind the document, which is the same for everybody.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Delivery { get; init; }

    /// <summary>Joins an ad with its performer: name and address are resolved when read, never copied.</summary>
    public static AdResponse Of(Ad ad, Performer? performer) => new(
        ad.Id,
        ad.Name,
        ad.Name,
        ad.PerformerId,
        performer?.Name ?? string.Empty,
        performer?.Email ?? string.Empty,
        ad.Details,
        ad.Status,
        ad.StartsAt,
        ad.EndsAt,
        ad.Packages.IsEverywhere ? null : ad.Packages,
        ad.CreatedAt,
        ad.UpdatedAt);
}
