using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;

namespace ScimLite.Tests.Store;

/// <summary>A Redis-compatible server of one test's own, which may be killed and started again: redis-server where it is on the PATH,
/// otherwise garnet-server, as <see cref="RedisServer"/> has it.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    static readonly string? Redis = Environment.GetEnvironmentVariable("SCIMLITE_TEST_GARNET") == "1" ? null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);

    readonly ScimTelemetry telemetry = new();
    readonly int port;
    Process? process;

    /// <summary>Chooses a port; nothing listens there yet.</summary>
    public OwnServer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Connection = new RedisConnection(Address);
        Store = new RedisStore(Connection, SchemaCatalog.Core, telemetry);
    }

    /// <summary>Whether the server can be told how much memory it may take.</summary>
    public static bool LimitsMemory => Redis is not null;

    public string Address => $"127.0.0.1:{port}";

    public RedisConnection Connection { get; }

    public RedisStore Store { get; }

    public static async Task<OwnServer> StartedAsync()
    {
        var server = new OwnServer();
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it with an empty directory and waits until it answers.</summary>
    public async Task StartAsync()
    {
        string[] arguments = Redis is null
            ? ["tool", "run", "garnet-server", "--", "--port", $"{port}", "--bind", "127.0.0.1", "--lua", "--lua-transaction-mode"]
            : ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        var start = new ProcessStartInfo(Redis ?? "dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        process = Process.Start(start)!;
        // Read away, or a full pipe would stop the server.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var patience = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync($"{Address},connectTimeout=200,connectRetry=1");
                return;
            }
            catch (RedisConnectionException) when (!process.HasExited && patience.Elapsed < TimeSpan.FromSeconds(60))
            {
                await pace.WaitForNextTickAsync();
            }
        }
    }

    /// <summary>Kills it, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
            process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await KillAsync();
        telemetry.Dispose();
    }
}
