using ScimLite.Protocol;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>What stands before every SCIM call, once it is known who calls.</summary>
public static class TenantGate
{
    /// <summary>A tenant whose provisioning is switched off is answered 503; 404 would put Entra's job into quarantine. A credential that
    /// may only read is answered 403 when it writes.</summary>
    public static Task Use(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<Identity>() is not { } identity)
        {
            return next(http);
        }
        if (!identity.MayWrite && !IsRead(http.Request))
        {
            return ScimResults.WriteErrorAsync(http, ScimError.Of(403,
                "This credential may read the directory and not change it. Nothing was changed. Use a credential with the scope 'provision'."));
        }
        if (identity.Tenant.ProvisioningEnabled)
        {
            return next(http);
        }
        http.Response.Headers.RetryAfter = "3600";
        return ScimResults.WriteErrorAsync(http, ScimError.Of(503,
            "Provisioning is switched off for this tenant. Nothing was changed. Ask the administrator of the application to switch it on again."));
    }

    // RFC 7644 §3.4.3: a POST to .search is a query too.
    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
        || (HttpMethods.IsPost(request.Method) && request.Path.Value!.TrimEnd('/').EndsWith("/.search", StringComparison.OrdinalIgnoreCase));

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
