using FluentValidation;

namespace ScimLite.Validation;

/// <summary>Asks the admin API for a Secret Token.</summary>
/// <param name="Name">What people are to call it.</param>
/// <param name="ExpiresAt">When it is to end; null: when it is revoked.</param>
/// <param name="Scopes"><c>read</c> or <c>provision</c> (which includes reading); null: <c>provision</c>.</param>
/// <param name="UserId">The user that its bearer stands for; null: none.</param>
public sealed record NewToken(string? Name, DateTimeOffset? ExpiresAt, IReadOnlyList<string>? Scopes, string? UserId);

/// <summary>Asks the admin API for a client of the token endpoint.</summary>
/// <param name="Name">What people are to call it.</param>
/// <param name="ExpiresAt">When its first secret is to end; null: in a year.</param>
/// <param name="Scopes">As of <see cref="NewToken"/>.</param>
/// <param name="Federation">Whose assertions stand for it; null: it gets a secret.</param>
public sealed record NewClient(string? Name, DateTimeOffset? ExpiresAt, IReadOnlyList<string>? Scopes, NewFederation? Federation);

/// <summary>Whose assertions stand for a client.</summary>
public sealed record NewFederation(string? Issuer, string? Audience, string? Subject, string? TenantId);

/// <summary>Asks the admin API for one more secret of a client.</summary>
/// <param name="ExpiresAt">When it is to end; null: in a year.</param>
public sealed record NewSecret(DateTimeOffset? ExpiresAt);

/// <summary>Asks the admin API for a set-up link.</summary>
/// <param name="Name">Who is to get it.</param>
/// <param name="ExpiresAt">When it is to end, in 90 days at the latest; null: in a week.</param>
public sealed record NewSetupLink(string? Name, DateTimeOffset? ExpiresAt);

/// <summary>What can be asked for as a Secret Token.</summary>
public sealed class NewTokenValidator : AbstractValidator<NewToken>
{
    /// <summary>States the rules.</summary>
    public NewTokenValidator(TimeProvider clock)
    {
        RuleFor(t => t.Name).Must(CredentialRules.IsName).WithMessage(CredentialRules.Name);
        RuleFor(t => t.Scopes).Must(CredentialRules.AreScopes).WithMessage(CredentialRules.Scopes);
        RuleFor(t => t.ExpiresAt).Must(at => at is null || at > clock.GetUtcNow()).WithMessage(CredentialRules.Past);
        RuleFor(t => t.UserId).Must(id => id is not { Length: 0 or > 200 }).WithMessage("userId is blank or longer than 200 characters; send the id of a user, or leave it out.");
    }
}

/// <summary>What can be asked for as a client.</summary>
public sealed class NewClientValidator : AbstractValidator<NewClient>
{
    /// <summary>States the rules.</summary>
    /// <param name="clock">Tells what is in the past.</param>
    /// <param name="issuers">The hosts that may sign assertions.</param>
    public NewClientValidator(TimeProvider clock, IReadOnlyList<string> issuers)
    {
        RuleFor(c => c.Name).Must(CredentialRules.IsName).WithMessage(CredentialRules.Name);
        RuleFor(c => c.Scopes).Must(CredentialRules.AreScopes).WithMessage(CredentialRules.Scopes);
        RuleFor(c => c.ExpiresAt).Must(at => CredentialRules.IsSoon(at, clock)).WithMessage(CredentialRules.Soon);
        RuleFor(c => c.Federation).Must(f => f is null || CredentialRules.IsIssuer(f.Issuer, issuers))
            .WithMessage($"federation.issuer is not at a host whose keys are trusted; allowed are https addresses at {string.Join(", ", issuers)}.");
        RuleFor(c => c.Federation).Must(f => f is null || (CredentialRules.IsClaim(f.Audience) && CredentialRules.IsClaim(f.Subject)))
            .WithMessage("federation.audience or federation.subject is missing, blank or longer than 500 characters; "
                + "send the audience and the subject that Entra shows.");
        RuleFor(c => c.Federation).Must(f => f is null || Guid.TryParseExact(f.TenantId, "D", out _))
            .WithMessage("federation.tenantId is no id of an Entra tenant, such as 6babcaad-604b-40ac-a9d7-9fd97c0b779f.");
    }
}

/// <summary>What can be asked for as a secret.</summary>
public sealed class NewSecretValidator : AbstractValidator<NewSecret>
{
    /// <summary>States the rules.</summary>
    public NewSecretValidator(TimeProvider clock) =>
        RuleFor(s => s.ExpiresAt).Must(at => CredentialRules.IsSoon(at, clock)).WithMessage(CredentialRules.Soon);
}

/// <summary>What can be asked for as a set-up link.</summary>
public sealed class NewSetupLinkValidator : AbstractValidator<NewSetupLink>
{
    /// <summary>States the rules.</summary>
    public NewSetupLinkValidator(TimeProvider clock)
    {
        RuleFor(l => l.Name).Must(CredentialRules.IsName).WithMessage(CredentialRules.Name);
        RuleFor(l => l.ExpiresAt).Must(at => at is null || (at > clock.GetUtcNow() && at < clock.GetUtcNow().AddDays(91)))
            .WithMessage("expiresAt is in the past or more than 90 days away; send a time between, or leave it out for one week.");
    }
}

/// <summary>What the validators share.</summary>
internal static class CredentialRules
{
    public const string Name = "name is missing, blank or longer than 100 characters; say what the credential is for, such as Entra 2026.";
    public const string Scopes = "scopes holds something else; allowed are read and provision, or leave them out for provision.";
    public const string Past = "expiresAt is in the past; send a later time, such as 2031-01-31T00:00:00Z, or leave it out.";
    public const string Soon = "expiresAt is in the past or more than three years away; send a time between, or leave it out for one year.";

    private const int MostSecretDays = 3 * 366;

    public static bool IsName(string? name) => !string.IsNullOrWhiteSpace(name) && name.Length <= 100 && !name.Any(char.IsControl);

    // Surrounding blanks, line breaks among them, come along when a value is copied and do not count.
    public static bool IsClaim(string? value) =>
        value is { Length: <= 500 } && !string.IsNullOrWhiteSpace(value) && !value.Trim().Any(char.IsControl);

    public static bool AreScopes(IReadOnlyList<string>? scopes) => scopes is null || (scopes.Count is 1 or 2 && scopes.All(s => s is "read" or "provision"));

    // What Entra's gallery asks for: secrets that end, in three years at the latest.
    public static bool IsSoon(DateTimeOffset? at, TimeProvider clock) => at is null || (at > clock.GetUtcNow() && at < clock.GetUtcNow().AddDays(MostSecretDays));

    public static bool IsIssuer(string? issuer, IReadOnlyList<string> hosts) => Uri.TryCreate(issuer, UriKind.Absolute, out var uri)
        && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)) && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
        && hosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase);
}
