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
    public static (ApiError? Error, ContactRequest? Request) Read(JsonElement body)
    {
        if (body.Member("name") is null || body.Member("email") is null)
        {
            return (ApiError.BadRequest("Missing name or email"), null);
        }

        var (error, change) = ReadChange(body);
        return change is null ? (error, null) : (null, new ContactRequest(change.Name!, change.Email!));
    }

    /// <summary>Reads and checks a change, in which either may be absent.</summary>
    public static (ApiError? Error, ContactChange? Change) ReadChange(JsonElement body)
    {
        var fields = new ContactFields(body.Member("name"), body.Member("email"));
        return ContactValidator.Instance.FirstError(fields) is { } error
            ? (ApiError.BadRequest(error), null)
            : (null, new ContactChange(fields.Name.Text()?.Trim(), fields.Email.Text()?.Trim()));
    }

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

/// <summary>What is to change of somebody who signed up; what is absent stays.</summary>
internal sealed record ContactChange(string? Name, string? Email);

/// <summary>The fields as they came.</summary>
internal sealed record ContactFields(JsonElement? Name, JsonElement? Email);

/// <summary>Emptiness, then format; absent fields pass.</summary>
internal sealed class ContactValidator : AbstractValidator<ContactFields>
{
    public const string InvalidEmail = "Invalid email format";

    public static readonly ContactValidator Instance = new();

    private ContactValidator()
    {
        ClassLevelCascadeMode = CascadeMode.Stop;
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(fields => fields)
            .Must(fields => !FieldRules.IsBlankText(fields.Name) && !FieldRules.IsBlankText(fields.Email))
            .WithMessage("Name and email cannot be empty");
        RuleFor(fields => fields.Name).IsText("name", ContactRequest.MaxNameLength);
        RuleFor(fields => fields.Email).IsText("email", EmailAddress.MaxLength);
        RuleFor(fields => fields.Email)
            .Must(email => email is null || EmailAddress.IsValid(email.Text()!.Trim()))
            .WithMessage(InvalidEmail);
    }
}
