using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace ScimLite.Tenancy;

/// <summary>
/// Who may administer what. Any authentication scheme may stand for an administrator: it gives its principal the claim
/// <see cref="Everything"/>, or <see cref="OneTenant"/> with a tenant's id, and is named in <see cref="Schemes"/>.
/// </summary>
public static class AdminAccess
{
    /// <summary>The policy of what concerns the whole service.</summary>
    public const string Policy = "Admin";

    /// <summary>The policy of routes with a <c>{tenant}</c>: the administrators of the service, and those of that tenant.</summary>
    public const string TenantPolicy = "AdminOfTenant";

    /// <summary>The claim of an administrator of the whole service.</summary>
    public const string Everything = "scimlite:admin";

    /// <summary>The claim of an administrator of one tenant; its value is the tenant's id.</summary>
    public const string OneTenant = "scimlite:admin-of";

    private static readonly string[] Schemes = [AdminKeyHandler.SchemeName, AdminSession.SchemeName];

    /// <summary>States the policies.</summary>
    public static void Configure(AuthorizationOptions options)
    {
        options.AddPolicy(Policy, policy => policy.AddAuthenticationSchemes(Schemes).RequireAuthenticatedUser().RequireClaim(Everything));
        options.AddPolicy(TenantPolicy, policy => policy.AddAuthenticationSchemes(Schemes).RequireAuthenticatedUser().RequireAssertion(IsForTenant));
    }

    private static bool IsForTenant(AuthorizationHandlerContext context) => context.User.HasClaim(claim => claim.Type == Everything
        || (claim.Type == OneTenant && context.Resource is HttpContext http && http.GetRouteValue("tenant") is string tenant && claim.Value == tenant));

    /// <summary>The principal of an administrator.</summary>
    /// <param name="scheme">Which scheme vouches for them.</param>
    /// <param name="tenant">Of which tenant; null: of the whole service.</param>
    public static ClaimsPrincipal Administrator(string scheme, string? tenant = null) =>
        new(new ClaimsIdentity([tenant is null ? new Claim(Everything, "") : new Claim(OneTenant, tenant)], scheme));
}
