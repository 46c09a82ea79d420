using ScimLite.Protocol;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>What stands before every SCIM call, once it is known who calls.</summary>
public static class TenantGate
{
    /// <summary>A tenant whose provisioning is switched off is answered 503; 404 would put Entra's job into quarantine.</summary>
    public static Task Use(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<Identity>() is not { Tenant.ProvisioningEnabled: false })
        {
            return next(http);
        }
        http.Response.Headers.RetryAfter = "3600";
        return ScimResults.WriteErrorAsync(http, ScimError.Of(503,
            "Provisioning is switched off for this tenant. Nothing was changed. Ask the administrator of the application to switch it on again."));
    }

    /// <summary>A Tenant URL that ends in a slash makes Entra send <c>//Users</c>.</summary>
    public static Task CollapseSlashes(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Value is { } path && path.Contains("//", StringComparison.Ordinal))
        {
            http.Request.Path = "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        }
        return next(http);
    }
}
