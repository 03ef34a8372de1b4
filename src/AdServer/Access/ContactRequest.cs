using System.Text.Json;
using AdServer.Common;
using FluentValidation;

namespace AdServer.Access;

/// <summary>Whoever signs up, as a performer or as a developer.</summary>
/// <param name="Name" example="Ann">Name, at most 200 characters; trimmed.</param>
/// <param name="Email" example="ann@example.com">E-mail address; trimmed, unique whatever its case.</param>
internal sealed record ContactRequest(string Name, string Email)
{
    public const int MaxNameLength = 200;

    /// <summary>Reads and checks a body; the texts and their order are those of WireContract.md (section 1, routes 1 and 5).</summary>
    public static (ApiError? Error, ContactRequest? Request) Read(JsonElement body) =>
        Read(new ContactFields(body.Member("name"), body.Member("email")));

    /// <summary>Checks fields that are put together from a request and what is stored.</summary>
    public static (ApiError? Error, ContactRequest? Request) Read(ContactFields fields) =>
        ContactValidator.Instance.FirstError(fields) is { } error
            ? (ApiError.BadRequest(error), null)
            : (null, new ContactRequest(fields.Name.Text()!.Trim(), fields.Email.Text()!.Trim()));

    /// <summary>Reads the one field of the routes that look an address up.</summary>
    public static (ApiError? Error, string? Email) ReadEmail(JsonElement body, string missing)
    {
        var email = body.Member("email");
        if (email is null || FieldRules.IsBlankText(email))
        {
            return (ApiError.BadRequest(missing), null);
        }

        if (email.Text()?.Trim() is not { } text || !EmailAddress.IsValid(text))
        {
            return (ApiError.BadRequest(ContactValidator.InvalidEmail), null);
        }

        return FieldRules.Fault(text, "email", EmailAddress.MaxLength) is { } fault ? (ApiError.BadRequest(fault), null) : (null, text);
    }
}

/// <summary>The fields as they came.</summary>
internal sealed record ContactFields(JsonElement? Name, JsonElement? Email);

/// <summary>Presence, then emptiness, then format.</summary>
internal sealed class ContactValidator : AbstractValidator<ContactFields>
{
    public const string InvalidEmail = "Invalid email format";

    public static readonly ContactValidator Instance = new();

    private ContactValidator()
    {
        ClassLevelCascadeMode = CascadeMode.Stop;
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(fields => fields)
            .Must(fields => fields.Name is not null && fields.Email is not null)
            .WithMessage("Missing name or email")
            .Must(fields => !FieldRules.IsBlankText(fields.Name) && !FieldRules.IsBlankText(fields.Email))
            .WithMessage("Name and email cannot be empty");
        RuleFor(fields => fields.Name).IsText("name", ContactRequest.MaxNameLength);
        RuleFor(fields => fields.Email).IsText("email", EmailAddress.MaxLength);
        RuleFor(fields => fields.Email)
            .Must(email => EmailAddress.IsValid(email.Text()!.Trim()))
            .WithMessage(InvalidEmail);
    }
}
