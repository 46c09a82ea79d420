using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ScimLite.Tenancy;

/// <summary>Reads <c>Authorization: Bearer</c> with the admin key.</summary>
public sealed class AdminKeyHandler(AdminKey key, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "AdminKey";

    private Guess? guess;

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (BearerHandler.TokenOf(Request) is not { } token)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }
        guess = key.Try(token.Span, Context.Connection.RemoteIpAddress);
        return Task.FromResult(guess == Guess.MayBeTried
            ? AuthenticateResult.Success(new AuthenticationTicket(AdminAccess.Administrator(SchemeName), SchemeName))
            : AuthenticateResult.Fail("The key is not the admin key."));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (guess == Guess.MustWait)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = key.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        }
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = guess is null ? "Bearer" : "Bearer error=\"invalid_token\"";
        return Task.CompletedTask;
    }
}
