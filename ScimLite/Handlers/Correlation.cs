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

    // What is echoed must be harmless in a header and in a log: printable, and not long.
    private static string Read(HttpContext http) =>
        http.Request.Headers["client-request-id"] is [{ Length: > 0 and <= 128 } sent] && sent.All(c => c is > ' ' and < '\x7f')
            ? sent : Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("N");
}
