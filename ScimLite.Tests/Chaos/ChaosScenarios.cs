using System.Globalization;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Chaos;

/// <summary>What a scenario came to.</summary>
/// <param name="Name">Which.</param>
/// <param name="Acknowledged">Writes that were acknowledged.</param>
/// <param name="Lost">Acknowledged writes that were not there in the end.</param>
/// <param name="Wrong">Answers of 500 and above other than 503.</param>
/// <param name="Unavailable">Answers of 503.</param>
/// <param name="Broken">Calls that got no answer.</param>
/// <param name="Gap">The longest time in which nothing was acknowledged, in seconds.</param>
/// <param name="Verify">The exit code of <c>verify</c>.</param>
/// <param name="Cycle">The exit code of <c>sync-cycle</c>; null where none ran.</param>
/// <param name="Said">What the two said where they were not content.</param>
internal sealed record ChaosResult(string Name, int Acknowledged, int Lost, int Wrong, int Unavailable, int Broken, double Gap, int Verify, int? Cycle, string Said)
{
    /// <summary>Nothing acknowledged was lost, the store agrees, nothing was answered but what may be, and the cycle converged.</summary>
    public bool Good => Lost == 0 && Wrong == 0 && Verify == 0 && Cycle is null or 0;
}

/// <summary>What breaks, and under which load. Every scenario has servers of its own.</summary>
internal static class ChaosScenarios
{
    private static readonly string[] Durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];

    /// <summary>All of them, by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<bool, Task<ChaosResult>>> All = new Dictionary<string, Func<bool, Task<ChaosResult>>>
    {
        ["replica-killed"] = KilledReplicaAsync,
        ["redis-killed"] = KilledRedisAsync,
        ["sentinel-kill"] = cycle => FailOverAsync("sentinel-kill", cycle, async servers => await (await servers.PrimaryAsync()).KillAsync()),
        ["sentinel-hang"] = cycle => FailOverAsync("sentinel-hang", cycle, async servers =>
        {
            var primary = await servers.PrimaryAsync();
            await primary.SignalAsync("STOP");
            // How long it hangs is the fault.
            await Task.Delay(TimeSpan.FromSeconds(8));
            await primary.SignalAsync("CONT");
        }),
        // Sentinel promotes one replica while the primary and the other go on for a while: only what both replicas have is safe.
        ["sentinel-planned"] = cycle => FailOverAsync("sentinel-planned", cycle, PlannedAsync, ackReplicas: 2),
        ["sentinel-planned-one-of-two"] = cycle => FailOverAsync("sentinel-planned-one-of-two", cycle, PlannedAsync),
        ["sentinel-planned-unacknowledged"] = cycle => FailOverAsync("sentinel-planned-unacknowledged", cycle, PlannedAsync, ackReplicas: 0),
        ["cluster-primary-killed"] = KilledClusterPrimaryAsync,
        ["network-cut"] = cycle => ThroughWireAsync("network-cut", cycle, async (wire, _) =>
        {
            wire.Cut();
            // How long the cut lasts is the fault.
            await Task.Delay(TimeSpan.FromSeconds(5));
            wire.Mend();
        }),
        ["redis-slow"] = cycle => ThroughWireAsync("redis-slow", cycle, async (wire, ledger) =>
        {
            wire.Delay = TimeSpan.FromMilliseconds(200);
            await UntilMore(ledger, 50);
            wire.Delay = TimeSpan.Zero;
        }),
        ["redis-full"] = FullRedisAsync,
        ["rolling-update"] = RollingUpdateAsync,
    };

    // Behind the switch, as behind a Service of Kubernetes: a provisioning client knows one address.
    private static async Task<ChaosResult> KilledReplicaAsync(bool cycle)
    {
        await using var redis = await RedisProcess.StartAsync(Durable);
        return await RunAsync("replica-killed", redis.Address, 0, cycle, async (replicas, ledger) =>
        {
            await replicas[0].EndAsync("KILL");
            await UntilMore(ledger, 200);
            await replicas[0].StartAsync();
        }, behindSwitch: true);
    }

    private static async Task<ChaosResult> KilledRedisAsync(bool cycle)
    {
        await using var redis = await RedisProcess.StartAsync(Durable);
        return await RunAsync("redis-killed", redis.Address, 0, cycle, async (_, _) =>
        {
            await redis.KillAsync();
            await redis.StartAsync();
        });
    }

    /// <summary>Those that may lose acknowledged writes, under a setting that does not promise otherwise.</summary>
    public static readonly IReadOnlyCollection<string> MayLose = ["sentinel-planned-one-of-two", "sentinel-planned-unacknowledged"];

    private static async Task PlannedAsync(RedisTopology servers) => Assert.Equal("OK", await servers.Sentinels[0].AskAsync("SENTINEL", "FAILOVER", "directory"));

    private static async Task<ChaosResult> FailOverAsync(string name, bool cycle, Func<RedisTopology, Task> fault, int ackReplicas = 1)
    {
        await using var servers = await RedisTopology.SentinelAsync(2);
        return await RunAsync(name, servers.ConnectionString, ackReplicas, cycle, (_, _) => fault(servers));
    }

    private static async Task<ChaosResult> KilledClusterPrimaryAsync(bool cycle)
    {
        await using var servers = await RedisTopology.ClusterAsync(1);
        return await RunAsync("cluster-primary-killed", servers.ConnectionString, 1, cycle, async (_, _) =>
        {
            // The one that holds the tenant of the ledger. Its replica takes over; it comes back as the new one's replica, which acknowledged writes wait for.
            var slot = int.Parse(await servers.Servers[0].AskAsync("CLUSTER", "KEYSLOT", "{ledger}"), CultureInfo.InvariantCulture);
            var holder = await HolderAsync(servers, slot) ?? throw new InvalidOperationException("No primary holds the slot.");
            await holder.KillAsync();
            await Poll.Until(async () => await HolderAsync(servers, slot) is not null, "a replica takes over");
            await holder.StartAsync();
        });
    }

    private static async Task<RedisProcess?> HolderAsync(RedisTopology servers, int slot)
    {
        foreach (var server in servers.Servers)
        {
            var own = (await server.AskAsync("CLUSTER", "NODES")).Split('\n').SingleOrDefault(line => line.Contains("myself", StringComparison.Ordinal))?.Split(' ') ?? [];
            if (own.Skip(8).Select(range => range.Split('-')).Any(range => range is [var from, var to]
                && int.Parse(from, CultureInfo.InvariantCulture) <= slot && slot <= int.Parse(to, CultureInfo.InvariantCulture)))
            {
                return server;
            }
        }
        return null;
    }

    private static async Task<ChaosResult> ThroughWireAsync(string name, bool cycle, Func<TcpSwitch, Ledger, Task> fault)
    {
        await using var redis = await RedisProcess.StartAsync(Durable);
        await using var wire = new TcpSwitch(() => redis.Port);
        return await RunAsync(name, $"127.0.0.1:{wire.Port}", 0, cycle, (_, ledger) => fault(wire, ledger));
    }

    private static async Task<ChaosResult> FullRedisAsync(bool cycle)
    {
        await using var redis = await RedisProcess.StartAsync([.. Durable, "--maxmemory-policy", "noeviction"]);
        return await RunAsync("redis-full", redis.Address, 0, cycle, async (_, ledger) =>
        {
            Assert.Equal("OK", await redis.AskAsync("CONFIG", "SET", "maxmemory", "1"));
            await Poll.Until(() => Task.FromResult(ledger.Statuses.GetValueOrDefault(503) >= 20), "writes are refused");
            Assert.Equal("OK", await redis.AskAsync("CONFIG", "SET", "maxmemory", "0"));
        });
    }

    // Two processes behind a switch that leads new connections to those that are ready; each is replaced in turn, and no call may fail.
    private static async Task<ChaosResult> RollingUpdateAsync(bool cycle)
    {
        await using var redis = await RedisProcess.StartAsync(Durable);
        return await RunAsync("rolling-update", redis.Address, 0, cycle, async (replicas, ledger) =>
        {
            foreach (var replica in replicas)
            {
                Assert.Equal(0, await replica.EndAsync("TERM"));
                await replica.StartAsync();
                await UntilMore(ledger, 200);
            }
        }, behindSwitch: true);
    }

    private static async Task<ChaosResult> RunAsync(string name, string redis, int ackReplicas, bool cycle, Func<ServiceReplica[], Ledger, Task> fault, bool behindSwitch = false)
    {
        await using var first = new ServiceReplica(redis, ackReplicas);
        await using var second = new ServiceReplica(redis, ackReplicas);
        ServiceReplica[] replicas = [first, second];
        await Task.WhenAll(first.StartAsync(), second.StartAsync());
        var ready = new[] { true, true };
        using var watching = new CancellationTokenSource();
        var watch = behindSwitch ? WatchAsync(replicas, ready, watching.Token) : Task.CompletedTask;
        var turn = 0;
        await using var door = new TcpSwitch(() => Enumerable.Range(0, 2).Select(_ => Interlocked.Increment(ref turn) % 2).Where(i => ready[i]).Select(i => replicas[i].Port).FirstOrDefault());
        string[] urls = behindSwitch ? [$"http://127.0.0.1:{door.Port}/scim/v2"] : [.. replicas.Select(r => r.Url + "/scim/v2")];
        using var ledger = new Ledger(attempt => urls[attempt % urls.Length]);
        using var end = new CancellationTokenSource();
        var writing = ledger.RunAsync(4, end.Token);
        // Fewer calls at a time than the ledger: what it is asked is whether it comes to its end.
        var cycling = cycle
            ? CycleAsync(urls)
            : Task.FromResult((0, ""));
        await UntilMore(ledger, 200);
        await fault(replicas, ledger);
        await UntilMore(ledger, 200);
        var (code, said) = await cycling;
        await end.CancelAsync();
        await writing;
        var lost = await ledger.CountLostAsync();
        var (verify, found) = await ServiceReplica.RunAsync(redis, "verify");
        await watching.CancelAsync();
        await watch;
        return new ChaosResult(name, ledger.Acknowledged, lost, ledger.Statuses.Where(s => s.Key is >= 500 and not 503).Sum(s => s.Value), ledger.Statuses.GetValueOrDefault(503), ledger.Statuses.GetValueOrDefault(0),
            ledger.LongestGap, verify, cycle ? code : null, (code == 0 ? "" : said) + (verify == 0 ? "" : found));
    }

    // What failed while something was broken is tried again in a later cycle, as Entra does: it counts what the last two find, which have to write nothing.
    private static async Task<(int Code, string Said)> CycleAsync(string[] urls)
    {
        var report = Path.GetTempFileName();
        var (code, said) = await ServiceReplica.RunAsync("", "sync-cycle", "--target", string.Join(',', urls), "--token", ServiceReplica.Token + "-cycle", "--users", "200", "--groups", "20", "--cycles", "3", "--seed", "7", "--parallel", "2", "--report", report);
        var cycles = code == 1 ? JsonNode.Parse(await File.ReadAllTextAsync(report))!["cycles"]!.AsArray() : [];
        File.Delete(report);
        return cycles.Count == 5 && cycles.Skip(3).All(cycle => (int)cycle!["writes"]! == 0 && (int)cycle["failures"]! == 0) ? (0, said) : (code, said);
    }

    private static Task UntilMore(Ledger ledger, int count)
    {
        var wanted = ledger.Acknowledged + count;
        return Poll.Until(() => Task.FromResult(ledger.Acknowledged >= wanted), "more writes are acknowledged", seconds: 120);
    }

    private static async Task WatchAsync(ServiceReplica[] replicas, bool[] ready, CancellationToken until)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!until.IsCancellationRequested)
        {
            for (var i = 0; i < replicas.Length; i++)
            {
                ready[i] = await replicas[i].IsReadyAsync();
            }
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
