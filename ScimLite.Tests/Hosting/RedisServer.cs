using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DotNet.Testcontainers.Builders;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;
using Testcontainers.Redis;

[assembly: AssemblyFixture(typeof(RedisServer))]

namespace ScimLite.Tests.Hosting;

/// <summary>
/// A real Redis-compatible server for the whole test run: the one that <c>SCIMLITE_TEST_REDIS</c> names, a container where Docker
/// is, <c>redis-server</c> from the PATH, or garnet-server, which the SDK alone can bring. Where none starts the tests fail: a store
/// that was not tested must not look as if it had been.
/// </summary>
public sealed class RedisServer : IAsyncLifetime
{
    private static string? connectionString;
    private static string? description;

    private RedisContainer? container;
    private Process? process;

    /// <summary>How to reach the server.</summary>
    public static string ConnectionString => connectionString ?? throw new InvalidOperationException("No Redis-compatible server was started.");

    /// <summary>Which server it is and how it was found.</summary>
    public static string Description => description ?? throw new InvalidOperationException("No Redis-compatible server was started.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        connectionString = await FindAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(connectionString + ",allowAdmin=true");
        var server = connection.GetServers()[0];
        var info = (await server.InfoAsync("server")).SelectMany(g => g).ToDictionary(p => p.Key, p => p.Value);
        description += $" (version {info.GetValueOrDefault("garnet_version") ?? info.GetValueOrDefault("valkey_version") ?? info.GetValueOrDefault("redis_version")})";
        TestContext.Current.SendDiagnosticMessage("The store tests run on {0}", description);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (container is not null)
        {
            await container.DisposeAsync();
        }
        if (process is not null)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task<string> FindAsync()
    {
        if (Environment.GetEnvironmentVariable("SCIMLITE_TEST_REDIS") is { Length: > 0 } given)
        {
            description = "the server that SCIMLITE_TEST_REDIS names";
            return given;
        }
        var garnetOnly = Environment.GetEnvironmentVariable("SCIMLITE_TEST_GARNET") == "1";
        if (!garnetOnly && await TryStartContainerAsync() is { } contained)
        {
            description = "a container started by Testcontainers";
            return contained;
        }
        var port = FreePort();
        if (!garnetOnly && FindOnPath("redis-server") is { } redis)
        {
            description = "redis-server from the PATH";
            return await StartAsync(redis, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], port);
        }
        description = "garnet-server, a dotnet local tool";
        await RestoreToolsAsync();
        return await StartAsync("dotnet",
            ["tool", "run", "garnet-server", "--", "--port", $"{port}", "--bind", "127.0.0.1", "--lua", "--lua-transaction-mode"], port);
    }

    private async Task<string?> TryStartContainerAsync()
    {
        try
        {
            container = new RedisBuilder("redis:7.4").Build();
            await container.StartAsync();
            return container.GetConnectionString();
        }
        catch (DockerUnavailableException)
        {
            // No Docker here; the next in the order is tried.
            return null;
        }
    }

    private async Task<string> StartAsync(string program, string[] arguments, int port)
    {
        process = Start(program, arguments);
        var address = $"127.0.0.1:{port}";
        var patience = Stopwatch.StartNew();
        while (patience.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited)
        {
            // Each try waits for the server by itself; AbortOnConnectFail turns "not yet" into an exception.
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync($"{address},connectTimeout=500,connectRetry=1");
                return address;
            }
            catch (RedisConnectionException) when (!process.HasExited)
            {
                await process.StandardError.BaseStream.FlushAsync();
            }
        }
        throw new InvalidOperationException($"{program} did not start on {address}. Install redis-server, or name a server in SCIMLITE_TEST_REDIS.");
    }

    private static async Task RestoreToolsAsync()
    {
        using var restore = Start("dotnet", ["tool", "restore"]);
        await restore.WaitForExitAsync();
        if (restore.ExitCode != 0)
        {
            throw new InvalidOperationException("'dotnet tool restore' failed, so there is no garnet-server. Install redis-server, or name a server in SCIMLITE_TEST_REDIS.");
        }
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        var started = Process.Start(start)!;
        // Read away, or a full pipe would stop the server.
        started.OutputDataReceived += static (_, _) => { };
        started.BeginOutputReadLine();
        return started;
    }

    internal static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
