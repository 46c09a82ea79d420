using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>
/// The session of the admin page: a cookie that no script can read and that no other site can make a browser send. A call that
/// changes something has to carry the session's anti-forgery value as well. A session made with the admin key ends with that key;
/// one made with a set-up link ends with the link; and each ends <see cref="Longest"/> after signing in, so that whom the identity provider
/// would let in no more is asked to sign in again.
/// </summary>
public sealed class AdminSession(TenantAccounts accounts, Settings settings, TimeProvider clock)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "AdminSession";

    /// <summary>The header that carries the anti-forgery value.</summary>
    public const string AntiForgeryHeader = "X-Anti-Forgery";

    /// <summary>How long a session lasts, however much it is used.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private const string AntiForgery = "scimlite:anti-forgery", MadeWith = "scimlite:made-with", SetupLink = "scimlite:setup-link", EndsAt = "scimlite:ends-at";

    /// <summary>Sets the cookie up.</summary>
    public static void Configure(CookieAuthenticationOptions options, Settings settings)
    {
        options.Cookie.Name = "scimlite-admin";
        options.Cookie.Path = "/admin";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        // Behind a proxy that ends TLS the request itself looks like plain HTTP.
        options.Cookie.SecurePolicy = settings.PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
            ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = TimeSpan.FromHours(8);
        options.SlidingExpiration = true;
        // The admin API answers with a status; nobody is sent to a page for it.
        options.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);
        options.Events.OnValidatePrincipal = static context =>
            context.HttpContext.RequestServices.GetRequiredService<AdminSession>().ValidateAsync(context);
    }

    /// <summary>The principal of somebody who knows the admin key, or whom OpenID Connect vouches for.</summary>
    public ClaimsPrincipal Administrator(string? subject = null) => Seal(AdminAccess.Administrator(SchemeName),
        subject is null ? new Claim(MadeWith, Stamp()) : new Claim(ClaimTypes.NameIdentifier, subject));

    /// <summary>The principal of somebody with a set-up link.</summary>
    public ClaimsPrincipal Customer(string tenant, string linkId) => Seal(AdminAccess.Administrator(SchemeName, tenant), new Claim(SetupLink, linkId));

    /// <summary>The value that a call has to carry beside the cookie.</summary>
    public static string AntiForgeryOf(ClaimsPrincipal principal) => principal.FindFirstValue(AntiForgery)!;

    /// <summary>Whether its time is not over and what it was made with is still good, the key or the set-up link. Who sends the key itself has no session that could end.</summary>
    public async ValueTask<bool> IsAliveAsync(ClaimsPrincipal principal, CancellationToken cancel)
    {
        if (principal.FindFirstValue(EndsAt) is { } end && clock.GetUtcNow().ToUnixTimeSeconds() >= long.Parse(end, CultureInfo.InvariantCulture))
        {
            return false;
        }
        if (principal.FindFirstValue(SetupLink) is { } link)
        {
            return await accounts.IsSetupLinkAliveAsync(principal.FindFirstValue(AdminAccess.OneTenant)!, link, cancel).ConfigureAwait(false);
        }
        return principal.FindFirstValue(MadeWith) is not { } stamp || stamp == Stamp();
    }

    private async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        // A cookie without an end is of a release that gave them none.
        if (context.Principal is not { } principal || !principal.HasClaim(c => c.Type == EndsAt) || !IsCarried(context.HttpContext.Request, principal)
            || !await IsAliveAsync(principal, context.HttpContext.RequestAborted).ConfigureAwait(false))
        {
            context.RejectPrincipal();
        }
    }

    private static bool IsCarried(HttpRequest request, ClaimsPrincipal principal) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
        || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers[AntiForgeryHeader].ToString()), Encoding.UTF8.GetBytes(AntiForgeryOf(principal)));

    private ClaimsPrincipal Seal(ClaimsPrincipal principal, Claim claim)
    {
        ((ClaimsIdentity)principal.Identity!).AddClaims(
        [
            claim, new Claim(AntiForgery, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))),
            new Claim(EndsAt, (clock.GetUtcNow() + Longest).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ]);
        return principal;
    }

    // Tells sessions of an older key apart; a few bytes of a hash of a hash give nothing of the key away.
    private string Stamp() => Convert.ToHexStringLower(SHA256.HashData(SHA256.HashData(Encoding.UTF8.GetBytes(settings.AdminKey))).AsSpan(0, 8));

    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        // The handler of the admin key may have said already that its caller has to wait.
        context.Response.StatusCode = context.Response.StatusCode == StatusCodes.Status429TooManyRequests ? StatusCodes.Status429TooManyRequests : status;
        return Task.CompletedTask;
    }
}
