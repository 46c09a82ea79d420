using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Store;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Provisioning;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Tenancy;

/// <summary>The admin API for tenants and Secret Tokens, as the contract has it.</summary>
public sealed class AdminApiTests
{
    [Theory, OnBothStores]
    public async Task A_tenant_is_made_read_changed_and_deleted(StoreKind store)
    {
        await using var admin = await AdminHost.StartAsync(store);
        var id = admin.Tenant;

        var made = (await admin.Send("POST", "tenants", $$"""{"id":"{{id}}","displayName":"Contoso","requestsPerSecond":50,"dialect":"rfc"}""")).Is(201);
        Assert.Equal($"/admin/api/tenants/{id}", made.Header("Location"));
        Assert.Equal((id, "Contoso", "store", true, "rfc", "reject", 50), (made.Id, (string)made.Json["displayName"]!, (string)made.Json["source"]!, (bool)made.Json["provisioningEnabled"]!,
            (string)made.Json["dialect"]!, (string)made.Json["unknownMembers"]!, (int)made.Json["requestsPerSecond"]!));
        Assert.Matches(@"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$", (string)made.Json["createdAt"]!);
        Assert.Equal(made.Text, (await admin.Send("GET", $"tenants/{id}")).Is(200).Text);
        Assert.Equal(made.Text, (await admin.Send("GET", "tenants")).One("tenants", "id", id).ToJsonString());
        (await admin.Send("POST", "tenants", $$"""{"id":"{{id}}"}""")).Problem(409);

        var changed = (await admin.Send("PATCH", $"tenants/{id}", """{"displayName":null,"unknownMembers":"accept","requestsPerSecond":null}""")).Is(200);
        Assert.Equal((id, "rfc", "accept", 100), ((string)changed.Json["displayName"]!, (string)changed.Json["dialect"]!, (string)changed.Json["unknownMembers"]!, (int)changed.Json["requestsPerSecond"]!));
        Assert.Equal((string)made.Json["createdAt"]!, (string)changed.Json["createdAt"]!);
        Assert.Equal(changed.Text, (await admin.Send("GET", $"tenants/{id}")).Is(200).Text);

        Assert.Equal("", (await admin.Send("DELETE", $"tenants/{id}")).Is(204).Text);
        (await admin.Send("GET", $"tenants/{id}")).Problem(404);
        (await admin.Send("DELETE", $"tenants/{id}")).Problem(404);
        (await admin.Send("PATCH", $"tenants/{id}", "{}")).Problem(404);
        Assert.DoesNotContain(id, (await admin.Send("GET", "tenants")).Is(200).Text, StringComparison.Ordinal);
    }

    [Theory, OnBothStores]
    public async Task A_new_tenant_wants_unique_external_ids_and_one_of_an_earlier_build_does_not(StoreKind store)
    {
        await using var admin = await AdminHost.StartAsync(store);
        var made = (await admin.Send("POST", "tenants", $$"""{"id":"{{admin.Tenant}}"}""")).Is(201);
        Assert.Equal((true, "new"), ((bool)made.Json["uniqueExternalId"]!, (string)made.Json["reprovision"]!));
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}")).Is(204);

        var older = $"t{Guid.NewGuid():N}";
        var document = new TenantDocument(older, 0, [], """{"settings":{"displayName":"Older","dialect":"rfc"},"createdAt":"2026-11-01T00:00:00+00:00"}"""u8.ToArray());
        await admin.Host.Services.GetRequiredService<ITenantStore>().SaveAsync(document, TestContext.Current.CancellationToken);
        Assert.Equal((false, "rfc"), ((bool)(await admin.Send("GET", $"tenants/{older}")).Is(200).Json["uniqueExternalId"]!, (string)(await admin.Send("GET", $"tenants/{older}")).Json["dialect"]!));
        using var client = admin.Host.Connect((await admin.IssueToken(older)).Token);
        await client.CreateUser("ada", ""","externalId":"x1" """);
        var other = (await client.CreateUser("bob", ""","externalId":"x1" """)).Id;

