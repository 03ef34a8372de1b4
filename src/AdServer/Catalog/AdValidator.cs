using System.Text.Json;
using AdServer.Access;
using AdServer.Common;
using FluentValidation;

namespace AdServer.Catalog;

/// <summary>What may stand in the fields of an ad. Absent fields pass; the order and the texts are those of WireContract.md (section 1, route 6).</summary>
internal sealed class AdValidator : AbstractValidator<AdFields>
{
    public const int MaxUrlLength = 2048;
    public const int MostPatterns = 1000;

    public static readonly AdValidator Instance = new();

    private AdValidator()
    {
        ClassLevelCascadeMode = CascadeMode.Stop;
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(ad => ad.AdName).IsText("adName", ContactRequest.MaxNameLength);
        RuleFor(ad => ad.Name).IsText("name", ContactRequest.MaxNameLength);
        RuleFor(ad => ad)
            .Must(ad => !FieldRules.IsBlankText(ad.AdName) && !FieldRules.IsBlankText(ad.Name)).WithMessage("adName cannot be empty");
        RuleFor(ad => ad)
            .Must(ad => IsTime(ad.SkipTime) && IsTime(ad.ExitTime)).WithMessage("Invalid skipTime or exitTime");
        RuleFor(ad => ad.VideoUrl).IsText("videoUrl", MaxUrlLength).When(ad => ad.VideoUrl.Text() is not null, ApplyConditionTo.CurrentValidator);
        RuleFor(ad => ad.TargetUrl).IsText("targetUrl", MaxUrlLength).When(ad => ad.TargetUrl.Text() is not null, ApplyConditionTo.CurrentValidator);
        RuleFor(ad => ad)
            .Must(ad => IsUrl(ad.VideoUrl) && IsUrl(ad.TargetUrl)).WithMessage("Invalid URLs");
        RuleFor(ad => ad.Budget)
            .Must(budget => budget is null || AdRequest.ReadBudget(budget) is not null).WithMessage("Invalid budget");
        RuleFor(ad => ad.Optional("status"))
            .Must(status => IsNull(status) || AdRequest.ReadStatus(status) is not null).WithMessage("Invalid status: active or paused");
        RuleFor(ad => ad.Optional("startsAt")).Must(IsInstant).WithMessage("Invalid startsAt: an ISO-8601 instant");
        RuleFor(ad => ad.Optional("endsAt")).Must(IsInstant).WithMessage("Invalid endsAt: an ISO-8601 instant");
        RuleFor(ad => ad.Optional("packages")).Must(IsPackages).WithMessage("Invalid packages: {\"allow\":[…],\"deny\":[…]} with package names or patterns such as com.example.*");
    }

    /// <summary>Checks what only the finished ad can tell.</summary>
    public static string? Fault(Ad ad) => ad.EndsAt <= ad.StartsAt ? "endsAt must be after startsAt" : null;

    private static bool IsTime(JsonElement? value) => value is null || value.Number() is >= 0;

    private static bool IsUrl(JsonElement? value)
    {
        if (value is null)
        {
            return true;
        }

        return value.Text()?.Trim() is { } text
            && !text.Any(char.IsWhiteSpace)
            && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && text.AsSpan(url.Scheme.Length).StartsWith("://", StringComparison.Ordinal)
            && url.Host.Length > 0;
    }

    private static bool IsNull(JsonElement? value) => value is null or { ValueKind: JsonValueKind.Null };

    private static bool IsInstant(JsonElement? value) => IsNull(value) || value.Instant() is not null;

    private static bool IsPackages(JsonElement? value) =>
        IsNull(value)
        || (value is { ValueKind: JsonValueKind.Object } packages && IsPatterns(packages.Member("allow")) && IsPatterns(packages.Member("deny")));

    private static bool IsPatterns(JsonElement? list) =>
        list is null
        || (list is { ValueKind: JsonValueKind.Array } patterns
            && patterns.GetArrayLength() <= MostPatterns
            && patterns.EnumerateArray().All(pattern => ((JsonElement?)pattern).Text()?.Trim() is { } text && PackagePattern.IsValid(text)));
}
