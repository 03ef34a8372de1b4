using System.Text.Json;
using AdServer.Common;
using FluentValidation;

namespace AdServer.Access;

/// <summary>A token that somebody asks for.</summary>
/// <param name="Name" example="Nightly report">What to call it, at most 200 characters.</param>
/// <param name="Role" example="analyst"><c>administrator</c>, <c>reviewer</c>, <c>advertiser</c>, <c>analyst</c> or <c>app</c>.</param>
/// <param name="PerformerId">The performer of an advertiser's token; for no other role.</param>
/// <param name="Packages">The package names, or patterns such as <c>com.example.*</c>, of an app's key; for no other role.</param>
/// <param name="Scopes">Which of the role's permissions it gets; absent: all.</param>
/// <param name="ExpiresAt">When it ends; absent: never.</param>
internal sealed record TokenRequest(
    string Name, string Role, string? PerformerId, IReadOnlyList<string>? Packages, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt)
{
    public const int MostPackages = 1000;

    /// <summary>Reads and checks a body.</summary>
    public static (ApiError? Error, TokenRequest? Request) Read(JsonElement body)
    {
        if (TokenRequestValidator.Instance.FirstError(body) is { } error)
        {
            return (ApiError.BadRequest(error), null);
        }

        return (null, new TokenRequest(
            body.Member("name").Text()!.Trim(),
            body.Member("role").Text()!,
            body.Member("performerId").Text()?.Trim(),
            ReadTexts(body.Member("packages")),
            ReadTexts(body.Member("scopes")),
            body.Member("expiresAt").Instant()));
    }

    /// <summary>The token, with the given identity and secret.</summary>
    public AccessToken Make(string id, string secret, DateTimeOffset now) => new(id, Name, TokenSecret.Hash(secret), Role, now)
    {
        PerformerId = PerformerId,
        Packages = Packages ?? [],
        Scopes = Scopes is null ? null : TokenScopes.Read(Scopes),
        ExpiresAt = ExpiresAt,
    };

    private static IReadOnlyList<string>? ReadTexts(JsonElement? list) =>
        list is { } texts ? [.. texts.EnumerateArray().Select(text => text.GetString()!.Trim())] : null;
}

/// <summary>What may stand in a request for a token; the first that does not is answered.</summary>
internal sealed class TokenRequestValidator : AbstractValidator<JsonElement>
{
    public static readonly TokenRequestValidator Instance = new();

    private static string Roles => string.Join(", ", Role.All.Select(role => role.Name));

    private TokenRequestValidator()
    {
        ClassLevelCascadeMode = CascadeMode.Stop;
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(body => body)
            .Must(body => body.Member("name") is not null && body.Member("role") is not null).WithMessage("Missing name or role")
            .Must(body => !FieldRules.IsBlankText(body.Member("name"))).WithMessage("name cannot be empty");
        RuleFor(body => body.Member("name")).IsText("name", ContactRequest.MaxNameLength);
        RuleFor(body => body)
            .Must(body => RoleOf(body) is not null).WithMessage($"Invalid role: one of {Roles}")
            .Must(body => RoleOf(body) == Role.Advertiser == body.Member("performerId") is not null)
            .WithMessage("performerId belongs to the role advertiser, which needs one")
            .Must(body => RoleOf(body) == Role.App == body.Member("packages") is not null)
            .WithMessage("packages belongs to the role app, which needs some");
        RuleFor(body => body.Member("performerId")).IsText("performerId", ContactRequest.MaxNameLength);
        RuleFor(body => body.Member("packages")).Must(ArePackages)
            .WithMessage($"Invalid packages: 1 to {TokenRequest.MostPackages} package names or patterns such as com.example.*");
        RuleFor(body => body).Must(body => AreScopes(body.Member("scopes"), RoleOf(body)!)).WithMessage(WhichScopes);
        RuleFor(body => body.Member("expiresAt")).Must(value => value is null || value.Instant() is not null)
            .WithMessage("Invalid expiresAt: an ISO-8601 instant");
    }

    private static Role? RoleOf(JsonElement body) => Role.Find(body.Member("role").Text());

    private static string WhichScopes(JsonElement body) =>
        $"Invalid scopes: some of {string.Join(", ", TokenScopes.Names(RoleOf(body)!.May))}";

    private static bool ArePackages(JsonElement? list) =>
        list is null
        || (list is { ValueKind: JsonValueKind.Array } packages
            && packages.GetArrayLength() is > 0 and <= TokenRequest.MostPackages
            && packages.EnumerateArray().All(one => ((JsonElement?)one).Text()?.Trim() is { } text && PackagePattern.IsValid(text)));

    private static bool AreScopes(JsonElement? list, Role role) =>
        list is null
        || (list is { ValueKind: JsonValueKind.Array } scopes
            && scopes.GetArrayLength() > 0
            && scopes.EnumerateArray().All(one => ((JsonElement?)one).Text()?.Trim() is { } text && TokenScopes.Names(role.May).Contains(text)));
}
