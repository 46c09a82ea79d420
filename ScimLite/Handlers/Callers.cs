using ScimLite.Provisioning;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>Who calls, as provisioning wants to know it.</summary>
public static class Callers
{
    /// <summary>Reads the caller off an authenticated request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="publicUrl">The setting <c>ScimLite:PublicUrl</c>.</param>
    public static Caller Of(HttpContext http, string publicUrl)
    {
        var identity = http.Features.Get<Identity>()!;
        var tenant = identity.Tenant;
        return new Caller(tenant.Id, identity.Credential, tenant.Dialect, tenant.AcceptUnknownMembers, Correlation.Id(http), Addresses.BaseUrl(http, publicUrl))
        {
            RequestId = Correlation.RequestId(http),
            IndirectGroups = tenant.IndirectGroups,
            RequireIfMatch = tenant.RequireIfMatch,
            Limits = Caller.LimitsOf(tenant.Guard),
            RestoresDeleted = tenant.RestoresDeleted,
            Reactivates = tenant.RestoresDeleted,
            UniqueExternalId = tenant.UniqueExternalId,
        };
    }
}
