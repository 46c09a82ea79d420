using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Tenancy;

/// <summary>A service with an admin key, and the calls of an administrator.</summary>
internal sealed class AdminHost : IAsyncDisposable
{
    public const string Key = "an-admin-key-for-tests-0123456789";

    readonly HttpClient admin;

    AdminHost(ScimHost host)
    {
        Host = host;
        admin = host.Connect(Key);
        admin.BaseAddress = new Uri("http://localhost/admin/api/");
    }

    public ScimHost Host { get; }

    /// <summary>A tenant of this host's own that nobody has made yet.</summary>
    public string Tenant { get; } = $"t{Guid.NewGuid():N}";

    public static async Task<AdminHost> StartAsync(
        StoreKind store, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? services = null, AdminHost? sameDirectoryAs = null) =>
        new(await ScimHost.StartAsync(store, settings: new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["ScimLite:AdminKey"] = Key },
            services: services, sameDirectoryAs: sameDirectoryAs?.Host));

    public Task<HttpAnswer> Send(string method, string target, string? body = null) => admin.SendJson(method, target, body);

    /// <summary>Makes the tenant.</summary>
    public async Task<AdminHost> WithTenant(string more = "")
    {
        (await Send("POST", "tenants", $$"""{"id":"{{Tenant}}","requestsPerSecond":100000{{more}}}""")).Is(201);
        return this;
    }

    /// <summary>Makes a Secret Token; answers its id and what it is.</summary>
    public async Task<(string Id, string Token)> IssueToken(string? tenant = null, string more = "")
    {
        var made = (await Send("POST", $"tenants/{tenant ?? Tenant}/tokens", $$"""{"name":"Entra"{{more}}}""")).Is(201).Json;
        return (made["id"]!.GetValue<string>(), made["token"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        admin.Dispose();
        await Host.DisposeAsync();
    }
}

/// <summary>Calls with plain JSON.</summary>
internal static class JsonCalls
{
    /// <summary>Sends a body as <c>application/json</c>.</summary>
    public static Task<HttpAnswer> SendJson(this HttpClient client, string method, string target, string? body) =>
        client.SendBytes(method, target, body is null ? null : Encoding.UTF8.GetBytes(body), "application/json", []);

    /// <summary>Fails unless this is a problem (RFC 9457) with this status and a sentence that helps.</summary>
    public static HttpAnswer Problem(this HttpAnswer answer, int status)
    {
        answer.Is(status);
        Assert.Equal("application/problem+json", answer.Header("Content-Type"));
        Assert.Equal(status, answer.Json["status"]!.GetValue<int>());
        Assert.EndsWith(".", answer.Detail, StringComparison.Ordinal);
        return answer;
    }

    /// <summary>The object with this value of a property.</summary>
    public static JsonObject One(this HttpAnswer answer, string list, string property, string value) =>
        answer.Is(200).Json[list]!.AsArray().Select(o => o!.AsObject()).Single(o => o[property]!.GetValue<string>() == value);
}
