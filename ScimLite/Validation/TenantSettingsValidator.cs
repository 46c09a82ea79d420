using System.Text.RegularExpressions;
using FluentValidation;

namespace ScimLite.Validation;

/// <summary>What a tenant's settings may be, whether they come from configuration or from the admin API. Each message starts with the
/// setting's name.</summary>
public sealed partial class TenantSettingsValidator : AbstractValidator<TenantSettings>
{
    /// <summary>What a tenant's id may be, in words.</summary>
    public const string AllowedId = "1 to 63 small letters, digits and dashes, not starting with a dash";

    /// <summary>States the rules.</summary>
    public TenantSettingsValidator()
    {
        RuleFor(t => t.DisplayName).MaximumLength(200).OverridePropertyName("DisplayName")
            .WithMessage("{PropertyPath} has {TotalLength} characters; allowed are 200.");
        RuleFor(t => t.RequestsPerSecond).InclusiveBetween(1, 100_000).OverridePropertyName("RequestsPerSecond").WithMessage(Message("RequestsPerSecond"));
        RuleFor(t => t.Dialect).IsInEnum().OverridePropertyName("Dialect").WithMessage(Message("Dialect"));
        RuleFor(t => t.UnknownMembers).IsInEnum().OverridePropertyName("UnknownMembers").WithMessage(Message("UnknownMembers"));
        RuleFor(t => t.EntraTenantId).Must(id => id.Length == 0 || IsEntraId(id)).OverridePropertyName("EntraTenantId").WithMessage(Message("EntraTenantId"));
        RuleFor(t => t.EntraAudience).MaximumLength(200).OverridePropertyName("EntraAudience").WithMessage(Message("EntraAudience"));
        RuleFor(t => t.Reprovision).IsInEnum().OverridePropertyName("Reprovision").WithMessage(Message("Reprovision"));
        RuleFor(t => t.Guard).NotNull().OverridePropertyName("Guard").WithMessage($"{{PropertyPath}} is null; allowed is {SettingsValidator.Allowed["Guard"]}.");
        RuleFor(t => t.Guard.MaxRemovals).InclusiveBetween(0, 1_000_000).OverridePropertyName("Guard:MaxRemovals").WithMessage(Message("MaxRemovals")).When(t => t.Guard is not null);
        RuleFor(t => t.Guard.MaxShare).InclusiveBetween(0, 100).OverridePropertyName("Guard:MaxShare").WithMessage(Message("MaxShare")).When(t => t.Guard is not null);
        RuleFor(t => t.Guard.WindowMinutes).InclusiveBetween(1, 10_080).OverridePropertyName("Guard:WindowMinutes").WithMessage(Message("WindowMinutes")).When(t => t.Guard is not null);
    }

    /// <summary>Whether this is the id of an Entra tenant as tokens tell it: a GUID in small letters.</summary>
    public static bool IsEntraId(string id) => Guid.TryParseExact(id, "D", out var guid) && guid.ToString() == id;

    /// <summary>Whether this can be a tenant's id.</summary>
    public static bool IsId(string id) => Id().IsMatch(id);

    private static string Message(string name) => $"{{PropertyPath}} is {{PropertyValue}}; allowed is {SettingsValidator.Allowed[name]}.";

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}\\z")]
    private static partial Regex Id();
}
