using ScimLite.Protocol;
using ScimLite.Provisioning;
using ScimLite.Telemetry;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>What stands before every SCIM call, once it is known who calls. What it turns away is told as any other call that was refused.</summary>
public sealed class TenantGate(ScimTelemetry telemetry, ActivityLog log, Settings settings)
{
    /// <summary>A tenant whose provisioning is switched off is answered 503; 404 would put Entra's job into quarantine. A credential that
    /// may only read is answered 403 when it writes.</summary>
    public Task Use(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<Identity>() is not { } identity)
        {
            return next(http);
        }
        if (!identity.MayWrite && !IsRead(http.Request))
        {
            return RefuseAsync(http, ScimError.Of(403,
                "This credential may read the directory and not change it. Nothing was changed. Use a credential with the scope 'provision'."));
        }
        if (identity.Tenant.ProvisioningEnabled)
        {
            return next(http);
        }
        http.Response.Headers.RetryAfter = "3600";
        return RefuseAsync(http, ScimError.Of(503,
            "Provisioning is switched off for this tenant. Nothing was changed. Ask the administrator of the application to switch it on again."));
    }

    private Task RefuseAsync(HttpContext http, ScimError error)
    {
        // Discovery and what no route takes are no provisioning.
        var endpoint = http.GetEndpoint() as RouteEndpoint;
        var type = endpoint?.Metadata.GetMetadata<ResourceType>();
        if (type is not null || endpoint?.RoutePattern.RawText?.EndsWith("/Bulk", StringComparison.Ordinal) == true)
        {
            var (caller, id) = (Callers.Of(http, settings.PublicUrl), http.Request.RouteValues["id"] as string ?? "");
            var operation = type is null ? "bulk" : OperationOf(http.Request, id);
            using var call = telemetry.StartCall(caller.Tenant, operation, type?.Name ?? "Bulk");
            call.Refuse(error.Status, error.ScimType);
            log.Refused(caller.Tenant, log.Entry(caller, type?.Name ?? "Bulk", id, operation, call), error, inDoubt: false, call);
        }
        return ScimResults.WriteErrorAsync(http, error);
    }

    private static string OperationOf(HttpRequest request, string id) => request.Method switch
    {
        _ when IsRead(request) => id.Length > 0 ? "read" : "search",
        "PUT" => "replace",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "create",
    };

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
