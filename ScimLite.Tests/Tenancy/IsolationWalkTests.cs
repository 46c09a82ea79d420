using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Tenancy;

/// <summary>Walks every route that the service has, those that will be added too, with another tenant's credential, and with none.</summary>
public sealed class IsolationWalkTests
{
    // What needs no credential, on purpose. A new route that is to be open is named here, with its reason.
    static readonly string[] Open =
    [
        "/health/live", "/health/ready", // probes
        "/oauth2/token", // where a client shows its credential
        "/admin", "/admin/assets/x", // the page, which holds nothing before its sign-in
        "/admin/session", "/admin/sign-in", // where an administrator signs in
    ];

    const string Mark = "a-name-that-the-other-tenant-must-never-see";

    static readonly string[] Bodies =
    [
        $$"""{"userName":"eve","displayName":"eve","members":[],"name":"eve","id":"stolen"}""",
        HttpCalls.Patch("""{"op":"replace","path":"displayName","value":"stolen"}"""),
        """{"displayName":"stolen"}""",
        """{"name":"stolen"}""",
        "{}",
    ];

    // All routes with their methods; the victim's own values stand for what a route asks for.
    static IEnumerable<(RouteEndpoint Endpoint, string Method, string Path)> Routes(ScimHost host, IReadOnlyDictionary<string, string> values) =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (endpoint, method, "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment =>
            string.Concat(segment.Parts.Select(part => part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter
                ? values.GetValueOrDefault(parameter.Name, "x") : ((dynamic)part).Content as string)))));

    sealed record Victim(AdminHost Admin, HttpClient Client, string User, string Group, Dictionary<string, string> Values) : IAsyncDisposable
    {
        public static async Task<Victim> StartAsync(StoreKind store)
        {
            var admin = await (await AdminHost.StartAsync(store)).WithTenant($$""","displayName":"{{Mark}}" """);
            var (tokenId, token) = await admin.IssueToken(more: $$""","userId":"{{Mark}}" """);
            var client = admin.Host.Connect(token);
            var user = (await client.CreateUser(Mark, $$""","displayName":"{{Mark}}","externalId":"{{Mark}}" """)).Id;
            var group = (await client.CreateGroup(Mark, user)).Id;
            var oauth = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", $$"""{"name":"{{Mark}}"}""")).Is(201).Json;
            return new Victim(admin, client, user, group, new()
            {
                ["tenant"] = admin.Tenant, ["id"] = user, ["tokenId"] = tokenId, ["clientId"] = (string)oauth["clientId"]!, ["secretId"] = (string)oauth["secretId"]!,
            });
        }

        // Everything there is of it.
        public async Task<string> Everything()
        {
            var text = await Client.Directory();
            foreach (var path in (string[])["", "/tokens", "/clients"])
            {
                // The times of last use go on.
                text += System.Text.RegularExpressions.Regex.Replace((await Admin.Send("GET", $"tenants/{Admin.Tenant}{path}")).Is(200).Text, "\"lastUsedAt\":(null|\"[^\"]*\")", "");
            }
            return text;
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Admin.DisposeAsync();
        }
    }

    [Theory, OnBothStores]
    public async Task No_route_shows_or_changes_anything_of_a_tenant_with_anothers_credential(StoreKind store)
    {
        await using var victim = await Victim.StartAsync(store);
        var before = await victim.Everything();
        var other = $"t{Guid.NewGuid():N}";
        (await victim.Admin.Send("POST", "tenants", $$"""{"id":"{{other}}","requestsPerSecond":100000}""")).Is(201);
        using var thief = victim.Admin.Host.Connect((await victim.Admin.IssueToken(other)).Token);
        var walked = 0;

        foreach (var id in (string[])[victim.User, victim.Group])
        {
            foreach (var (endpoint, method, path) in Routes(victim.Admin.Host, new Dictionary<string, string>(victim.Values) { ["id"] = id }))
            {
                foreach (var body in method is "POST" or "PUT" or "PATCH" ? Bodies : (string?[])[null])
                {
                    var answer = await thief.Send(method, path, body);
                    var named = endpoint.RoutePattern.Parameters.Count > 0 && !path.Contains("/Schemas/", StringComparison.Ordinal) && !path.Contains("/ResourceTypes/", StringComparison.Ordinal);
                    Assert.True(!answer.Text.Contains(Mark, StringComparison.Ordinal), $"{method} {path} shows {answer.Text}");
                    Assert.True(!named || answer.Status >= 400, $"{method} {path} with {body} is answered {answer.Status}: {answer.Text}");
                    Assert.True(answer.Status != 500, $"{method} {path} with {body} is answered {answer.Status}: {answer.Text}");
                    if (path.StartsWith("/admin", StringComparison.Ordinal) && !Open.Contains(path))
                    {
                        Assert.Equal((method, path, 401), (method, path, answer.Status));
                    }
                    walked++;
                }
            }
        }

        Assert.Equal(before, await victim.Everything());
        Assert.True(walked > 100, $"only {walked} calls");
    }

    [Fact]
    public async Task Every_route_but_those_that_are_open_on_purpose_wants_a_credential()
    {
        await using var victim = await Victim.StartAsync(StoreKind.Memory);
        using var stranger = victim.Admin.Host.Connect(null);
        foreach (var (_, method, path) in Routes(victim.Admin.Host, victim.Values).Where(r => !Open.Contains(r.Path)))
        {
            var answer = await stranger.Send(method, path, method is "POST" or "PUT" or "PATCH" ? "{}" : null);
            Assert.Equal((method, path, 401), (method, path, answer.Status));
        }
    }

    [Fact]
    public async Task Who_administers_one_tenant_is_let_in_to_that_tenants_routes_alone()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory);
        var authorization = admin.Host.Services.GetRequiredService<IAuthorizationService>();
        var guest = AdminAccess.Administrator("set-up link", "acme");
        var let = new List<string>();
        foreach (var (endpoint, method, path) in Routes(admin.Host, new Dictionary<string, string> { ["tenant"] = "T" }).Where(r => r.Path.StartsWith("/admin/api", StringComparison.Ordinal)))
        {
            var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>();
            Assert.NotEmpty(policies);
            foreach (var tenant in (string[])["acme", "other", "acme2", "ACME", ""])
            {
                var http = new DefaultHttpContext { RequestServices = admin.Host.Services };
                http.Request.RouteValues["tenant"] = tenant;
                var results = await Task.WhenAll(policies.Select(p => authorization.AuthorizeAsync(guest, http, p.Policy!)));
                if (results.All(r => r.Succeeded))
                {
                    let.Add($"{tenant} {method} {path}");
                }
            }
        }

        Assert.All(let, l => Assert.StartsWith("acme ", l, StringComparison.Ordinal));
        Assert.Contains("acme GET /admin/api/tenants/T", let);
        Assert.Contains("acme GET /admin/api/tenants/T/refusals", let);
        Assert.DoesNotContain("acme GET /admin/api/refusals", let);
        Assert.DoesNotContain("acme DELETE /admin/api/tenants/T", let);
        Assert.DoesNotContain("acme PATCH /admin/api/tenants/T", let);
        Assert.DoesNotContain("acme GET /admin/api/tenants", let);
    }
}
