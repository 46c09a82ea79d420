using FluentValidation;
using ScimLite.Protocol.Patches;

namespace ScimLite.Validation;

/// <summary>What bounds a PATCH request beyond its own shape.</summary>
public sealed class PatchValidator : AbstractValidator<PatchRequest>
{
    /// <summary>The most operations in one request; Entra sends about forty.</summary>
    public const int MaxOperations = 2000;

    /// <summary>States the rules.</summary>
    public PatchValidator() => RuleFor(p => p.Operations.Count).LessThanOrEqualTo(MaxOperations).OverridePropertyName("Operations")
        .WithMessage("'{PropertyPath}' holds {PropertyValue} operations, at most {ComparisonValue} are read. Send them in several requests.");
}
