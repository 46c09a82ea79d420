using ScimLite.Provisioning;
using ScimLite.Tenancy;

namespace ScimLite.Handlers;

/// <summary>The services of what an administrator reads and decides: the activity log, the health card, the guard, the deleted users, the directory.</summary>
public static class CareSetup
{
    /// <summary>Adds them.</summary>
    public static void AddCare(this IServiceCollection services)
    {
        services.AddSingleton<ActivityLog>().AddHostedService(provider => provider.GetRequiredService<ActivityLog>());
        services.AddSingleton<CallRecorder>().AddHostedService(provider => provider.GetRequiredService<CallRecorder>());
        services.AddSingleton<TenantWatch>().AddHostedService(provider => provider.GetRequiredService<TenantWatch>());
        services.AddSingleton<ActivityReader>().AddSingleton<DirectoryReader>().AddSingleton<DeletedUsers>();
        services.AddSingleton<ActivityHandlers>().AddSingleton<CareHandlers>().AddSingleton<DirectoryHandlers>();
        services.AddSingleton<RefusalHandlers>();
    }
}
