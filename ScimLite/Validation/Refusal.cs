using FluentValidation;
using ScimLite.Protocol;

namespace ScimLite.Validation;

/// <summary>The one place where a failed rule becomes a SCIM error.</summary>
public static class Refusal
{
    /// <summary>Checks a payload.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>, or the scimType that a rule names as its state, with the messages of the rules
    /// that failed, at most three.</exception>
    public static void Check<T>(this IValidator<T> validator, T payload)
    {
        var result = validator.Validate(payload);
        if (!result.IsValid)
        {
            var scimType = result.Errors.Select(e => e.CustomState).OfType<string>().FirstOrDefault() ?? "invalidValue";
            throw new ScimException(new ScimError(400, scimType, string.Join(' ', result.Errors.Select(e => e.ErrorMessage).Distinct().Take(3))));
        }
    }
}
