using ScimLite.Protocol.Patches;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>A customer with a directory of its own.</summary>
/// <param name="Id">The id, <c>^[a-z0-9][a-z0-9-]{0,62}$</c>.</param>
/// <param name="DisplayName">The name for people.</param>
/// <param name="RequestsPerSecond">The sustained rate.</param>
/// <param name="Dialect">How contradictions between the RFC and Entra are read.</param>
/// <param name="AcceptUnknownMembers">Whether ids that don't exist may be members.</param>
/// <param name="ProvisioningEnabled">Whether SCIM calls are served.</param>
public sealed record Tenant(
    string Id, string DisplayName, int RequestsPerSecond, Dialect Dialect, bool AcceptUnknownMembers, bool ProvisioningEnabled)
{
    /// <summary>Whether a user's <c>groups</c> hold the groups of its groups as well.</summary>
    public bool IndirectGroups { get; init; }

    /// <summary>Whether PUT, PATCH and DELETE have to name the version that they mean.</summary>
    public bool RequireIfMatch { get; init; }

    /// <summary>What stops a mass removal.</summary>
    public GuardSettings Guard { get; init; } = new();

    /// <summary>Whether a POST with the userName or externalId of a deleted or deactivated user brings that user back.</summary>
    public bool RestoresDeleted { get; init; }

    /// <summary>Whether no two users, and no two groups, may get the same externalId.</summary>
    public bool UniqueExternalId { get; init; }

    /// <summary>The tenant that settings describe.</summary>
    public static Tenant Of(string id, TenantSettings settings) => new(
        id, settings.DisplayName.Length > 0 ? settings.DisplayName : id, settings.RequestsPerSecond, settings.Dialect,
        settings.UnknownMembers == UnknownMembers.Accept, settings.ProvisioningEnabled)
    {
        IndirectGroups = settings.IndirectGroups,
        RequireIfMatch = settings.RequireIfMatch,
        Guard = settings.Guard,
        RestoresDeleted = settings.Reprovision == Reprovision.Restore,
        UniqueExternalId = settings.UniqueExternalId,
    };
}

/// <summary>Who is calling: the tenant that the credential belongs to, and the credential's name.</summary>
/// <param name="Tenant">Whose directory the call works on.</param>
/// <param name="Credential">The name of the credential, for the activity log.</param>
/// <param name="UserId">The user that the credential stands for, which <c>/Me</c> leads to (RFC 7644 §3.11); null when it stands for none.</param>
/// <param name="MayWrite">Whether the credential is good for more than reading.</param>
public sealed record Identity(Tenant Tenant, string Credential, string? UserId = null, bool MayWrite = true);
