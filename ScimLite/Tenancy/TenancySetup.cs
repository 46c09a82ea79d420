using Microsoft.AspNetCore.Authentication;

namespace ScimLite.Tenancy;

/// <summary>The services of this floor.</summary>
public static class TenancySetup
{
    /// <summary>Sets authentication, authorization and what stands behind them up.</summary>
    public static void AddTenancy(this IServiceCollection services)
    {
        services.AddSingleton<TenantRegistry>().AddSingleton<TenantAccounts>().AddSingleton<AdminKey>().AddSingleton<CredentialUses>();
        services.AddSingleton<SigningKeys>().AddSingleton<Assertions>().AddSingleton<EntraTokens>().AddSingleton<TokenEndpoint>().AddSingleton<TenantLimits>();
        // 50 different wrong credentials from an address at once, then one a second.
        services.AddSingleton(provider => new GuessLimits(50, TimeSpan.FromSeconds(1), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<CredentialUses>()).AddHostedService<TenantSweeper>().AddHostedService<CredentialExpiry>().AddHostedService<IndexBuilder>();
        services.AddSingleton<Refusals>().AddHostedService(provider => provider.GetRequiredService<Refusals>());
        // Not AddAuthentication: it brings Data Protection, which wants a writable folder and has nothing to protect here.
        services.AddWebEncoders().AddAuthenticationCore(options => options.DefaultScheme = BearerHandler.SchemeName);
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, AdminKeyHandler>(AdminKeyHandler.SchemeName, null);
        services.AddAuthorization(AdminAccess.Configure);
    }
}
