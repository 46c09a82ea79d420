using System.Diagnostics;
using System.Globalization;

namespace ScimLite.Tests.Hosting;

/// <summary>Several servers of a test's own that belong together: a primary with replicas, watched by sentinels or not, or a Cluster.</summary>
internal sealed class RedisTopology : IAsyncDisposable
{
    private static readonly string[] Plain = ["--save", "", "--appendonly", "no", "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"];

    private RedisTopology(IReadOnlyList<RedisProcess> servers, IReadOnlyList<RedisProcess> sentinels, string connectionString)
    {
        Servers = servers;
        Sentinels = sentinels;
        ConnectionString = connectionString;
    }

    /// <summary>The servers with data; the first one began as primary.</summary>
    public IReadOnlyList<RedisProcess> Servers { get; }

    public IReadOnlyList<RedisProcess> Sentinels { get; }

    /// <summary>What ScimLite is told.</summary>
    public string ConnectionString { get; }

    /// <summary>A primary with replicas that follow it.</summary>
    public static async Task<RedisTopology> ReplicatedAsync(int replicas)
    {
        var primary = await RedisProcess.StartAsync(Plain);
        var servers = new List<RedisProcess> { primary };
        for (var i = 0; i < replicas; i++)
        {
            servers.Add(await RedisProcess.StartAsync([.. Plain, "--replicaof", "127.0.0.1", $"{primary.Port}"]));
        }
        await Poll.Until(async () => (await primary.AskAsync("INFO", "replication")).Split("state=online").Length == replicas + 1, "the replicas follow");
        return new RedisTopology(servers, [], primary.Address);
    }

    /// <summary>A primary with replicas, watched by three sentinels that replace it one second after it fell silent.</summary>
    public static async Task<RedisTopology> SentinelAsync(int replicas)
    {
        var data = await ReplicatedAsync(replicas);
        var sentinels = new List<RedisProcess>();
        for (var i = 0; i < 3; i++)
        {
            var port = RedisProcess.FreePort();
            // Sentinel writes what it learns into its own file.
            var file = Path.Combine(Path.GetTempPath(), $"scimlite-sentinel-{Guid.NewGuid():N}.conf");
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
                port {port}
                bind 127.0.0.1
                sentinel monitor directory 127.0.0.1 {data.Servers[0].Port} 2
                sentinel down-after-milliseconds directory 1000
                sentinel failover-timeout directory 5000

                """));
            sentinels.Add(await RedisProcess.StartAsync([file, "--sentinel"], port: port));
        }
        foreach (var sentinel in sentinels)
        {
            await Poll.Until(async () => (await sentinel.AskAsync("INFO", "sentinel")).Contains($"slaves={replicas},sentinels=3", StringComparison.Ordinal), "the sentinels know each other");
        }
        return new RedisTopology(data.Servers, sentinels, string.Join(',', sentinels.Select(s => s.Address)) + ",serviceName=directory");
    }

    /// <summary>A Cluster of three primaries, each with so many replicas.</summary>
    public static async Task<RedisTopology> ClusterAsync(int replicas)
    {
        var servers = new List<RedisProcess>();
        for (var i = 0; i < 3 * (1 + replicas); i++)
        {
            servers.Add(await RedisProcess.StartAsync([.. Plain, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "1000"]));
        }
        using (var create = Process.Start(new ProcessStartInfo("redis-cli",
            ["--cluster", "create", .. servers.Select(s => s.Address), "--cluster-replicas", $"{replicas}", "--cluster-yes"]) { RedirectStandardOutput = true })!)
        {
            var said = await create.StandardOutput.ReadToEndAsync();
            await create.WaitForExitAsync();
            Assert.True(create.ExitCode == 0, said);
        }
        foreach (var server in servers)
        {
            await Poll.Until(async () => (await server.AskAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)
                && (replicas == 0 || !(await server.AskAsync("INFO", "replication")).Contains("master_link_status:down", StringComparison.Ordinal)), "the Cluster is whole");
        }
        return new RedisTopology(servers, [], string.Join(',', servers.Take(3).Select(s => s.Address)));
    }

    /// <summary>The server that takes writes now, among those that answer.</summary>
    public async Task<RedisProcess> PrimaryAsync()
    {
        foreach (var server in Servers)
        {
            if ((await server.AskAsync("INFO", "replication")).Contains("role:master", StringComparison.Ordinal))
            {
                return server;
            }
        }
        throw new InvalidOperationException("No server takes writes.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in Sentinels.Concat(Servers))
        {
            await server.DisposeAsync();
        }
    }
}
