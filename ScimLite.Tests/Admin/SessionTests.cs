using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Admin;

/// <summary>Signing in at the admin page, and what a session is good for.</summary>
public sealed partial class SessionTests
{
    private const string RightKey = $$"""{"key":"{{AdminHost.Key}}"}""";

    [Theory, OnBothStores]
    public async Task The_admin_key_opens_a_session_that_no_script_can_read_and_no_other_site_can_send(StoreKind store)
    {
        await using var admin = await AdminHost.StartAsync(store);
        using var browser = Browse(admin);
        Assert.False((await browser.SendJson("GET", "session", null)).Is(200).Json["signedIn"]!.GetValue<bool>());
        (await browser.SendJson("GET", "api/tenants", null)).Problem(401);

        var opened = (await browser.SendJson("POST", "session", RightKey)).Is(200);

        var cookie = opened.Header("Set-Cookie")!;
        Assert.Contains("; samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/admin", cookie, StringComparison.Ordinal);
        Assert.Equal("administrator", opened.Json["kind"]!.GetValue<string>());
        Assert.Equal("http://localhost/scim/v2", opened.Json["tenantUrl"]!.GetValue<string>());
        (await browser.SendJson("GET", "api/tenants", null)).Is(200);
        (await browser.SendJson("DELETE", "session", null)).Is(204);
        (await browser.SendJson("GET", "api/tenants", null)).Problem(401);
    }

