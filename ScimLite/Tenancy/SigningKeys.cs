using System.Collections.Concurrent;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>The keys of an issuer can't be fetched, and none are at hand: nothing is known about its tokens, so the answer is 503.</summary>
public sealed class IssuerUnavailableException(Exception cause) : Exception("The issuer's keys can't be fetched.", cause);

/// <summary>
/// The signing keys of the issuers that tenants have registered, fetched by OpenID Connect discovery from trusted hosts alone. They are kept for
/// an hour; a key that isn't among them makes them be fetched again, once a minute at most, so that unknown keys in plenty cost nothing.
/// </summary>
public sealed class SigningKeys(Settings settings, TimeProvider clock) : IDisposable
{
    private const int MostIssuers = 1000;

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1), Usable = TimeSpan.FromHours(24), Pause = TimeSpan.FromMinutes(1), Retry = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Issuer> issuers = new(StringComparer.Ordinal);
    private readonly TrustedDocuments documents = new(settings.OAuth.TrustedKeyHosts);

    /// <summary>The keys of an issuer.</summary>
    /// <param name="issuer">The address before <c>/.well-known/openid-configuration</c>.</param>
    /// <param name="missing">Whether a key was not among those that this answered before.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="IssuerUnavailableException">There are none.</exception>
    public async ValueTask<IReadOnlyCollection<SecurityKey>> GetAsync(string issuer, bool missing, CancellationToken cancel)
    {
        if (issuers.Count >= MostIssuers)
        {
            issuers.Clear();
        }
        var known = issuers.GetOrAdd(issuer, static _ => new Issuer());
        if (known.Keys is { } keys && clock.GetElapsedTime(known.FetchedAt) < Fresh && !(missing && clock.GetElapsedTime(known.TriedAt) >= Pause))
        {
            return keys;
        }
        await known.Door.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // Whoever waited at the door has what the one before them fetched, or that it could not be fetched.
            var needed = known.Keys is null || missing || clock.GetElapsedTime(known.FetchedAt) >= Fresh;
            if (needed && (known.TriedAt == 0 || clock.GetElapsedTime(known.TriedAt) >= (known.Failure is null ? Pause : Retry)))
            {
                await FetchAsync(issuer, known).ConfigureAwait(false);
            }
            return known.Keys is { } fetched && clock.GetElapsedTime(known.FetchedAt) < Usable ? fetched
                : throw new IssuerUnavailableException(known.Failure ?? new InvalidOperationException("There are no keys."));
        }
        finally
        {
            known.Door.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => documents.Dispose();

    // For all who wait, so that it doesn't end with the request that came first; the time-out ends it.
    private async Task FetchAsync(string issuer, Issuer known)
    {
        var startedAt = known.TriedAt = clock.GetTimestamp();
        try
        {
            var found = await OpenIdConnectConfigurationRetriever.GetAsync($"{issuer.TrimEnd('/')}/.well-known/openid-configuration", documents, CancellationToken.None).ConfigureAwait(false);
            (known.Keys, known.FetchedAt, known.Failure) = ([.. found.SigningKeys], startedAt, null);
        }
        catch (Exception e)
        {
            // Whatever an address on the network may answer; the keys of before are good for a day.
            known.Failure = e;
        }
    }

    private sealed class Issuer
    {
        public SemaphoreSlim Door { get; } = new(1);

        public IReadOnlyCollection<SecurityKey>? Keys { get; set; }

        public long FetchedAt { get; set; }

        public long TriedAt { get; set; }

        public Exception? Failure { get; set; }
    }

    // Both documents, the metadata and the keys it leads to, come from hosts on the list, without redirects, and small.
    private sealed class TrustedDocuments(IReadOnlyList<string> hosts) : IDocumentRetriever, IDisposable
    {
        private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = 1_048_576,
        };

        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            var uri = new Uri(address, UriKind.Absolute);
            if (!hosts.Contains(uri.Host, StringComparer.OrdinalIgnoreCase) || !(uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)))
            {
                throw new InvalidOperationException($"The keys are to be fetched from {uri.Host}, which is not among ScimLite:OAuth:KeyHosts, or not over https.");
            }
            return await client.GetStringAsync(uri, cancel).ConfigureAwait(false);
        }

        public void Dispose() => client.Dispose();
    }
}