        // Another setting leaves it as it is; null gives it its default.
        Assert.False((bool)(await admin.Send("PATCH", $"tenants/{older}", """{"dialect":"entra"}""")).Is(200).Json["uniqueExternalId"]!);
        Assert.True((bool)(await admin.Send("PATCH", $"tenants/{older}", """{"uniqueExternalId":null}""")).Is(200).Json["uniqueExternalId"]!);
        (await client.Send("POST", "Users", """{"userName":"cleo","externalId":"x1"}""")).Refuses(409, "uniqueness");
        (await client.Send("PUT", $"Users/{other}", """{"userName":"bob","externalId":"x1","title":"t"}""")).Is(200);
        (await client.SetActive(other, "False")).Is(200);
        Assert.Contains("uniqueExternalId is 1; allowed is true or false", (await admin.Send("PATCH", $"tenants/{older}", """{"uniqueExternalId":1}""")).Problem(400).Detail, StringComparison.Ordinal);
    }

    [Theory, OnBothStores]
    public async Task A_token_is_shown_once_and_opens_its_tenant_until_it_is_revoked(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        var made = (await admin.Send("POST", $"tenants/{admin.Tenant}/tokens", """{"name":" Entra 2026 ","expiresAt":"2126-01-31T02:00:00+02:00"}""")).Is(201);
        var (id, token) = (made.Id, (string)made.Json["token"]!);
        Assert.Equal(("Entra 2026", token[..6], "2126-01-31T00:00:00.000Z", """["provision"]"""),
            ((string)made.Json["name"]!, (string)made.Json["prefix"]!, (string)made.Json["expiresAt"]!, made.Json["scopes"]!.ToJsonString()));
        Assert.True(made.Json.ContainsKey("lastUsedAt") && made.Json["lastUsedAt"] is null);
        using var client = admin.Host.Connect(token);

        await client.CreateUser("ada");
        Assert.Equal(1, (await client.Send("GET", "Users")).Is(200).Total);
        Assert.Equal(0, (await admin.Host.Client.Send("GET", "Users")).Is(200).Total);

        var listed = await admin.Send("GET", $"tenants/{admin.Tenant}/tokens");
        Assert.Equal("Entra 2026", (string)listed.One("tokens", "id", id)["name"]!);
        Assert.DoesNotContain(token, listed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", listed.Text, StringComparison.OrdinalIgnoreCase);

        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/tokens/{id}")).Is(204);
        (await client.Send("GET", "Users")).Refuses(401);
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/tokens/{id}")).Problem(404);
        Assert.Equal("""{"tokens":[]}""", (await admin.Send("GET", $"tenants/{admin.Tenant}/tokens")).Is(200).Text);
    }

    [Theory, OnBothStores]
    public async Task A_tenant_from_settings_is_not_changed_here_but_has_tokens_like_any_other(StoreKind store)
    {
        await using var admin = await AdminHost.StartAsync(store);
        var id = admin.Host.Tenant;

        Assert.Equal(("settings", null), ((string)(await admin.Send("GET", $"tenants/{id}")).Is(200).Json["source"]!, (await admin.Send("GET", $"tenants/{id}")).Json["createdAt"]));
        Assert.DoesNotContain(admin.Host.Token, (await admin.Send("GET", "tenants")).Is(200).Text, StringComparison.Ordinal);
        (await admin.Send("POST", "tenants", $$"""{"id":"{{id}}"}""")).Problem(409);
        (await admin.Send("PATCH", $"tenants/{id}", """{"displayName":"x"}""")).Problem(409);
        (await admin.Send("DELETE", $"tenants/{id}")).Problem(409);

        var (tokenId, token) = await admin.IssueToken(id);
        using var client = admin.Host.Connect(token);
        await client.CreateUser("ada");
        Assert.Equal(1, (await admin.Host.Client.Send("GET", "Users")).Is(200).Total);
        (await admin.Send("DELETE", $"tenants/{id}/tokens/{tokenId}")).Is(204);
        (await client.Send("GET", "Users")).Refuses(401);
        (await admin.Host.Client.Send("GET", "Users")).Is(200);
    }

    [Theory, OnBothStores]
    public async Task A_credential_that_may_only_read_changes_nothing(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        using var writer = admin.Host.Connect((await admin.IssueToken()).Token);
        using var reader = admin.Host.Connect((await admin.IssueToken(more: ""","scopes":["read"]""")).Token);
        var user = (await writer.CreateUser("ada")).Id;
        var before = await writer.Directory();

        foreach (var (method, target, body) in ((string, string, string?)[])
        [
            ("POST", "Users", """{"userName":"eve"}"""), ("PUT", $"Users/{user}", """{"userName":"eve"}"""), ("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}""")),
            ("DELETE", $"Users/{user}", null), ("POST", "Groups", """{"displayName":"eve"}"""), ("POST", "Bulk", "{}"), ("POST", "/scim/Users/", "{"),
        ])
        {
            (await reader.Send(method, target, body)).Refuses(403);
        }

        Assert.Equal(before, await reader.Directory());
        (await reader.Send("HEAD", $"Users/{user}")).Is(200);
        (await reader.Send("GET", "ServiceProviderConfig")).Is(200);
    }

    [Theory, OnBothStores]
    public async Task A_paused_tenant_is_503_at_once_and_served_again_when_it_goes_on(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        using var client = admin.Host.Connect((await admin.IssueToken()).Token);
        (await client.Send("GET", "Users")).Is(200);

        (await admin.Send("PATCH", $"tenants/{admin.Tenant}", """{"provisioningEnabled":false}""")).Is(200);
        Assert.Equal("3600", (await client.Send("GET", "Users")).Refuses(503).Header("Retry-After"));
        (await admin.Send("PATCH", $"tenants/{admin.Tenant}", """{"provisioningEnabled":true}""")).Is(200);
        (await client.Send("GET", "Users")).Is(200);
    }

    [Theory, OnBothStores]
    public async Task A_deleted_tenant_takes_its_directory_and_credentials_along_and_its_id_rests_for_a_while(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        using var client = admin.Host.Connect((await admin.IssueToken()).Token);
        await client.CreateGroup("g", (await client.CreateUser("ada")).Id);

        (await admin.Send("DELETE", $"tenants/{admin.Tenant}?confirm={admin.Tenant}x")).Problem(400);
        (await client.Send("GET", "Users")).Is(200);
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}?confirm={admin.Tenant}")).Is(204);

        (await client.Send("GET", "Users")).Refuses(401);
        (await admin.Send("POST", "tenants", $$"""{"id":"{{admin.Tenant}}"}""")).Problem(409);
        (await admin.Send("POST", $"tenants/{admin.Tenant}/tokens", """{"name":"x"}""")).Problem(404);
    }

    [Fact]
    public async Task What_can_not_be_meant_is_a_400_that_says_what_is_allowed()
    {
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory)).WithTenant();
        foreach (var (target, body, told) in ((string, string, string)[])
        [
            ("tenants", "{}", "1 to 63 small letters"), ("tenants", """{"id":"Acme"}""", "1 to 63 small letters"), ("tenants", """{"id":7}""", "1 to 63 small letters"), ("tenants", """{"id":"x{y}"}""", "1 to 63 small letters"),
            ("tenants", """{"id":"a","dialect":"okta"}""", "entra or rfc"), ("tenants", """{"id":"a","dialect":1}""", "entra or rfc"), ("tenants", """{"id":"a","requestsPerSecond":0}""", "1 to 100000"),
            ("tenants", """{"id":"a","requestsPerSecond":"ten"}""", "1 to 100000"), ("tenants", """{"id":"a","provisioningEnabled":"yes"}""", "true or false"), ("tenants", """{"id":"a","token":"x"}""", "token is no setting"),
            ("tenants", $$"""{"id":"a","displayName":"{{new string('x', 201)}}"}""", "200"), ("tenants", "[]", "one JSON object"), ("tenants", "{", "one JSON object"), ("tenants", "", "one JSON object"), ("tenants", "null", "one JSON object"),
            ($"tenants/{admin.Tenant}/tokens", "{}", "name"), ($"tenants/{admin.Tenant}/tokens", """{"name":" "}""", "name"), ($"tenants/{admin.Tenant}/tokens", """{"name":"x","scopes":[]}""", "read and provision"),
            ($"tenants/{admin.Tenant}/tokens", """{"name":"x","scopes":["admin"]}""", "read and provision"), ($"tenants/{admin.Tenant}/tokens", """{"name":"x","expiresAt":"2020-01-01T00:00:00Z"}""", "in the past"),
            ($"tenants/{admin.Tenant}/tokens", """{"name":"x","expiresAt":"soon"}""", "expiresAt"), ($"tenants/{admin.Tenant}/tokens", """{"name":"x","token":"chosen"}""", "token"), ($"tenants/{admin.Tenant}/tokens", """{"name":"x\n"}""", "name"),
        ])
        {
            Assert.Contains(told, (await admin.Send("POST", target, body)).Problem(400).Detail, StringComparison.Ordinal);
        }

        (await admin.Send("POST", $"tenants/{admin.Tenant}/tokens", "")).Problem(400);
        (await admin.Send("PUT", "tenants", "{}")).Problem(405);
        (await admin.Send("GET", "nothing")).Problem(404);
        (await admin.Send("GET", "tenants/UPPER")).Problem(404);
        (await admin.Send("GET", "tenants/a%2Fb/tokens")).Problem(404);
        Assert.Equal("""{"tokens":[]}""", (await admin.Send("GET", $"tenants/{admin.Tenant}/tokens")).Is(200).Text);
    }

    [Fact]
    public async Task Without_an_admin_key_there_is_no_admin_api()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        foreach (var token in (string?[])[null, "", host.Token])
        {
            using var client = host.Connect(token);
            Assert.Equal(404, (await client.Send("GET", "/admin/api/tenants")).Status);
            Assert.Equal(404, (await client.Send("POST", "/admin/api/tenants", """{"id":"a"}""")).Status);
        }
    }

    [Fact]
    public async Task After_five_wrong_keys_not_even_the_right_one_is_taken_for_a_while()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()));
        using var stranger = admin.Host.Connect(null);
        Task<HttpAnswer> Try(string key) => stranger.Send("GET", "/admin/api/tenants", null, ("Authorization", $"Bearer {key}"));

        Assert.Equal("Bearer", (await stranger.Send("GET", "/admin/api/tenants")).Problem(401).Header("WWW-Authenticate"));
        for (var i = 0; i < 20; i++)
        {
            // The same mistake again is no other guess.
            Assert.Equal("Bearer error=\"invalid_token\"", (await Try("wrong")).Problem(401).Header("WWW-Authenticate"));
        }

        (await Try(AdminHost.Key)).Is(200);
        for (var i = 0; i < 4; i++)
        {
            (await Try($"wrong {i}")).Problem(401);
        }

        Assert.Equal("30", (await Try(AdminHost.Key)).Problem(429).Header("Retry-After"));
        (await Try("wrong 7")).Problem(429);
        (await admin.Host.Client.Send("GET", "Users")).Is(200);
    }

    [Fact]
    public async Task A_tenants_credential_opens_no_admin_route_and_the_admin_key_no_directory()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory);
        using var key = admin.Host.Connect(AdminHost.Key);

        (await key.Send("GET", "Users")).Refuses(401);
        (await admin.Host.Client.Send("GET", "/admin/api/tenants")).Problem(401);
    }
}
