using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ScimLite.Tenancy;

/// <summary>Reads <c>Authorization: Bearer</c> of SCIM calls (RFC 6750 §2.1) and puts the <see cref="Identity"/> it stands for among the request's features.</summary>
public sealed class BearerHandler(
    TenantRegistry registry, GuessLimits guesses, Refusals refusals, IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "Bearer";

    private bool mustWait;
    private Rejection? rejection;

    /// <summary>The bearer token of a request; null where there is none. A header that occurs twice names nobody.</summary>
    public static ReadOnlyMemory<char>? TokenOf(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        return header.Count == 1 && header[0] is { } value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? value.AsMemory("Bearer ".Length).Trim() : default(ReadOnlyMemory<char>?);
    }

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Path.StartsWithSegments("/scim") || TokenOf(Request) is not { } token)
        {
            return AuthenticateResult.NoResult();
        }
        var hash = SecretHash.Of(token.Span);
        var from = Context.Connection.RemoteIpAddress;
        var guess = guesses.Judge(from, hash, out rejection);
        mustWait = guess == Guess.MustWait;
        if (guess != Guess.MayBeTried)
        {
            return AuthenticateResult.Fail("The token is not known.");
        }
        var (identity, refused) = await registry.FindAsync(hash, token, Context.RequestAborted).ConfigureAwait(false);
        if (identity is null)
        {
            rejection = refused;
            guesses.Mistaken(from, hash, refused);
            return AuthenticateResult.Fail("The token is not known.");
        }
        guesses.Proven(from, hash);
        Context.Features.Set(identity);
        var principal = new ClaimsPrincipal(new ClaimsIdentity(SchemeName));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var reason = rejection ?? Rejection.Nobodys(KindOf(Request), null, mustWait ? Rejection.TooMany
            : TokenOf(Request) is null ? "There is no Secret Token in the request." : Rejection.Unknown);
        refusals.Note(reason, Context.Connection.RemoteIpAddress);
        // What the body of the answer may say of it.
        Context.Features.Set(reason);
        if (mustWait)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = TenantLimits.Seconds(guesses.Pause);
            return Task.CompletedTask;
        }
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        // RFC 6750 §3.1: no error code where no credential was given.
        Response.Headers.WWWAuthenticate = Request.Headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
        return Task.CompletedTask;
    }

    private static string KindOf(HttpRequest request) => request.Headers.Authorization switch
    {
        [] => "none",
        [{ } one] when one.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) => "bearer",
        [{ } one] when one.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) => "basic",
        _ => "other",
    };
}
