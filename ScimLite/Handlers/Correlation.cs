using System.Diagnostics;

namespace ScimLite.Handlers;

/// <summary>
/// Joins a call to the caller's own log: Entra's <c>client-request-id</c>, or else the id of the trace, goes on every answer as
/// <c>X-Correlation-Id</c> and on every log line of the request.
/// </summary>
public sealed class Correlation(RequestDelegate next, ILogger<Correlation> logger)
{
    private const string Header = "X-Correlation-Id";

    /// <summary>Passes the request on.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        http.TraceIdentifier = Read(http);
        // At the last moment, since an exception clears the headers that were set before.
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            http.Response.Headers[Header] = http.TraceIdentifier;
            return Task.CompletedTask;
        }, http);
        using (logger.BeginScope(new KeyValuePair<string, object>[] { new("CorrelationId", http.TraceIdentifier) }))
        {
            await next(http).ConfigureAwait(false);
        }
    }

    /// <summary>The id of the request.</summary>
    public static string Id(HttpContext http) => http.TraceIdentifier;

    /// <summary>The caller's own name of this one request, Entra's <c>request-id</c>; null where it sent none.</summary>
    public static string? RequestId(HttpContext http) => Harmless(http, "request-id");

    private static string Read(HttpContext http) => Harmless(http, "client-request-id") ?? Activity.Current?.TraceId.ToHexString()
        // Where nobody listens to spans the server makes none.
        ?? (ActivityContext.TryParse(http.Request.Headers.TraceParent, null, out var caller) ? caller.TraceId.ToHexString() : Guid.NewGuid().ToString("N"));

    // What is echoed must be harmless in a header and in a log: printable, and not long.
    private static string? Harmless(HttpContext http, string header) =>
        http.Request.Headers[header] is [{ Length: > 0 and <= 128 } sent] && sent.All(c => c is > ' ' and < '\x7f') ? sent : null;
}
