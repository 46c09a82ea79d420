using System.Threading.RateLimiting;
using ScimLite.Protocol;
using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>
/// Bounds what a process does at the same time, and with it the memory it needs: a request beyond <c>ScimLite:Limits:MaxConcurrentRequests</c>
/// is answered 503 at once, before its credential or its body is looked at. Probes and metrics are always let through.
/// </summary>
public sealed class LoadShedding(RequestDelegate next, Settings settings, ScimTelemetry telemetry, Drain drain) : IDisposable
{
    private readonly ConcurrencyLimiter limiter = new(new ConcurrencyLimiterOptions { PermitLimit = settings.Limits.MaxConcurrentRequests });

    /// <summary>Passes the request on, or turns it away.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (drain.Started && HttpProtocol.IsHttp11(http.Request.Protocol))
        {
            // The client's next request belongs to another process.
            http.Response.Headers.Connection = "close";
        }
        if (http.Request.Path.StartsWithSegments("/health") || http.Request.Path.StartsWithSegments("/metrics"))
        {
            await next(http).ConfigureAwait(false);
            return;
        }
        using var lease = limiter.AttemptAcquire();
        if (lease.IsAcquired)
        {
            await next(http).ConfigureAwait(false);
            return;
        }
        telemetry.Shed();
        http.Response.Headers.RetryAfter = "1";
        await ScimResults.WriteErrorAsync(http, ScimError.Of(503,
            "The service has as many requests under way as it may. Nothing was changed. Send the request again in a second.")).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => limiter.Dispose();
}
