namespace ScimLite.Store;

/// <summary>The services of this floor.</summary>
public static class StoreSetup
{
    /// <summary>Keeps everything in Redis where that is set, otherwise in this process's memory.</summary>
    public static void AddStore(this IServiceCollection services, RedisOptions? redis)
    {
        if (redis is null)
        {
            services.AddSingleton(new StoreOutage());
            services.AddSingleton<InMemoryStore>().AddSingleton<ITenantStore, InMemoryTenantStore>().AddSingleton<IRequestBudget, InMemoryRequestBudget>();
            services.AddSingleton<IRefusalStore, InMemoryRefusalStore>();
            services.AddSingleton<IResourceStore>(provider => provider.GetRequiredService<InMemoryStore>());
            services.AddSingleton<IActivityStore>(provider => provider.GetRequiredService<InMemoryStore>());
            return;
        }
        services.AddSingleton(redis).AddSingleton<RedisConnection>().AddHostedService<RedisWatch>();
        services.AddSingleton(provider => provider.GetRequiredService<RedisConnection>().Outage);
        services.AddSingleton<RedisStore>().AddSingleton<ITenantStore, RedisTenantStore>().AddSingleton<IRequestBudget, RedisRequestBudget>();
        services.AddSingleton<IRefusalStore, RedisRefusalStore>();
        services.AddSingleton<IResourceStore>(provider => provider.GetRequiredService<RedisStore>());
        services.AddSingleton<IActivityStore>(provider => provider.GetRequiredService<RedisStore>());
    }
}
