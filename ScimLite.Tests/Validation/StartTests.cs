using System.Text.Json;
using System.Text.RegularExpressions;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Validation;

/// <summary>The real program in a process of its own: what it says when it can't start, and what when it can.</summary>
public sealed partial class StartTests
{
    [Theory]
    [InlineData("ScimLite__Limits__MaxPageSize", "0", "ScimLite:Limits:MaxPageSize is 0; allowed is 1 to 10000.")]
    [InlineData("ScimLite__Tenants__acme__Dialect", "okta", "ScimLite:Tenants:acme:Dialect is 'okta'; allowed is entra or rfc.")]
    [InlineData("ScimLite__SchemaFolder", "no-such-folder", "ScimLite:SchemaFolder is 'no-such-folder'; allowed is a folder that can be read")]
    [InlineData("ScimLite__Passwords", "keep", "ScimLite:Passwords is 'keep'; allowed is ignore or hash.")]
    [InlineData("ConnectionStrings__Redis", "localhost:6379,shoe=1,password=a-very-secret-password", "ConnectionStrings:Redis can't be read")]
    public Task On_a_wrong_setting_it_exits_with_2_and_tells_key_value_and_what_is_allowed(string key, string value, string told) => Refuses(told, (key, value));

    [Fact]
    public Task Who_would_sign_in_where_no_page_is_is_told_at_the_start() => Refuses("ScimLite:AdminKey is empty, and ScimLite:OpenIdConnect is set;",
        ("ScimLite__OpenIdConnect__Authority", "https://login.example/v2.0"), ("ScimLite__OpenIdConnect__ClientId", "an-application"),
        ("ScimLite__OpenIdConnect__ClientSecret", "a-very-secret-secret"), ("ScimLite__OpenIdConnect__AllowedGroups__0", "administrators"));

    private static async Task Refuses(string told, params (string Key, string Value)[] settings)
    {
        using var program = ScimProgram.Start("Production", [.. settings, ("ScimLite__Tenants__acme__Token", "a-very-secret-token")]);
        var cancel = TestContext.Current.CancellationToken;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(cancel), program.StandardError.ReadToEndAsync(cancel));

        await program.WaitForExitAsync(cancel);

        Assert.Equal(2, program.ExitCode);
        Assert.Contains(told, await error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", await error, StringComparison.Ordinal);
        Assert.DoesNotContain("a-very-secret", await output + await error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_development_it_prints_a_tenant_url_and_a_secret_token_that_work()
    {
        // The key that stands behind a provider is made as well.
        using var program = ScimProgram.Start("Development", ("ScimLite__OpenIdConnect__Authority", "https://login.example/v2.0"), ("ScimLite__OpenIdConnect__ClientId", "an-application"),
            ("ScimLite__OpenIdConnect__ClientSecret", "a-secret"), ("ScimLite__OpenIdConnect__AllowedGroups__0", "administrators"));
        try
        {
            var banner = await ScimProgram.ReadUntil(program.StandardOutput, "Press Ctrl+C");
            var url = TenantUrl().Match(banner).Groups[1].Value;
            var token = SecretToken().Match(banner).Groups[1].Value;
            using var client = new HttpClient { BaseAddress = new Uri(url + "/") };
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);

            (await client.Send("GET", "Users")).Is(200);
            // More at once than a tenant's burst is by default: a suite that is run against it is not throttled.
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => client.Send("GET", "Users?count=0"))), answer => Assert.Equal(200, answer.Status));
            await client.CreateUser("ada");
            Assert.Equal(1, (await client.Send("GET", "Users?filter=userName%20eq%20%22ada%22")).Is(200).Total);
            client.DefaultRequestHeaders.Authorization = null;
            (await client.Send("GET", "Users")).Refuses(401);
            Assert.Contains("data is gone", banner, StringComparison.Ordinal);
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task In_development_with_tenants_and_a_key_of_ones_own_it_prints_where_it_listens_and_no_line_for_each_request()
    {
        using var program = ScimProgram.Start("Development", ("ScimLite__Tenants__acme__Token", "a-very-secret-token"), ("ScimLite__AdminKey", "a-very-secret-admin-key"));
        try
        {
            var banner = await ScimProgram.ReadUntil(program.StandardOutput, "Press Ctrl+C");
            using var client = new HttpClient { BaseAddress = new Uri(TenantUrl().Match(banner).Groups[1].Value + "/") };
            client.DefaultRequestHeaders.Authorization = new("Bearer", "a-very-secret-token");
            (await client.Send("GET", "Users")).Is(200);
            await ScimProgram.Stop(program);

            Assert.Contains("Listening on   http://127.0.0.1:", banner, StringComparison.Ordinal);
            Assert.DoesNotContain("a-very-secret", banner, StringComparison.Ordinal);
            Assert.Equal("", (await program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task In_production_the_log_is_json_whose_lines_have_both_ids_of_the_request_as_fields()
    {
        using var program = ScimProgram.Start("Production", ("ScimLite__Tenants__acme__Token", "a-token"), ("Logging__LogLevel__Microsoft.AspNetCore.Routing", "Information"));
        try
        {
            var log = await ScimProgram.ReadUntil(program.StandardOutput, "Now listening on");
            using var client = new HttpClient { BaseAddress = new Uri(ListensOn().Match(log).Groups[1].Value + "/scim/v2/") };
            client.DefaultRequestHeaders.Authorization = new("Bearer", "a-token");
            await client.Send("GET", "Users", null, ("client-request-id", "c-1"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

            var line = (await ScimProgram.ReadUntil(program.StandardOutput, "Executing endpoint")).TrimEnd().Split('\n')[^1];
            var scopes = JsonDocument.Parse(line).RootElement.GetProperty("Scopes").EnumerateArray().ToArray();
            var scope = Assert.Single(scopes, s => s.ValueKind == JsonValueKind.Object && s.TryGetProperty("CorrelationId", out _));
            Assert.Equal("c-1", scope.GetProperty("CorrelationId").GetString());
            Assert.Equal("0af7651916cd43dd8448eb211c80319c", scope.GetProperty("TraceId").GetString());
            Assert.DoesNotContain("KeyValuePair", line, StringComparison.Ordinal);
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task In_production_it_makes_no_tenant_prints_no_token_and_says_what_is_missing()
    {
        using var program = ScimProgram.Start("Production");
        try
        {
            var log = await ScimProgram.ReadUntil(program.StandardOutput, "There is no tenant");
            using var client = new HttpClient { BaseAddress = new Uri(ListensOn().Match(log).Groups[1].Value + "/scim/v2/") };

            (await client.Send("GET", "Users", null, ("Authorization", "Bearer "))).Refuses(401);
            Assert.Equal(200, (await client.Send("GET", "/health/ready")).Status);
            Assert.DoesNotContain("Secret Token", log, StringComparison.Ordinal);
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [GeneratedRegex(@"Tenant URL\s+(http://127\.0\.0\.1:\d+/scim/v2)\s")]
    private static partial Regex TenantUrl();

    [GeneratedRegex(@"Secret Token\s+([0-9a-f]{48})\s")]
    private static partial Regex SecretToken();

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListensOn();
}
