using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Web;

namespace ScimLite.Tests.EntraSync;

/// <summary>A token endpoint before a server: it gives one access token to whoever has a secret that is valid.</summary>
/// <param name="server">The way to the server.</param>
/// <param name="accessToken">What it gives.</param>
/// <param name="lifetime">For how many seconds it says that it is good.</param>
/// <param name="secrets">The secrets that are valid; <c>*</c> makes every one valid.</param>
public sealed class TokenEndpointDouble(HttpMessageHandler server, string accessToken, int lifetime, params string[] secrets) : DelegatingHandler(server)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath != "/oauth2/token")
        {
            return await base.SendAsync(request, cancellationToken);
        }
        var form = HttpUtility.ParseQueryString(await request.Content!.ReadAsStringAsync(cancellationToken));
        var (id, secret) = (form["client_id"], form["client_secret"]);
        if (request.Headers.Authorization is { Scheme: "Basic", Parameter: { } basic }
            && Encoding.UTF8.GetString(Convert.FromBase64String(basic)).Split(':') is [var user, var key])
        {
            (id, secret) = (Uri.UnescapeDataString(user), Uri.UnescapeDataString(key));
        }
        var good = form["grant_type"] == "client_credentials" && id == "entra client" && (secrets.Contains(secret) || secrets.Contains("*"))
            && request.Content.Headers.ContentType?.MediaType == "application/x-www-form-urlencoded";
        return new HttpResponseMessage(good ? HttpStatusCode.OK : HttpStatusCode.Unauthorized)
        {
            Content = new StringContent(good
                ? $$"""{"access_token":"{{accessToken}}","token_type":"Bearer","expires_in":{{lifetime}}}"""
                : """{"error":"invalid_client"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
    }
}
