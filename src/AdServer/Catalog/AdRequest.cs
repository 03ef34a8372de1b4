using System.Text.Json;
using AdServer.Common;

namespace AdServer.Catalog;

/// <summary>The fields of POST and PUT <c>/ads</c> as they came; absent and <c>null</c> are the same, but where a field is optional.</summary>
/// <param name="Body">The request body.</param>
/// <param name="IsNew">A new ad has an <c>adName</c>; <c>name</c> beside it is a key that nobody knows.</param>
internal sealed record AdFields(JsonElement Body, bool IsNew)
{
    public JsonElement? AdName => Body.Member("adName");

    public JsonElement? Name => IsNew ? null : Body.Member("name");

    public JsonElement? PerformerEmail => Body.Member("performerEmail");

    public JsonElement? AdDetails => Body.Member("adDetails");

    public JsonElement? VideoUrl => Detail("videoUrl");

    public JsonElement? TargetUrl => Detail("targetUrl");

    public JsonElement? Budget => Detail("budget");

    public JsonElement? SkipTime => Detail("skipTime");

    public JsonElement? ExitTime => Detail("exitTime");

    /// <summary>Whether all that the SDK plays is there.</summary>
    public bool HasAllDetails => VideoUrl is not null && TargetUrl is not null && Budget is not null && SkipTime is not null && ExitTime is not null;

    /// <summary>An optional field; <c>null</c> is a value here: it takes a limit away again.</summary>
    public JsonElement? Optional(string name) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value) ? value : null;

    private JsonElement? Detail(string name) => AdDetails is { } details ? details.Member(name) : null;
}

/// <summary>What a request asks an ad to become. Reads values that <see cref="AdValidator"/> has passed; what is absent stays.</summary>
internal static class AdRequest
{
    /// <summary>The ad with every field that the request has.</summary>
    public static Ad Apply(AdFields fields, Ad ad) => ad with
    {
        Name = NewName(fields, ad.Name),
        Details = Apply(fields, ad.Details),
        Status = fields.Optional("status") is { } status ? ReadStatus(status) ?? AdStatus.Active : ad.Status,
        StartsAt = fields.Optional("startsAt") is { } starts ? ((JsonElement?)starts).Instant() : ad.StartsAt,
        EndsAt = fields.Optional("endsAt") is { } ends ? ((JsonElement?)ends).Instant() : ad.EndsAt,
        Packages = fields.Optional("packages") is { } packages ? ReadPackages(packages) : ad.Packages,
    };

    /// <summary>The ad with fields that were checked, if what they make together is an ad.</summary>
    public static (ApiError? Error, Ad? Ad) Make(AdFields fields, Ad before)
    {
        var ad = Apply(fields, before);
        return AdValidator.Fault(ad) is { } fault ? (ApiError.BadRequest(fault), null) : (null, ad);
    }

    private static AdDetails Apply(AdFields fields, AdDetails details) => new(
        fields.VideoUrl.Text()?.Trim() ?? details.VideoUrl,
        fields.TargetUrl.Text()?.Trim() ?? details.TargetUrl,
        ReadBudget(fields.Budget) ?? details.Budget,
        fields.SkipTime.Number() ?? details.SkipTime,
        fields.ExitTime.Number() ?? details.ExitTime);

    public static Budget? ReadBudget(JsonElement? value) => value.Text()?.Trim().ToLowerInvariant() switch
    {
        "low" => Budget.Low,
        "medium" => Budget.Medium,
        "high" => Budget.High,
        _ => null,
    };

    public static AdStatus? ReadStatus(JsonElement? value) => value.Text()?.Trim().ToLowerInvariant() switch
    {
        "active" => AdStatus.Active,
        "paused" => AdStatus.Paused,
        _ => null,
    };

    /// <summary>An ISO-8601 instant; without an offset it is UTC.</summary>
    public static PackageRules ReadPackages(JsonElement value) => new(ReadPatterns(value, "allow"), ReadPatterns(value, "deny"));

    /// <summary>The portal sends both names: the one that differs from the stored name is meant; if both do, <c>adName</c>.</summary>
    private static string NewName(AdFields fields, string stored)
    {
        var (adName, name) = (fields.AdName.Text()?.Trim(), fields.Name.Text()?.Trim());
        return adName is null || adName == stored ? name ?? stored : adName;
    }

    private static List<string> ReadPatterns(JsonElement packages, string list) =>
        packages.Member(list) is { ValueKind: JsonValueKind.Array } patterns
            ? [.. patterns.EnumerateArray().Select(pattern => pattern.GetString()!.Trim()).Distinct()]
            : [];
}
