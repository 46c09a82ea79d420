using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using ScimLite.Store;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>
/// <c>POST /oauth2/token</c>: the client credentials grant of RFC 6749 §4.4. A client shows a secret, in the body or in a Basic header, or an
/// assertion that Entra signed for it (RFC 7523), and is given an opaque access token.
/// </summary>
public sealed class TokenEndpoint(
    TenantAccounts accounts, Assertions assertions, GuessLimits guesses, TenantLimits limits, CredentialUses uses, Refusals refusals,
    Settings settings, TimeProvider clock)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const int MostBytes = 32_768;

    /// <summary>Answers 200 with the access token, or an error of RFC 6749 §5.2.</summary>
    public async Task Answer(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Pragma = "no-cache";
        JsonObject answer;
        try
        {
            answer = await GiveAsync(http).ConfigureAwait(false);
        }
        catch (TokenRefusal refusal)
        {
            answer = new JsonObject { ["error"] = refusal.Error, ["error_description"] = refusal.Message };
            http.Response.StatusCode = refusal.Status;
        }
        catch (Exception e) when (e is StoreUnavailableException or IssuerUnavailableException)
        {
            answer = new JsonObject { ["error"] = "temporarily_unavailable", ["error_description"] = $"{e.Message} Try again in a few seconds." };
            http.Response.StatusCode = 503;
            http.Response.Headers.RetryAfter = StoreUnavailableException.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }
        if (http.Response.StatusCode == 401)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"ScimLite\", charset=\"UTF-8\"";
        }
        http.Response.ContentType = "application/json";
        var body = Encoding.UTF8.GetBytes(answer.ToJsonString());
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
    }

    private async Task<JsonObject> GiveAsync(HttpContext http)
    {
        var form = await ReadFormAsync(http.Request).ConfigureAwait(false);
        if (Shown(http.Request, form) is not { } shown)
        {
            var kind = http.Request.Headers.Authorization.Count > 0 ? "other" : "none";
            throw Refuse(Rejection.Nobodys(kind, null, "There is no client secret or assertion in the request."),
                http.Connection.RemoteIpAddress);
        }
        if (One(form, "grant_type") is not { } grantType)
        {
            throw new TokenRefusal("invalid_request", "grant_type is missing; send grant_type=client_credentials.");
        }
        if (grantType != "client_credentials")
        {
            throw new TokenRefusal("unsupported_grant_type", "Send grant_type=client_credentials.");
        }
        var (tenant, client, secretId) = await AuthenticateAsync(http, shown).ConfigureAwait(false);
        if (await limits.AskAsync(Tenant.Of(tenant.Id, tenant.Settings), http.RequestAborted).ConfigureAwait(false) is { } wait)
        {
            http.Response.Headers.RetryAfter = TenantLimits.Seconds(wait);
            throw new TokenRefusal("temporarily_unavailable", "The tenant sends more requests than it may. Wait as many seconds as Retry-After says.", 429);
        }
        var scopes = Granted(One(form, "scope"), client.Scopes);
        var minutes = settings.OAuth.AccessTokenMinutes;
        var token = await accounts.GrantAsync(
            tenant.Id, new AccessGrant(client.ClientId, secretId, scopes, clock.GetUtcNow().AddMinutes(minutes)), http.RequestAborted).ConfigureAwait(false);
        // It will be used from there in a moment.
        guesses.Proven(http.Connection.RemoteIpAddress, SecretHash.Of(token));
        foreach (var used in new[] { client.ClientId, secretId }.OfType<string>())
        {
            uses.Of(tenant.Id, used).Note(clock.GetUtcNow());
        }
        return new JsonObject { ["access_token"] = token, ["token_type"] = "Bearer", ["expires_in"] = minutes * 60, ["scope"] = string.Join(' ', scopes) };
    }

    private async Task<(TenantEntry, OAuthClient, string? SecretId)> AuthenticateAsync(HttpContext http, Proof proof)
    {
        var from = http.Connection.RemoteIpAddress;
        var guess = SecretHash.Of($"{proof.ClientId}\n{proof.Text}");
        switch (guesses.Judge(from, guess, out var before))
        {
            case Guess.MustWait:
                refusals.Note(Rejection.Nobodys(proof.Kind, null, Rejection.TooMany), from);
                http.Response.Headers.RetryAfter = TenantLimits.Seconds(guesses.Pause);
                throw new TokenRefusal("temporarily_unavailable", "Too many wrong credentials came from this address. Wait as many seconds as Retry-After says.", 429);
            case Guess.KnownWrong:
                throw Refuse(before ?? Rejection.Nobodys(proof.Kind), from);
        }
        var found = await accounts.FindClientAsync(proof.ClientId, http.RequestAborted).ConfigureAwait(false);
        var rejection = found switch
        {
            null => Rejection.Nobodys(proof.Kind, proof.Prefix),
            { Client: null } => found.Revoked.FirstOrDefault(r => r.Kind == "client") is { } deleted
                ? Rejection.RevokedClient(found.Tenant.Id, deleted, proof.IsAssertion) : Rejection.Nobodys(proof.Kind, proof.Prefix),
            { Client: { } client } when proof.IsAssertion =>
                await RefusalOfAssertionAsync(found.Tenant.Id, client, proof.Text, http).ConfigureAwait(false),
            { Client: { } client } => RefusalOfSecret(found, client, proof.Text),
        };
        if (rejection is null)
        {
            var secret = proof.IsAssertion ? null : found!.Client!.Secrets.First(s => Credential.Matches(proof.Text, s.Hash));
            if (secret is not null)
            {
                guesses.Proven(from, guess);
            }
            return (found!.Tenant, found.Client!, secret?.SecretId);
        }
        guesses.Mistaken(from, guess, rejection);
        throw Refuse(rejection, from);
    }

    private TokenRefusal Refuse(Rejection rejection, IPAddress? from)
    {
        refusals.Note(rejection, from);
        return rejection.Detail is { } detail && rejection.Tenant is not null
            ? new TokenRefusal("invalid_client", Excerpt.Ascii(detail), 401) : Unknown();
    }

    private async ValueTask<Rejection?> RefusalOfAssertionAsync(string tenant, OAuthClient client, string assertion, HttpContext http)
    {
        if (client.Federation is not { } federation)
        {
            return Rejection.NotFederated(tenant, client);
        }
        var verdict = await assertions.CheckAsync(assertion, new Expectation(
            federation.Issuer, federation.Issuer, Audience.Of(federation.Audience), Audience.HostsOf(http.Request, settings.PublicUrl),
            [KeyValuePair.Create("sub", federation.Subject.Trim()), KeyValuePair.Create("tid", federation.TenantId.Trim())]),
            http.RequestAborted).ConfigureAwait(false);
        return verdict is Verdict.Bad bad ? Rejection.Of(tenant, client, bad) : null;
    }

    private Rejection? RefusalOfSecret(FoundClient found, OAuthClient client, string secret)
    {
        if (client.Secrets.FirstOrDefault(s => Credential.Matches(secret, s.Hash)) is { } known)
        {
            return known.ExpiresAt > clock.GetUtcNow() ? null : Rejection.Expired(found.Tenant.Id, client, known);
        }
        return found.Revoked.FirstOrDefault(r => r.Kind == "secret" && Credential.Matches(secret, r.Hash)) is { } revoked
            ? Rejection.RevokedSecret(found.Tenant.Id, revoked) : Rejection.WrongSecret(found.Tenant.Id, client);
    }

    // RFC 6749 §3.3: what is asked for may be narrowed, and the answer says to what. A scope that is none of ours, such as the api://…/.default
    // of Entra, asks for what the client may have.
    private static string[] Granted(string? asked, IReadOnlyList<string> allowed)
    {
        string[] known = [.. (asked ?? "").Split(' ').Where(s => s is Scope.Read or Scope.Provision).Distinct()];
        if (known.Any(s => !allowed.Contains(s) && !(s == Scope.Read && allowed.Contains(Scope.Provision))))
        {
            throw new TokenRefusal("invalid_scope", $"This client may ask for {string.Join(' ', allowed)}.");
        }
        return known.Length > 0 ? known : [.. allowed];
    }

    private static async Task<Dictionary<string, StringValues>> ReadFormAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new TokenRefusal("invalid_request", "Send the parameters with Content-Type: application/x-www-form-urlencoded.");
        }
        var body = new byte[MostBytes + 1];
        int read;
        try
        {
            read = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            throw new TokenRefusal("invalid_request", e.Message, e.StatusCode);
        }
        return read <= MostBytes ? QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body, 0, read))
            : throw new TokenRefusal("invalid_request", $"The body has more than {MostBytes} bytes.", 413);
    }

    // RFC 6749 §2.3: one way of authentication in a request, and no more.
    private static Proof? Shown(HttpRequest request, Dictionary<string, StringValues> form)
    {
        var (id, secret, assertion) = (One(form, "client_id"), One(form, "client_secret"), One(form, "client_assertion"));
        if (request.Headers.Authorization is { Count: > 0 } header)
        {
            if (header.Count != 1 || ReadBasic(header[0]!) is not var (name, password))
            {
                return null;
            }
            return secret is null && assertion is null && (id is null || id == name) ? new Proof("basic", name, password)
                : throw new TokenRefusal("invalid_request", "Send the secret in the Authorization header or in the body, not in both.");
        }
        if (assertion is not null)
        {
            return secret is null && One(form, "client_assertion_type") == AssertionType && id is not null ? new Proof("jwt", id, assertion)
                : throw new TokenRefusal("invalid_request", $"An assertion needs client_id and client_assertion_type={AssertionType}, and no client_secret.");
        }
        return id is not null && secret is not null ? new Proof("post", id, secret) : null;
    }

    private static (string Name, string Password)? ReadBasic(string header)
    {
        var bytes = new byte[header.Length];
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || !Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length))
        {
            return null;
        }
        // RFC 6749 §2.3.1: both are form-encoded before they are joined.
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]));
    }

    // RFC 6749 §3.2: a parameter without a value is none, and one that occurs twice is refused.
    private static string? One(Dictionary<string, StringValues> form, string name) => !form.TryGetValue(name, out var values) || values is [null or ""] ? null
        : values is [{ } value] ? value
        : throw new TokenRefusal("invalid_request", $"{name} occurs more than once.");

    private static TokenRefusal Unknown() =>
        new("invalid_client", "The client is not known, or its secret or assertion is missing, wrong or expired. Copy client id and secret again.", 401);

    private sealed record Proof(string Kind, string ClientId, string Text)
    {
        public bool IsAssertion => Kind == "jwt";

        public string? Prefix => IsAssertion ? null : Credential.PrefixOf(Text);
    }

    private sealed class TokenRefusal(string error, string description, int status = 400) : Exception(description)
    {
        public string Error { get; } = error;

        public int Status { get; } = status;
    }
}
