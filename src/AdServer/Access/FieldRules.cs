using System.Text.Json;
using FluentValidation;

namespace AdServer.Access;

/// <summary>Rules for the fields of a request, as validators use them: each says in its message which field it is about.</summary>
internal static class FieldRules
{
    /// <summary>Text of bounded length without control characters. Absent values pass: presence is another rule.</summary>
    public static IRuleBuilderOptionsConditions<T, JsonElement?> IsText<T>(
        this IRuleBuilder<T, JsonElement?> rule, string field, int maxLength) =>
        rule.Custom((value, context) =>
        {
            if (Fault(value, field, maxLength) is { } fault)
            {
                context.AddFailure(field, fault);
            }
        });

    /// <summary>The first failure of a validator, as the message for the caller; nothing if there is none.</summary>
    public static string? FirstError<T>(this IValidator<T> validator, T value)
    {
        var result = validator.Validate(value);
        return result.IsValid ? null : result.Errors[0].ErrorMessage;
    }

    /// <summary>Whether a value has text in it that is more than white space.</summary>
    public static bool IsBlankText(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text && string.IsNullOrWhiteSpace(text.GetString());

    /// <summary>What is wrong with a field that must be text, if anything; absent passes.</summary>
    public static string? Fault(JsonElement? value, string field, int maxLength) => value switch
    {
        null => null,
        { ValueKind: not JsonValueKind.String } => $"{field} must be a string",
        { } text => Fault(text.GetString()!.Trim(), field, maxLength),
    };

    /// <summary>What is wrong with a text, if anything.</summary>
    public static string? Fault(string text, string field, int maxLength)
    {
        if (text.Length > maxLength)
        {
            return $"{field} must be at most {maxLength} characters";
        }

        return HasControl(text) ? $"{field} must not contain control characters" : null;
    }

    /// <summary>Whether a text holds a control character, which no text that we keep may.</summary>
    public static bool HasControl(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (char.IsControl(letter))
            {
                return true;
            }
        }

        return false;
    }
}
