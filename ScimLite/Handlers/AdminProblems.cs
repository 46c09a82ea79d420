using System.Globalization;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>Everything that the admin API refuses: <c>application/problem+json</c> (RFC 9457) with a detail for people.</summary>
public sealed class AdminProblems(ILogger<AdminProblems> logger) : IExceptionHandler
{
    /// <summary>How large a body of the admin API may be.</summary>
    public const int MostBytes = 65_536;

    /// <summary>400.</summary>
    public static ProblemHttpResult Bad(string detail) => Of(400, detail);

    /// <summary>404: there is no such tenant, token, client or secret.</summary>
    public static ProblemHttpResult Missing { get; } = Of(404, "There is no such thing. It may have been deleted; read the list again.");

    /// <summary>The problem that an outcome other than <c>Done</c> is.</summary>
    public static ProblemHttpResult Of(AccountOutcome outcome) => outcome is AccountOutcome.Conflict conflict ? Of(409, conflict.Detail) : Missing;

    /// <summary>What is wrong with a body; null when nothing is.</summary>
    public static ProblemHttpResult? Check<T>(IValidator<T> rules, T body)
    {
        var result = rules.Validate(body);
        return result.IsValid ? null : Bad(string.Join(' ', result.Errors.Select(e => e.ErrorMessage).Distinct().Take(3)));
    }

    /// <summary>Writes a body for a status that has none.</summary>
    public static Task WriteAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        return Of(http.Response.StatusCode, http.Response.StatusCode switch
        {
            400 => "The body ends too early, breaks HTTP's own rules, or is not what its Content-Encoding says. Send it again in full.",
            401 => "The admin key is missing or wrong. Send Authorization: Bearer with the key that ScimLite:AdminKey has.",
            403 => "This sign-in is not for that tenant.",
            404 => "There is nothing at this address.",
            405 => "This address does not take that method.",
            413 => "The body is too large.",
            415 => "The body's media type or Content-Encoding is not read here. "
                + "Send Content-Type: application/json, and gzip, deflate, br or no encoding.",
            429 => "Too many wrong keys came from this address. Wait as many seconds as Retry-After says.",
            var status => $"The request was refused with status {status}.",
        }).ExecuteAsync(http);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!httpContext.Request.Path.StartsWithSegments("/admin") || httpContext.RequestAborted.IsCancellationRequested)
        {
            return false;
        }
        var problem = exception switch
        {
            SettingsException settings => Bad(settings.Message),
            BadHttpRequestException { InnerException: JsonException json } => Bad($"The body can't be read: {(json.Path is { Length: > 1 } path ? $"look at {path}" : "send one JSON object")}."),
            BadHttpRequestException bad => Of(bad.StatusCode, "The request can't be read. Send one JSON object with Content-Type: application/json."),
            // Data Protection wraps what its key store throws.
            StoreUnavailableException or { InnerException: StoreUnavailableException } =>
                Of(503, "The storage does not answer at the moment. Try again in a few seconds."),
            _ => Of(500, $"The server made a mistake; it is in its log under {Correlation.Id(httpContext)}."),
        };
        if (problem.StatusCode == 500)
        {
            Log.Unexpected(logger, exception, httpContext.Request.Method);
        }
        if (problem.StatusCode == 503)
        {
            httpContext.Response.Headers.RetryAfter = StoreUnavailableException.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
        await problem.ExecuteAsync(httpContext).ConfigureAwait(false);
        return true;
    }

    private static ProblemHttpResult Of(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
