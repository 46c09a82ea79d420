using System.Net;
using FluentValidation;

namespace ScimLite.Validation;

/// <summary>Refuses to start on settings that can't be meant, naming key, value and what is allowed. A token's value is never told.</summary>
public sealed class SettingsValidator : AbstractValidator<Settings>
{
    /// <summary>What each setting may be, by the last part of its key.</summary>
    public static readonly IReadOnlyDictionary<string, string> Allowed = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["RequestsPerSecond"] = "1 to 100000", ["MaxBodyBytes"] = "1024 to 104857600", ["MaxBulkOperations"] = "1 to 10000", ["MaxPageSize"] = "1 to 10000",
        ["MaxGroupBodyBytes"] = "1024 to 104857600, and not below MaxBodyBytes",
        ["MaxFilterLength"] = "64 to 65536", ["MaxFilterDepth"] = "1 to 128", ["RetentionDays"] = "1 to 3650", ["AccessTokenMinutes"] = "60 to 360",
        ["AckReplicas"] = "0 to 16", ["MaxConcurrentRequests"] = "1 to 100000", ["ShutdownDelaySeconds"] = "0 to 300", ["Enabled"] = "true or false",
        ["MaxSortedResources"] = "100 to 1000000", ["CursorTimeoutSeconds"] = "60 to 604800",
        ["MaxEntries"] = "0 to 10000000", ["Days"] = "0 to 365", ["MaxRemovals"] = "0 to 1000000", ["MaxShare"] = "0 to 100", ["WindowMinutes"] = "1 to 10080",
        ["Reprovision"] = "new or restore", ["Guard"] = "an object of maxRemovals, maxShare and windowMinutes",
        ["Dialect"] = "entra or rfc", ["UnknownMembers"] = "reject or accept", ["ProvisioningEnabled"] = "true or false",
        ["IndirectGroups"] = "true or false", ["RequireIfMatch"] = "true or false", ["UniqueExternalId"] = "true or false",
        ["EntraTenantId"] = "a GUID in small letters, such as 6babcaad-604b-40ac-a9d7-9fd97c0b779f", ["EntraAudience"] = "up to 200 characters",
        ["Passwords"] = "ignore or hash",
    };

    private static readonly TenantSettingsValidator TenantRules = new();

    /// <summary>States the rules.</summary>
    public SettingsValidator()
    {
        RuleFor(s => s.PublicUrl).Must(url => url.Length == 0 || IsOrigin(url)).OverridePropertyName("ScimLite:PublicUrl")
            .WithMessage("{PropertyPath} is '{PropertyValue}'; allowed is scheme and host alone, such as https://scim.example.com.");
        RuleFor(s => s.OpenIdConnect).Must(o => !o.IsOn || (Uri.TryCreate(o.Authority, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback))))
            .OverridePropertyName("ScimLite:OpenIdConnect:Authority").WithMessage(s => $"{{PropertyPath}} is '{s.OpenIdConnect.Authority}'; allowed is an https address, such as https://login.microsoftonline.com/<tenant id>/v2.0.");
        RuleFor(s => s.OpenIdConnect).Must(o => !o.IsOn || (o.ClientId.Length > 0 && o.ClientSecret.Length > 0 && o.AllowedGroups.Count + o.AllowedRoles.Count > 0))
            .OverridePropertyName("ScimLite:OpenIdConnect").WithMessage("{PropertyPath} needs ClientId, ClientSecret, and AllowedGroups or AllowedRoles: without them everybody whom the authority knows would be an administrator.");
        RuleForEach(s => s.KnownProxies).Must(p => IPAddress.TryParse(p, out _) || IPNetwork.TryParse(p, out _)).OverridePropertyName("ScimLite:KnownProxies")
            .WithMessage("{PropertyPath} holds '{PropertyValue}'; allowed are addresses such as 10.1.2.3 and networks such as 10.0.0.0/8.");
        Range(s => s.Limits.MaxBodyBytes, "ScimLite:Limits:MaxBodyBytes", 1024, 104_857_600);
        RuleFor(s => s.Limits.MaxGroupBodyBytes)
            .Must((s, bytes) => bytes is null || (bytes >= s.Limits.MaxBodyBytes && bytes is >= 1024 and <= 104_857_600))
            .OverridePropertyName("ScimLite:Limits:MaxGroupBodyBytes")
            .WithMessage($"{{PropertyPath}} is {{PropertyValue}}; allowed is {Allowed["MaxGroupBodyBytes"]}.");
        Range(s => s.Limits.MaxBulkOperations, "ScimLite:Limits:MaxBulkOperations", 1, 10_000);
        Range(s => s.Limits.MaxPageSize, "ScimLite:Limits:MaxPageSize", 1, 10_000);
        Range(s => s.Limits.MaxFilterLength, "ScimLite:Limits:MaxFilterLength", 64, 65_536);
        Range(s => s.Limits.MaxFilterDepth, "ScimLite:Limits:MaxFilterDepth", 1, 128);
        Range(s => s.Limits.MaxSortedResources, "ScimLite:Limits:MaxSortedResources", 100, 1_000_000);
        Range(s => s.Limits.CursorTimeoutSeconds, "ScimLite:Limits:CursorTimeoutSeconds", 60, 604_800);
        Range(s => s.Activity.RetentionDays, "ScimLite:Activity:RetentionDays", 1, 3650);
        RuleFor(s => s.Passwords).IsInEnum().OverridePropertyName("ScimLite:Passwords").WithMessage($"{{PropertyPath}} is {{PropertyValue}}; allowed is {Allowed["Passwords"]}.");
        Range(s => s.OAuth.AccessTokenMinutes, "ScimLite:OAuth:AccessTokenMinutes", 60, 360);
        RuleForEach(s => s.OAuth.KeyHosts).Must(h => Uri.CheckHostName(h) != UriHostNameType.Unknown).OverridePropertyName("ScimLite:OAuth:KeyHosts")
            .WithMessage("{PropertyPath} holds '{PropertyValue}'; allowed are names of hosts such as login.microsoftonline.com.");
        RuleFor(s => s.OAuth.EntraAuthority).Must(IsOrigin).OverridePropertyName("ScimLite:OAuth:EntraAuthority")
            .WithMessage("{PropertyPath} is '{PropertyValue}'; allowed is scheme and host alone, such as https://login.microsoftonline.com.");
        RuleFor(s => s.OAuth.EntraIssuer).Must(IsOrigin).OverridePropertyName("ScimLite:OAuth:EntraIssuer")
            .WithMessage("{PropertyPath} is '{PropertyValue}'; allowed is scheme and host alone, such as https://sts.windows.net.");
        RuleFor(s => s.AdminKey).Must(key => key.Length == 0 || (key.Length >= 16 && !key.AsSpan().ContainsAnyExceptInRange('!', '~')))
            .OverridePropertyName("ScimLite:AdminKey").WithMessage("{PropertyPath} is too short, or holds characters that a header can't carry; allowed is ASCII without blanks, 16 characters or more.");
        Range(s => s.Limits.MaxConcurrentRequests, "ScimLite:Limits:MaxConcurrentRequests", 1, 100_000);
        Range(s => s.ShutdownDelaySeconds, "ScimLite:ShutdownDelaySeconds", 0, 300);
        Range(s => s.Redis.AckReplicas, "ScimLite:Redis:AckReplicas", 0, 16);
        PemFile(s => s.Redis.CertificateAuthority, "ScimLite:Redis:CertificateAuthority");
        PemFile(s => s.Redis.ClientCertificate, "ScimLite:Redis:ClientCertificate");
        PemFile(s => s.Redis.ClientKey, "ScimLite:Redis:ClientKey");
        Range(s => s.Activity.MaxEntries, "ScimLite:Activity:MaxEntries", 0, 10_000_000);
        Range(s => s.Restore.Days, "ScimLite:Restore:Days", 0, 365);
        RuleFor(s => s.Tenants).Custom(CheckTenants);
    }

    private void Range(System.Linq.Expressions.Expression<Func<Settings, int>> setting, string key, int from, int to) =>
        RuleFor(setting).InclusiveBetween(from, to).OverridePropertyName(key)
            .WithMessage($"{{PropertyPath}} is {{PropertyValue}}; allowed is {Allowed[key[(key.LastIndexOf(':') + 1)..]]}.");

    private void PemFile(System.Linq.Expressions.Expression<Func<Settings, string>> setting, string key) =>
        RuleFor(setting).Must(file => file.Length == 0 || File.Exists(file)).OverridePropertyName(key)
            .WithMessage("{PropertyPath} is '{PropertyValue}'; allowed is a PEM file that ScimLite may read.");

    private static void CheckTenants(IReadOnlyDictionary<string, TenantSettings> tenants, ValidationContext<Settings> context)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        var entraTenants = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, tenant) in tenants)
        {
            var key = $"ScimLite:Tenants:{id}";
            if (!TenantSettingsValidator.IsId(id))
            {
                context.AddFailure(key, $"{key}: '{id}' is no tenant id; allowed are {TenantSettingsValidator.AllowedId}.");
            }
            if (tenant.Token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                context.AddFailure(key, $"{key}:Token holds characters that a header can't carry; allowed is ASCII without blanks.");
            }
            else if (tenant.Token.Length > 0 && !tokens.TryAdd(tenant.Token, id))
            {
                context.AddFailure(key, $"{key}:Token is also the token of tenant '{tokens[tenant.Token]}'; each tenant needs its own.");
            }
            if (tenant.EntraTenantId.Length > 0 && !entraTenants.TryAdd(tenant.EntraTenantId, id))
            {
                context.AddFailure(key, $"{key}:EntraTenantId is also that of tenant '{entraTenants[tenant.EntraTenantId]}'; each tenant needs its own.");
            }
            foreach (var error in TenantRules.Validate(tenant).Errors)
            {
                context.AddFailure(key, $"{key}:{error.ErrorMessage}");
            }
        }
    }

    private static bool IsOrigin(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && uri.Scheme is "https" or "http" && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
}
