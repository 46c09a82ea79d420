using System.Diagnostics;
using System.Globalization;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;

namespace ScimLite.Tests.Benchmarks;

/// <summary>
/// Measures the service beside a bare minimal API that makes one round trip to Redis: the same requests to each in turn, in short rounds, so that a busy
/// machine slows all of them; on Redis also without the activity log, which tells what that costs. Client, servers and Redis share the
/// machine, so that what one of them needs the others lack.
/// </summary>
public static class LoadBenchmark
{
    private const int Users = 1000, Members = 10, Rounds = 8, WarmUp = 12;

    /// <summary>Runs every kind of request, or those whose name begins as asked, and prints a table for each store.</summary>
    public static async Task<int> RunAsync(string kinds = "")
    {
        var redis = new RedisServer();
        await redis.InitializeAsync();
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; Redis: {RedisServer.Description}; {Load.Parallelism} requests in parallel");
        await using var connection = await ConnectionMultiplexer.ConnectAsync(RedisServer.ConnectionString + ",allowAdmin=true");
        using var bare = await ServerProcess.StartAsync("ScimLite.Tests", url => ["bare", url, RedisServer.ConnectionString], new Dictionary<string, string>());
        using var memory = await GrowthBenchmark.StartAsync(StoreKind.Memory);
        using var onRedis = await GrowthBenchmark.StartAsync(StoreKind.Redis);
        using var unlogged = await GrowthBenchmark.StartAsync(StoreKind.Redis, activityEntries: 0);
        var loads = new[]
        {
            new Load("bare", bare, new FilledDirectory(bare, "none", ""), connection),
            new Load("memory", memory, await FillAsync(memory, "small"), connection),
            new Load("Redis", onRedis, await FillAsync(onRedis, "small"), connection),
            new Load("no log", unlogged, await FillAsync(unlogged, "large"), connection),
        };
        var stored = (await loads[2].Directory.SendAsync("GET", "/Users/" + loads[2].Directory.Users[0], null, readBody: true)).Body;
        await connection.GetDatabase().StringSetAsync([.. loads[1..].SelectMany(l => l.Directory.Users).Select(id => KeyValuePair.Create<RedisKey, RedisValue>("bare:" + id, stored))]);
        await connection.GetDatabase().StringSetAsync("bare:userName eq \"u0000007@contoso.com\"", stored);
        loads[0].Directory.Users.AddRange(loads[2].Directory.Users);
        loads[0].Directory.Groups.Add(Members, "group");

        Console.WriteLine($"{"",-20}{"",-8}{"requests",11}{"ratio",7}{"p50",10}{"ratio",7}{"p99",10}{"ratio",7}{"CPU of server, Redis",24}");
        await LoadAsync("GET by id", (d, i) => d.SendAsync("GET", "/Users/" + d.Users[i % Users], null));
        await LoadAsync("GET by filter", (d, _) => d.SendAsync("GET", "/Users" + Texts.Match("u0000007"), null));
        await LoadAsync("POST a user", (d, _) => d.SendAsync("POST", "/Users", Texts.User(d.NextName())));
        await LoadAsync("PUT a user", (d, i) => d.SendAsync("PUT", "/Users/" + d.Users[i % Users], Texts.User($"u{(i % Users) + 1:D7}", $"Title {i}")));
        await LoadAsync("PATCH an attribute", (d, i) => d.SendAsync("PATCH", "/Users/" + d.Users[i % Users], Texts.Title($"Title {i}")));
        await LoadAsync("PATCH one member", (d, i) => d.SendAsync("PATCH", "/Groups/" + d.Groups[Members], Texts.Member(i % 2 == 0 ? "Add" : "Remove", d.Users[500 + (i / 2 % 400)])));
        await LoadAsync("DELETE a user", (d, _) => d.SendAsync("DELETE", "/Users/" + d.TakeUser(), null), async d => await d.AddUsersAsync(Load.Requests));
        await redis.DisposeAsync();
        return 0;

        async Task LoadAsync(string kind, Func<FilledDirectory, int, Task<(int Status, string Body)>> send, Func<FilledDirectory, Task>? before = null)
        {
            var prepare = before ?? (_ => Task.CompletedTask);
            if (!kind.StartsWith(kinds, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
            foreach (var load in loads)
            {
                load.Begin();
            }
            // In turns, the first ones until the code is compiled as it is going to stay.
            for (var round = 0; round < WarmUp + Rounds; round++)
            {
                foreach (var load in loads)
                {
                    await prepare(load.Directory);
                    await load.RunAsync(send, count: round >= WarmUp);
                }
            }
            foreach (var load in loads)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(load == loads[0] ? kind : ""),-20}{load.Name,-8}{load.PerSecond,9:F0}/s{load.PerSecond / loads[0].PerSecond,7:P0}{load.At(50),7:F2} ms{load.At(50) / loads[0].At(50),7:F2}{load.At(99),7:F2} ms{load.At(99) / loads[0].At(99),7:F2}{load.ServerMicroseconds,12:F0} us{load.RedisMicroseconds,6:F0} us"));
            }
        }
    }

    private static async Task<FilledDirectory> FillAsync(ServerProcess server, string tenant)
    {
        var directory = new FilledDirectory(server, $"token-of-the-{tenant}-one", "/scim/v2");
        await directory.AddUsersAsync(Users);
        await directory.AddGroupAsync(Members);
        return directory;
    }

    private sealed class Load(string name, ServerProcess server, FilledDirectory directory, IConnectionMultiplexer redis)
    {
        public const int Requests = 3000, Parallelism = 16;

        private readonly List<double> times = [];
        private TimeSpan elapsed, serverCpu, redisCpu;
        private int sent;

        public string Name => name;

        public FilledDirectory Directory => directory;

        public double PerSecond => times.Count / elapsed.TotalSeconds;

        public double ServerMicroseconds => serverCpu.TotalMicroseconds / times.Count;

        public double RedisMicroseconds => redisCpu.TotalMicroseconds / times.Count;

        public void Begin()
        {
            times.Clear();
            elapsed = serverCpu = redisCpu = TimeSpan.Zero;
        }

        public double At(int percentile)
        {
            times.Sort();
            return times[times.Count * percentile / 100];
        }

        public async Task RunAsync(Func<FilledDirectory, int, Task<(int Status, string Body)>> send, bool count)
        {
            var (serverBefore, redisBefore, clock) = (server.Cpu, await RedisCpuAsync(), Stopwatch.StartNew());
            var round = new double[Requests];
            await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (i, _) =>
            {
                var start = Stopwatch.GetTimestamp();
                var (status, _) = await send(directory, Interlocked.Increment(ref sent));
                round[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                FilledDirectory.Check(status < 300, $"{status}");
            });
            if (count)
            {
                elapsed += clock.Elapsed;
                times.AddRange(round);
                serverCpu += server.Cpu - serverBefore;
                redisCpu += await RedisCpuAsync() - redisBefore;
            }
        }

        private async Task<TimeSpan> RedisCpuAsync()
        {
            var info = (await redis.GetServers()[0].InfoAsync("cpu")).SelectMany(g => g).Where(p => p.Key is "used_cpu_sys" or "used_cpu_user");
            return TimeSpan.FromSeconds(info.Sum(p => double.Parse(p.Value, CultureInfo.InvariantCulture)));
        }
    }
}
