using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ScimLite.Tests.Hosting;

/// <summary>One redis-server of a test's own with whatever arguments, in a folder of its own; it can be killed, stopped for a while and started again.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly string[] arguments;
    private Process? process;

    private RedisProcess(string[] arguments, int? port)
    {
        this.arguments = arguments;
        Port = port ?? FreePort();
        Directory.CreateDirectory(Folder);
    }

    /// <summary>Skips a test that needs redis-server itself where there is none.</summary>
    public static void IsNeeded() => Assert.SkipUnless(Environment.GetEnvironmentVariable("SCIMLITE_TEST_GARNET") != "1" && RedisServer.FindOnPath("redis-server") is not null,
        "redis-server is not on the PATH, and garnet-server has neither replicas with WAIT nor Sentinel");

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Its working directory.</summary>
    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"scimlite-test-{Guid.NewGuid():N}");

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="arguments">What redis-server is told beyond port, address and folder.</param>
    /// <param name="port">Where it listens; null chooses.</param>
    public static async Task<RedisProcess> StartAsync(string[] arguments, int? port = null)
    {
        var server = new RedisProcess(arguments, port);
        await server.StartAsync();
        return server;
    }

    /// <summary>A port on which nobody listens; a Cluster's own bus takes the one 10,000 above it.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            if (((IPEndPoint)listener.LocalEndpoint).Port is var port && port < 55_000)
            {
                return port;
            }
        }
    }

    /// <summary>Starts it, again after <see cref="KillAsync"/>, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var file = arguments is [var first, ..] && first.EndsWith(".conf", StringComparison.Ordinal) ? arguments : ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder, .. arguments];
        process = Process.Start(new ProcessStartInfo("redis-server", file) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder })!;
        // Read away, or a full pipe would stop the server.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Poll.Until(async () => (await AskAsync("PING")).Length > 0, $"redis-server answers on {Address}", () => process.HasExited);
    }

    /// <summary>Sends one command and tells the answer's text; empty where nobody answers. By hand, since a client library wants more than a sentinel knows.</summary>
    public async Task<string> AskAsync(params string[] command)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, patience.Token);
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(string.Join(' ', command) + "\r\n"), patience.Token);
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            var first = await reader.ReadLineAsync(patience.Token) ?? "";
            if (!first.StartsWith('$'))
            {
                return first.TrimStart(':', '+');
            }
            var text = new char[int.Parse(first[1..], CultureInfo.InvariantCulture)];
            return new string(text, 0, await reader.ReadBlockAsync(text, patience.Token));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return "";
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

    /// <summary>Sends a signal by name, such as STOP, which hangs it, and CONT.</summary>
    public Task SignalAsync(string signal) => Signal.SendAsync(process!.Id, signal);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Signals to processes that a test started.</summary>
internal static class Signal
{
    /// <summary>Sends a signal by name, such as TERM, KILL, STOP or CONT.</summary>
    public static async Task SendAsync(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}

/// <summary>Waiting for a condition rather than for time to pass.</summary>
internal static class Poll
{
    /// <summary>Asks again and again until the answer is yes; fails after a bound that is far from what is expected.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what, Func<bool>? hopeless = null, int seconds = 60)
    {
        var patience = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            Assert.False(hopeless?.Invoke() == true || patience.Elapsed > TimeSpan.FromSeconds(seconds), $"It did not come to pass that {what}.");
            await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
