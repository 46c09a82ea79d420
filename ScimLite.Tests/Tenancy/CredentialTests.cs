using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Tenancy;

/// <summary>RFC 6750: who may call at all.</summary>
public sealed class CredentialTests
{
    static readonly (string Method, string Target, string? Body)[] Routes =
    [
        ("GET", "Users", null), ("HEAD", "Users", null), ("GET", "Users/x", null), ("POST", "Users", """{"userName":"eve"}"""), ("PUT", "Users/x", """{"userName":"eve"}"""),
        ("PATCH", "Users/x", HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}""")), ("DELETE", "Users/x", null), ("GET", "Groups", null), ("GET", "Groups/x", null), ("POST", "Groups", """{"displayName":"eve"}"""),
        ("PUT", "Groups/x", """{"displayName":"eve"}"""), ("PATCH", "Groups/x", HttpCalls.Patch("""{"op":"remove","path":"members"}""")), ("DELETE", "Groups/x", null), ("GET", "Schemas", null), ("GET", "Schemas/x", null),
        ("GET", "ResourceTypes", null), ("GET", "ResourceTypes/User", null), ("GET", "ServiceProviderConfig", null), ("GET", "Users?filter=(", null), ("POST", "Users", "{"), ("GET", "/scim/Users", null), ("GET", "//scim/v2//users/", null),
    ];

    [Theory, OnBothStores]
    public async Task Every_route_without_a_credential_is_401_with_a_challenge(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var stranger = host.Connect(null);
        foreach (var (method, target, body) in Routes)
        {
            var answer = await stranger.Send(method, target, body);
            if (method != "HEAD")
            {
                Assert.Empty(answer.Faults(401, null).Select(f => $"{method} {target}: {f}"));
            }

            Assert.Equal((target, 401, "Bearer"), (target, answer.Status, answer.Header("WWW-Authenticate")));
        }

        Assert.Equal("", await host.Client.Directory());
    }

    [Theory, OnBothStores]
    public async Task A_wrong_or_malformed_credential_is_401_with_a_challenge(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var stranger = host.Connect(null);
        string[] headers =
        [
            "", " ", "Bearer", "Bearer ", "Bearer  ", host.Token, $"Bearer{host.Token}", $"Bearer\t{host.Token}x", $"Bearer: {host.Token}", $"Token {host.Token}", $"Basic {host.Token}", $"Digest {host.Token}", $"Bearer {host.Token}x",
            $"Bearer {host.Token[..^1]}", $"Bearer x{host.Token}", $"Bearer {host.Token.ToUpperInvariant()}", $"Bearer {host.Token} {host.Token}", $"Bearer {host.Token},{host.Token}", $"Bearer Bearer {host.Token}", $"Bearer \"{host.Token}\"",
            $"Bearer '{host.Token}'", $"Bearer token={host.Token}", $"Bearer {new string('x', 20_000)}", "Bearer ü", "Bearer 😀", "Bearer \u0001", "Bearer *", "Bearer null", "Bearer undefined", $"Bearer {host.Tenant}", "Bearer {token}",
        ];
        foreach (var header in headers)
        {
            var answer = (await stranger.Send("GET", "Users", null, ("Authorization", header))).Refuses(401);
            Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
            Assert.DoesNotContain(host.Token, answer.Text + answer.Header("WWW-Authenticate"), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory, OnBothStores]
    public async Task Two_credentials_are_none(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var cancel = TestContext.Current.CancellationToken;
        foreach (var other in (string[])["Bearer x", $"Bearer {host.Token}", "Basic eDp4"])
        {
            var http = await host.Server.SendAsync(request =>
            {
                (request.Request.Method, request.Request.Path) = ("GET", "/scim/v2/Users");
                request.Request.Headers.Authorization = new([$"Bearer {host.Token}", other]);
            }, cancel);

            Assert.Equal((401, HttpAnswer.MediaType), (http.Response.StatusCode, http.Response.ContentType));
        }
    }

    [Theory, OnBothStores]
    public async Task A_token_with_blanks_around_it_is_the_token(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var client = host.Connect(null);
        foreach (var header in (string[])[$"Bearer {host.Token}", $"bearer {host.Token}", $"BEARER {host.Token}", $"Bearer   {host.Token}", $"Bearer {host.Token}  ", $" Bearer {host.Token} ", $"Bearer \t{host.Token}\t"])
        {
            (await client.Send("GET", "Users", null, ("Authorization", header))).Is(200);
        }
    }

    [Theory, OnBothStores]
    public async Task Only_the_header_carries_a_credential(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var stranger = host.Connect(null);

        (await stranger.Send("GET", $"Users?access_token={host.Token}")).Refuses(401);
        (await stranger.Send("GET", "Users", null, ("Cookie", $"access_token={host.Token}"), ("X-Authorization", $"Bearer {host.Token}"), ("Proxy-Authorization", $"Bearer {host.Token}"))).Refuses(401);
        (await stranger.Send("POST", "Users", $$"""{"access_token":"{{host.Token}}","userName":"eve"}""")).Refuses(401);
    }

    [Fact]
    public async Task Health_needs_no_credential()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var stranger = host.Connect(null);

        Assert.Equal(200, (await stranger.Send("GET", "/health/live")).Status);
        Assert.Equal(200, (await stranger.Send("GET", "/health/ready", null, ("Authorization", "Bearer x"))).Status);
    }
}
