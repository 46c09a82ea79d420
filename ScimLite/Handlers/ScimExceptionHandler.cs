using Microsoft.AspNetCore.Diagnostics;
using ScimLite.Protocol;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>The funnel for whatever no handler caught, so that every answer under the Tenant URL is SCIM.</summary>
public sealed class ScimExceptionHandler(ILogger<ScimExceptionHandler> logger) : IExceptionHandler
{
    /// <summary>What is answered while the store is away.</summary>
    public static ScimError StoreAway { get; } =
        ScimError.Of(503, "The directory's storage does not answer at the moment; nothing was changed that was not confirmed. Try again in a few seconds.");

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            return true;
        }
        var error = exception switch
        {
            ScimException scim => scim.Error,
            StoreUnavailableException => StoreAway,
            IssuerUnavailableException => ScimError.Of(503, "The keys that check Entra's own token can't be fetched at the moment; nothing was changed. Try again in a few seconds."),
            BadHttpRequestException bad => ScimError.Of(bad.StatusCode, StatusText.Of(bad.StatusCode)),
            _ => ScimError.Of(500, $"The server made a mistake; it is in its log under {Correlation.Id(httpContext)}. Nothing is known to have changed."),
        };
        if (error.Status == 500)
        {
            Log.Unexpected(logger, exception, httpContext.Request.Method);
        }
        await ScimResults.WriteErrorAsync(httpContext, error).ConfigureAwait(false);
        return true;
    }
}

/// <summary>What to tell the administrator of an answer that ASP.NET Core made.</summary>
public static class StatusText
{
    /// <summary>Writes a SCIM body for a status that has none.</summary>
    public static Task WriteAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;
        var detail = status == 401 ? http.Features.Get<Rejection>()?.Detail : null;
        return ScimResults.WriteErrorAsync(http, ScimError.Of(status, detail ?? Of(status)));
    }

    /// <summary>A sentence for the status.</summary>
    public static string Of(int status) => status switch
    {
        400 => "The request breaks HTTP's own rules: its body ends too early, or is cut in a way that can't be read. Send it again in full.",
        401 => "The Secret Token is missing, wrong or expired. Copy the token again into Entra's Secret Token field, without 'Bearer' before it.",
        403 => "The credential does not allow this call.",
        404 => $"There is nothing at this address. The Tenant URL ends in {Addresses.Root}, and Entra adds /Users and /Groups to it.",
        405 => "This address does not take that method. See /ServiceProviderConfig for what the service supports.",
        413 => "The body is too large. Send fewer members or operations in one request.",
        415 => "The body's media type is not read here. Send Content-Type: application/scim+json.",
        429 => "The tenant sends more requests than it may, or too many wrong credentials came from this address. Wait as many seconds as Retry-After says.",
        _ => $"The request was refused with status {status}.",
    };
}
