using FluentValidation;
using ScimLite.Protocol;

namespace ScimLite.Validation;

/// <summary>The one place where a failed rule becomes a SCIM error.</summary>
public static class Refusal
{
    /// <summary>Checks a payload.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c> with the messages of the rules that failed, at most three.</exception>
    public static void Check<T>(this IValidator<T> validator, T payload)
    {
        var result = validator.Validate(payload);
        if (!result.IsValid)
        {
            throw new ScimException(ScimError.InvalidValue(string.Join(' ', result.Errors.Select(e => e.ErrorMessage).Distinct().Take(3))));
        }
    }
}
