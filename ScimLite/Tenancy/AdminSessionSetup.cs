using System.Collections.Immutable;
using System.Security.Claims;
using System.Xml.Linq;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.StackExchangeRedis;
using ScimLite.Store;
using ScimLite.Validation;
using StackExchange.Redis;

namespace ScimLite.Tenancy;

/// <summary>The services behind the admin page's sign-in: the session's cookie, and the identity provider where one is set.</summary>
public static class AdminSessionSetup
{
    /// <summary>Adds them.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="settings">The settings.</param>
    public static void AddAdminSessions(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<AdminSession>();
        services.AddDataProtection().SetApplicationName("scimlite");
        // In Redis, so that all replicas read the cookie; the library itself would take a folder of its own choice.
        services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>((options, provider) => options.XmlRepository =
            provider.GetService<RedisConnection>() is { } redis ? new SharedKeys(redis) : new ProcessKeys());
        var authentication = services.AddAuthentication().AddCookie(AdminSession.SchemeName, options => AdminSession.Configure(options, settings));
        if (settings.OpenIdConnect.IsOn)
        {
            authentication.AddOpenIdConnect(options => Configure(options, settings.OpenIdConnect));
        }
    }

    // Authorization code with PKCE. The answer comes back in a redirect, not in a form of another site, so lax cookies are enough.
    private static void Configure(OpenIdConnectOptions options, OpenIdConnectSettings settings)
    {
        options.Authority = settings.Authority;
        options.RequireHttpsMetadata = settings.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        options.ClientId = settings.ClientId;
        options.ClientSecret = settings.ClientSecret;
        options.SignInScheme = AdminSession.SchemeName;
        options.ResponseType = "code";
        options.ResponseMode = "query";
        options.UsePkce = true;
        options.MapInboundClaims = false;
        options.CallbackPath = "/admin/signed-in";
        options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Scope.Clear();
        options.Scope.Add("openid");
        options.Scope.Add("profile");
        options.Events.OnTokenValidated = context =>
        {
            // OpenID Connect Core §3.1.3.7 lets a client do without the signature, and the handler then takes a token that has none.
            if (string.IsNullOrEmpty(context.SecurityToken.RawSignature))
            {
                context.Fail("The ID token is not signed.");
                return Task.CompletedTask;
            }
            var user = context.Principal!;
            if (!user.HasClaim(c => (c.Type == "groups" && settings.AllowedGroups.Contains(c.Value)) || (c.Type == "roles" && settings.AllowedRoles.Contains(c.Value))))
            {
                context.Fail("Neither a group nor a role of this account is allowed to administer ScimLite.");
                return Task.CompletedTask;
            }
            context.Principal = context.HttpContext.RequestServices.GetRequiredService<AdminSession>().Administrator(user.FindFirstValue("sub"));
            return Task.CompletedTask;
        };
        options.Events.OnRemoteFailure = static context =>
        {
            // What the provider said may hold an address or a name; the page says what can be said.
            context.HandleResponse();
            context.Response.Redirect("/admin#refused");
            return Task.CompletedTask;
        };
    }

    // The library's own exceptions would be a mistake of the server, and not a store that is away.
    private sealed class SharedKeys(RedisConnection redis) : IXmlRepository
    {
        // The keys are read as the service starts, which must not wait long for a Redis that is away.
        private readonly RedisXmlRepository keys = new(() => redis.DatabaseWithin(TimeSpan.FromSeconds(1)), "scimlite:session-keys");

        public IReadOnlyCollection<XElement> GetAllElements()
        {
            try
            {
                return keys.GetAllElements();
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                throw new StoreUnavailableException(e, isReported: redis.Outage.Cause is not null);
            }
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            try
            {
                keys.StoreElement(element, friendlyName);
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                throw new StoreUnavailableException(e, isReported: redis.Outage.Cause is not null);
            }
        }
    }

    private sealed class ProcessKeys : IXmlRepository
    {
        private ImmutableList<XElement> keys = [];

        public IReadOnlyCollection<XElement> GetAllElements() => keys;

        public void StoreElement(XElement element, string friendlyName) => ImmutableInterlocked.Update(ref keys, static (all, key) => all.Add(key), element);
    }
}
