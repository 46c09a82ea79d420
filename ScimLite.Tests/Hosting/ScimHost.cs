using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace ScimLite.Tests.Hosting;

/// <summary>The whole service in this process, with one tenant of its own whose directory is empty.</summary>
public sealed class ScimHost : WebApplicationFactory<Program>
{
    private readonly StoreKind store;
    private readonly Dictionary<string, string> settings = [];
    private readonly Action<IServiceCollection>? services;

    private ScimHost(StoreKind store, string tenant, string token, Action<IServiceCollection>? services)
    {
        this.store = store;
        this.services = services;
        Tenant = tenant;
        Token = token;
    }

    /// <summary>The tenant's id.</summary>
    public string Tenant { get; }

    /// <summary>The tenant's Secret Token.</summary>
    public string Token { get; }

    /// <summary>Where the service listens.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>Calls the service with the tenant's token; relative addresses start at the Tenant URL.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Starts the service.</summary>
    /// <param name="store">On which store.</param>
    /// <param name="dialect">The tenant's dialect.</param>
    /// <param name="tenantSettings">More settings of the tenant, such as UnknownMembers.</param>
    /// <param name="settings">More settings of the service, with their whole keys.</param>
    /// <param name="sameDirectoryAs">Another host whose tenant, token and directory this one is to serve as well.</param>
    /// <param name="services">Changes to the services.</param>
    /// <param name="onKestrel">Whether it listens on a real port, at <see cref="Address"/>.</param>
    public static Task<ScimHost> StartAsync(
        StoreKind store, string dialect = "entra", IReadOnlyDictionary<string, string>? tenantSettings = null,
        IReadOnlyDictionary<string, string>? settings = null, ScimHost? sameDirectoryAs = null, Action<IServiceCollection>? services = null, bool onKestrel = false)
    {
        var tenant = sameDirectoryAs?.Tenant ?? $"t{Guid.NewGuid():N}";
        var host = new ScimHost(store, tenant, sameDirectoryAs?.Token ?? $"token-{Guid.NewGuid():N}", services);
        host.settings[$"ScimLite:Tenants:{tenant}:Token"] = host.Token;
        host.settings[$"ScimLite:Tenants:{tenant}:Dialect"] = dialect;
        host.settings[$"ScimLite:Tenants:{tenant}:RequestsPerSecond"] = "100000";
        foreach (var (key, value) in tenantSettings ?? new Dictionary<string, string>())
        {
            host.settings[$"ScimLite:Tenants:{tenant}:{key}"] = value;
        }
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            host.settings[key] = value;
        }
        if (onKestrel)
        {
            host.UseKestrel(0);
            host.StartServer();
            host.Address = host.ClientOptions.BaseAddress;
        }
        host.Client = host.Connect(host.Token);
        return Task.FromResult(host);
    }

    /// <summary>Calls the service with another token, or with none.</summary>
    public HttpClient Connect(string? token)
    {
        var client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        client.BaseAddress = new Uri(Address, "/scim/v2/");
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("Logging:LogLevel:Default", "None");
        builder.UseSetting("ConnectionStrings:Redis", store == StoreKind.Redis ? RedisServer.ConnectionString : "");
        foreach (var (key, value) in settings)
        {
            builder.UseSetting(key, value);
        }
        builder.ConfigureTestServices(s => services?.Invoke(s));
    }
}
