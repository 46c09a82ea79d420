using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>
/// The tokens that Entra signs itself where the Secret Token is left blank. Their audience is the same for all custom applications of all
/// customers, so the Entra tenant in them is the only thing that tells customers apart.
/// </summary>
public sealed class EntraTokens(Assertions assertions, Settings settings)
{
    /// <summary>The audience that all custom applications share.</summary>
    public const string SharedAudience = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";

    /// <summary>Entra's provisioning service, Microsoft.Azure.SyncFabric.</summary>
    public const string ProvisioningService = "00000014-0000-0000-c000-000000000000";

    /// <summary>The Entra tenant that a token says it comes from; nothing is checked yet. Null when it says none.</summary>
    public string? EntraTenantOf(string token) =>
        assertions.Peek(token, "tid") is { } tenant && TenantSettingsValidator.IsEntraId(tenant) ? tenant : null;

    /// <summary>Checks a token of an Entra tenant that is registered.</summary>
    /// <param name="token">The token.</param>
    /// <param name="entraTenant">The Entra tenant.</param>
    /// <param name="audience">The audience registered with it; empty: the shared one.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="IssuerUnavailableException">Entra's keys can't be fetched.</exception>
    public ValueTask<Verdict> CheckAsync(string token, string entraTenant, string audience, CancellationToken cancel) =>
        assertions.CheckAsync(token, new Expectation(
            $"{settings.OAuth.EntraAuthority.TrimEnd('/')}/{entraTenant}", $"{settings.OAuth.EntraIssuer.TrimEnd('/')}/{entraTenant}/",
            !string.IsNullOrWhiteSpace(audience) ? Audience.Of(audience) : Audience.Exactly(SharedAudience), [],
            [KeyValuePair.Create("tid", entraTenant), KeyValuePair.Create("appid", ProvisioningService)]), cancel);
}
