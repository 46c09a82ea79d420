using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Store;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Handlers;

/// <summary>A store in memory some of whose calls fail; a proxy, so that it has whatever calls the interface has.</summary>
public class BrokenStore : DispatchProxy
{
    private readonly InMemoryStore inner = new();

    private Func<string, Exception?> cause = _ => null;

    /// <summary>Starts a service on such a store.</summary>
    /// <param name="cause">What a call of that name throws; null lets it pass.</param>
    /// <param name="settings">Settings of the service.</param>
    /// <param name="more">More changes to the services.</param>
    public static Task<ScimHost> StartAsync(
        Func<string, Exception?> cause, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? more = null) =>
        ScimHost.StartAsync(StoreKind.Memory, settings: settings, services: services =>
        {
            more?.Invoke(services);
            var store = Create<IResourceStore, BrokenStore>();
            ((BrokenStore)(object)store).cause = cause;
            services.AddSingleton(store);
        });

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (cause(targetMethod!.Name) is { } exception)
        {
            throw exception;
        }

        return targetMethod.Invoke(inner, args);
    }
}
