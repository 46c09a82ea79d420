using System.Collections;
using System.Diagnostics;

namespace ScimLite.Handlers;

/// <summary>
/// Joins a call to the caller's own log: Entra's <c>client-request-id</c>, or else the id of the trace, goes on every answer as
/// <c>X-Correlation-Id</c>. Both ids are fields of every log line of the request.
/// </summary>
public sealed class Correlation(RequestDelegate next, ILogger<Correlation> logger)
{
    private const string Header = "X-Correlation-Id";

    /// <summary>Passes the request on.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var trace = Trace(http);
        http.TraceIdentifier = Harmless(http, "client-request-id") ?? trace;
        // At the last moment, since an exception clears the headers that were set before.
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            http.Response.Headers[Header] = http.TraceIdentifier;
            return Task.CompletedTask;
        }, http);
        using (logger.BeginScope(new Scope(http.TraceIdentifier, trace)))
        {
            await next(http).ConfigureAwait(false);
        }
    }

    /// <summary>The id of the request.</summary>
    public static string Id(HttpContext http) => http.TraceIdentifier;

    /// <summary>The caller's own name of this one request, Entra's <c>request-id</c>; null where it sent none.</summary>
    public static string? RequestId(HttpContext http) => Harmless(http, "request-id");

    // Where nobody listens to spans the server makes none.
    private static string Trace(HttpContext http) => Activity.Current?.TraceId.ToHexString()
        ?? (ActivityContext.TryParse(http.Request.Headers.TraceParent, null, out var caller)
            ? caller.TraceId : ActivityTraceId.CreateRandom()).ToHexString();

    // What is echoed must be harmless in a header and in a log: printable, and not long.
    private static string? Harmless(HttpContext http, string header) =>
        http.Request.Headers[header] is [{ Length: > 0 and <= 128 } sent] && sent.All(c => c is > ' ' and < '\x7f') ? sent : null;

    // A formatter that knows fields prints both ids as fields, one that knows text prints the text.
    private sealed class Scope(string correlation, string trace) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 2;

        public KeyValuePair<string, object?> this[int index] => index switch
        {
            0 => new("CorrelationId", correlation),
            1 => new("TraceId", trace),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
            ((IEnumerable<KeyValuePair<string, object?>>)[this[0], this[1]]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => $"CorrelationId:{correlation} TraceId:{trace}";
    }
}
