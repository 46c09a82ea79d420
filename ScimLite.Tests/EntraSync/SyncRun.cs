using ScimLite.EntraSync;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.EntraSync;

/// <summary>Runs of <c>sync-cycle</c> in this process.</summary>
internal static class SyncRun
{
    /// <summary>A company that is small enough for every day and large enough for each kind of change.</summary>
    public static readonly SyncOptions Small = new() { Users = 60, Groups = 12, Memberships = 200, Cycles = 3, Seed = 4711 };

    /// <summary>Runs against any way to a server.</summary>
    public static async Task<SyncReport> Against(HttpMessageHandler server, SyncOptions options, string token, Func<EntraClientOptions, EntraClientOptions>? more = null, params string[] targets)
    {
        var measures = new SyncMeasures(TimeProvider.System);
        var wire = new EntraClientOptions(targets is [] ? ["http://localhost/scim/v2"] : targets, token) { Recorder = measures.Record };
        using var client = new EntraClient(more?.Invoke(wire) ?? wire, server);
        return await new SyncCycle(options, client, measures, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Runs against the service.</summary>
    public static Task<SyncReport> Against(ScimHost host, SyncOptions options, Func<EntraClientOptions, EntraClientOptions>? more = null) =>
        Against(host.Server.CreateHandler(), options, host.Token, more);
}