    [Fact]
    public async Task Behind_an_https_address_the_cookie_is_for_https_alone()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory, new Dictionary<string, string> { ["ScimLite:PublicUrl"] = "https://scim.example.com" });
        using var browser = Browse(admin);

        var opened = (await browser.SendJson("POST", "session", RightKey)).Is(200);

        Assert.Contains("; secure", opened.Header("Set-Cookie"), StringComparison.Ordinal);
        Assert.Equal("https://scim.example.com/scim/v2", opened.Json["tenantUrl"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_changes_something_needs_the_anti_forgery_value_beside_the_cookie()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory);
        using var browser = Browse(admin);
        var value = (await browser.SendJson("POST", "session", RightKey)).Json["antiForgery"]!.GetValue<string>();
        const string tenant = """{"id":"made-by-a-session"}""";

        (await browser.SendJson("POST", "api/tenants", tenant)).Problem(401);
        browser.DefaultRequestHeaders.Add("X-Anti-Forgery", "0123456789abcdef0123456789abcdef");
        (await browser.SendJson("POST", "api/tenants", tenant)).Problem(401);
        browser.DefaultRequestHeaders.Remove("X-Anti-Forgery");
        browser.DefaultRequestHeaders.Add("X-Anti-Forgery", value);
        (await browser.SendJson("POST", "api/tenants", tenant)).Is(201);
    }

    [Fact]
    public async Task After_five_wrong_keys_not_even_the_right_one_is_taken_for_a_while()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory);
        using var browser = Browse(admin);
        for (var i = 0; i < 5; i++)
        {
            (await browser.SendJson("POST", "session", $$"""{"key":"wrong-{{i}}"}""")).Problem(401);
        }

        var refused = (await browser.SendJson("POST", "session", RightKey)).Problem(429);

        Assert.Equal("30", refused.Header("Retry-After"));
        Assert.Null(refused.Header("Set-Cookie"));
    }

    [Fact]
    public async Task A_session_ends_with_the_key_that_opened_it()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Redis);
        using var browser = Browse(admin);
        var cookie = (await browser.SendJson("POST", "session", RightKey)).Is(200).Header("Set-Cookie")!.Split(';')[0];
        await using var same = await AdminHost.StartAsync(StoreKind.Redis);
        await using var other = await ScimHost.StartAsync(StoreKind.Redis, settings: new Dictionary<string, string> { ["ScimLite:AdminKey"] = "another-key-for-tests-0123456789" });

        Assert.True(await IsSignedIn(same.Host, cookie));
        Assert.False(await IsSignedIn(other, cookie));
    }

    [Theory, OnBothStores]
    public async Task A_set_up_link_opens_the_guide_the_tokens_and_the_activity_of_one_tenant_and_nothing_else(StoreKind store)
    {
        await using var admin = await (await AdminHost.StartAsync(store)).WithTenant();
        var link = (await admin.Send("POST", $"tenants/{admin.Tenant}/setup-links", """{"name":"Contoso IT"}""")).Is(201).Json;
        using var browser = Browse(admin);

        var opened = (await browser.SendJson("POST", "session", $$"""{"setup":"{{link["secret"]!.GetValue<string>()}}"}""")).Is(200).Json;

        Assert.Equal(("setup", admin.Tenant), (opened["kind"]!.GetValue<string>(), opened["tenant"]!.GetValue<string>()));
        browser.DefaultRequestHeaders.Add("X-Anti-Forgery", opened["antiForgery"]!.GetValue<string>());
        var own = $"api/tenants/{admin.Tenant}";
        (await browser.SendJson("GET", own, null)).Is(200);
        var token = (await browser.SendJson("POST", $"{own}/tokens", """{"name":"Entra"}""")).Is(201).Json["id"]!.GetValue<string>();
        Assert.Single((await browser.SendJson("GET", $"{own}/tokens", null)).Is(200).Json["tokens"]!.AsArray());
        foreach (var (method, target, body) in ((string, string, string?)[])
        [
            ("GET", "api/tenants", null), ("POST", "api/tenants", """{"id":"another"}"""), ("PATCH", own, """{"provisioningEnabled":false}"""), ("DELETE", own, null),
            ("DELETE", $"{own}/tokens/{token}", null), ("GET", $"{own}/clients", null), ("POST", $"{own}/clients", """{"name":"x"}"""),
            ("GET", $"{own}/setup-links", null), ("POST", $"{own}/setup-links", """{"name":"x"}"""),
            ("GET", $"api/tenants/{admin.Host.Tenant}", null), ("POST", $"api/tenants/{admin.Host.Tenant}/tokens", """{"name":"x"}"""),
        ])
        {
            (await browser.SendJson(method, target, body)).Problem(403);
        }
    }

    [Theory, OnBothStores]
    public async Task A_set_up_link_that_is_revoked_or_has_expired_opens_nothing_and_ends_its_sessions(StoreKind store)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 8, 0, 0, TimeSpan.Zero));
        await using var admin = await (await AdminHost.StartAsync(store, services: services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)))).WithTenant();
        var links = $"tenants/{admin.Tenant}/setup-links";
        var (revoked, expiring) = ((await admin.Send("POST", links, """{"name":"a"}""")).Is(201).Json, (await admin.Send("POST", links, """{"name":"b","expiresAt":"2026-11-25T09:00:00Z"}""")).Is(201).Json);
        using var first = Browse(admin);
        using var second = Browse(admin);
        var own = $"api/tenants/{admin.Tenant}";
        foreach (var (browser, link) in ((HttpClient, System.Text.Json.Nodes.JsonNode)[])[(first, revoked), (second, expiring)])
        {
            (await browser.SendJson("POST", "session", $$"""{"setup":"{{link["secret"]!.GetValue<string>()}}"}""")).Is(200);
            (await browser.SendJson("GET", own, null)).Is(200);
        }

        (await admin.Send("DELETE", $"{links}/{revoked["id"]!.GetValue<string>()}")).Is(204);
        (await first.SendJson("GET", own, null)).Problem(401);
        clock.Advance(TimeSpan.FromMinutes(61));
        (await second.SendJson("GET", own, null)).Problem(401);
        foreach (var link in (System.Text.Json.Nodes.JsonNode[])[revoked, expiring])
        {
            (await first.SendJson("POST", "session", $$"""{"setup":"{{link["secret"]!.GetValue<string>()}}"}""")).Problem(401);
        }

        (await admin.Send("POST", links, """{"name":"too long","expiresAt":"2027-11-25T09:00:00Z"}""")).Problem(400);
    }

    [Fact]
    public async Task A_session_that_is_used_all_the_time_ends_twelve_hours_after_signing_in()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 8, 0, 0, TimeSpan.Zero));
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)))).WithTenant();
        var link = (await admin.Send("POST", $"tenants/{admin.Tenant}/setup-links", """{"name":"IT"}""")).Is(201).Json["secret"]!.GetValue<string>();
        using var administrator = Browse(admin);
        using var customer = Browse(admin);
        (await administrator.SendJson("POST", "session", RightKey)).Is(200);
        (await customer.SendJson("POST", "session", $$"""{"setup":"{{link}}"}""")).Is(200);
        var own = $"api/tenants/{admin.Tenant}";
        foreach (var hours in (double[])[5, 5, 1.99])
        {
            clock.Advance(TimeSpan.FromHours(hours));
            (await administrator.SendJson("GET", own, null)).Is(200);
            (await customer.SendJson("GET", own, null)).Is(200);
        }

        clock.Advance(TimeSpan.FromHours(0.01));

        (await administrator.SendJson("GET", own, null)).Problem(401);
        (await customer.SendJson("GET", own, null)).Problem(401);
        Assert.False((await administrator.SendJson("GET", "session", null)).Is(200).Json["signedIn"]!.GetValue<bool>());
        (await administrator.SendJson("POST", "session", RightKey)).Is(200);
        (await administrator.SendJson("GET", own, null)).Is(200);
    }

    [Fact]
    public async Task A_session_that_nobody_uses_ends_after_eight_hours()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 25, 8, 0, 0, TimeSpan.Zero));
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory, services: services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        using var browser = Browse(admin);
        (await browser.SendJson("POST", "session", RightKey)).Is(200);

        clock.Advance(TimeSpan.FromHours(8.01));

        (await browser.SendJson("GET", "api/tenants", null)).Problem(401);
    }

    [Fact]
    public async Task Without_an_admin_key_there_is_no_page()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var browser = host.Connect(null);
        browser.BaseAddress = new Uri("http://localhost/");

        foreach (var target in (string[])["admin", "admin/session", "admin/api/tenants", "admin/assets/app.js"])
        {
            Assert.Equal(404, (await browser.SendJson("GET", target, null)).Status);
        }
    }

    [Fact]
    public async Task The_page_lets_in_nothing_from_elsewhere_and_every_file_of_it_is_served()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory);
        using var browser = Browse(admin);
        browser.BaseAddress = new Uri("http://localhost/");

        var page = await browser.GetAsync("admin", TestContext.Current.CancellationToken);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        var text = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<style", text, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", text, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "ScimLite", "Admin")).Select(f => Path.GetFileName(f)!).Where(f => f != "index.html"))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"admin/assets/{file}");
            var served = await browser.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((file, 200), (file, (int)served.StatusCode));
            Assert.Equal("nosniff", Assert.Single(served.Headers.GetValues("X-Content-Type-Options")));
            using var again = new HttpRequestMessage(HttpMethod.Get, $"admin/assets/{file}");
            again.Headers.IfNoneMatch.Add(served.Headers.ETag!);
            Assert.Equal(304, (int)(await browser.SendAsync(again, TestContext.Current.CancellationToken)).StatusCode);
        }
    }

    [Fact]
    public async Task The_page_has_words_for_every_rule_by_which_a_request_is_read()
    {
        await using var admin = await AdminHost.StartAsync(StoreKind.Memory);
        using var browser = Browse(admin);
        var words = (await browser.SendJson("GET", "assets/rules.js", null)).Is(200).Text;
        var dialect = string.Concat(Directory.GetFiles(
            Path.Combine(Repository.Root, "ScimLite", "Protocol", "Patches"), "EntraDialect*.cs").Select(File.ReadAllText));

        string[] rules = [.. NotedRule().Matches(dialect).Select(m => m.Groups[1].Value)];

        Assert.True(rules.Length > 10);
        Assert.All(rules, rule => Assert.Contains($"'{rule}': '", words, StringComparison.Ordinal));
    }

    [GeneratedRegex("(?:Note|Reads)\\(\"([a-z-]+)\"\\)")]
    private static partial Regex NotedRule();

    private static HttpClient Browse(AdminHost admin)
    {
        var browser = admin.Host.Connect(null);
        browser.BaseAddress = new Uri("http://localhost/admin/");
        return browser;
    }

    private static async Task<bool> IsSignedIn(ScimHost host, string cookie)
    {
        using var browser = host.Connect(null);
        browser.BaseAddress = new Uri("http://localhost/admin/");
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        return (await browser.SendJson("GET", "session", null)).Is(200).Json["signedIn"]!.GetValue<bool>();
    }
}
