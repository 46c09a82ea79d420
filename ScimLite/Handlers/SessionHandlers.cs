using System.Globalization;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>Who is signed in at the admin page.</summary>
/// <param name="SignedIn">Whether anybody is.</param>
/// <param name="Kind"><c>administrator</c> of the whole service, or <c>setup</c>: of the one <paramref name="Tenant"/>.</param>
/// <param name="Tenant">The tenant that a set-up link is for.</param>
/// <param name="AntiForgery">What every call that changes something has to carry as <c>X-Anti-Forgery</c>.</param>
/// <param name="TenantUrl">What is pasted into Entra.</param>
/// <param name="OpenIdConnect">Whether <c>/admin/sign-in</c> leads to an identity provider.</param>
public sealed record SessionView(
    bool SignedIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tenant,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AntiForgery,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TenantUrl,
    bool OpenIdConnect);

/// <summary>What somebody signs in with: one of the two.</summary>
/// <param name="Key">The admin key.</param>
/// <param name="Setup">The secret of a set-up link.</param>
public sealed record SignIn(string? Key, string? Setup);

/// <summary>Signing in and out of the admin page.</summary>
public sealed class SessionHandlers(AdminSession sessions, AdminKey key, GuessLimits guesses, TenantAccounts accounts, CredentialUses uses, Settings settings, TimeProvider clock)
{
    /// <summary>200 with who is signed in, also when nobody is.</summary>
    public async Task<Ok<SessionView>> Read(HttpContext http)
    {
        var result = await http.AuthenticateAsync(AdminSession.SchemeName).ConfigureAwait(false);
        return TypedResults.Ok(View(http, result.Succeeded ? result.Principal : null));
    }

    /// <summary>200 with the session and its cookie; 401, and 429 after too many wrong tries from an address.</summary>
    public async Task<Results<Ok<SessionView>, ProblemHttpResult>> Create(HttpContext http, SignIn body)
    {
        var from = http.Connection.RemoteIpAddress;
        if (body.Setup is { Length: > 0 and <= 200 } secret)
        {
            var hash = SecretHash.Of(secret);
            var guess = guesses.Judge(from, hash);
            if (guess == Guess.MustWait)
            {
                return Wait(http, TenantLimits.Seconds(guesses.Pause));
            }
            if (guess == Guess.KnownWrong || await accounts.OpenSetupLinkAsync(secret, http.RequestAborted).ConfigureAwait(false) is not { } link)
            {
                guesses.Mistaken(from, hash);
                return TypedResults.Problem("This set-up link is no longer valid: it has expired or was revoked. Ask for a new one.", statusCode: 401);
            }
            uses.Of(link.Tenant, link.Link.Id).Note(clock.GetUtcNow());
            return await SignInAsync(http, sessions.Customer(link.Tenant, link.Link.Id)).ConfigureAwait(false);
        }
        switch (key.Try(body.Key, from))
        {
            case Guess.MayBeTried:
                return await SignInAsync(http, sessions.Administrator()).ConfigureAwait(false);
            case Guess.MustWait:
                return Wait(http, key.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture));
            case Guess.KnownWrong:
                return TypedResults.Problem("That is not the admin key. It is the value of ScimLite:AdminKey.", statusCode: 401);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>204; the cookie is gone.</summary>
    public async Task<NoContent> Delete(HttpContext http)
    {
        await http.SignOutAsync(AdminSession.SchemeName).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    /// <summary>302 to the identity provider; 404 where none is set.</summary>
    public Results<ChallengeHttpResult, NotFound> GoToProvider() => settings.OpenIdConnect.IsOn
        ? TypedResults.Challenge(new AuthenticationProperties { RedirectUri = "/admin" }, [OpenIdConnectDefaults.AuthenticationScheme]) : TypedResults.NotFound();

    private static ProblemHttpResult Wait(HttpContext http, string seconds)
    {
        http.Response.Headers.RetryAfter = seconds;
        return TypedResults.Problem($"Too many wrong keys or links came from this address. Wait {seconds} seconds.", statusCode: 429);
    }

    private async Task<Ok<SessionView>> SignInAsync(HttpContext http, ClaimsPrincipal principal)
    {
        await http.SignInAsync(AdminSession.SchemeName, principal).ConfigureAwait(false);
        return TypedResults.Ok(View(http, principal));
    }

    private SessionView View(HttpContext http, ClaimsPrincipal? principal) => principal is null ? new SessionView(false, null, null, null, null, settings.OpenIdConnect.IsOn)
        : new SessionView(true, principal.HasClaim(c => c.Type == AdminAccess.OneTenant) ? "setup" : "administrator", principal.FindFirstValue(AdminAccess.OneTenant),
            AdminSession.AntiForgeryOf(principal), Addresses.BaseUrl(http, settings.PublicUrl), settings.OpenIdConnect.IsOn);
}
