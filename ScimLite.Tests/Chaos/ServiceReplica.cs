using System.Diagnostics;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Chaos;

/// <summary>One process of the service on a port of its own; it can be killed, told to end, and started again.</summary>
internal sealed class ServiceReplica(string redis, int ackReplicas) : IAsyncDisposable
{
    public const string Token = "a-token-of-the-chaos-tests";

    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(5) };

    private Process? process;

    public int Port { get; } = RedisProcess.FreePort();

    public string Url => $"http://127.0.0.1:{Port}";

    public Process Process => process!;

    /// <summary>Runs a verb of the program against a Redis and tells its exit code and the end of what it said.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string redis, params string[] arguments)
    {
        using var verb = Process.Start(Program([.. arguments], redis, 0))!;
        var (output, error) = (verb.StandardOutput.ReadToEndAsync(), verb.StandardError.ReadToEndAsync());
        await verb.WaitForExitAsync();
        return (verb.ExitCode, ((await output) + await error).Trim());
    }

    public async Task StartAsync()
    {
        var start = Program(["--urls", Url], redis, ackReplicas);
        process = Process.Start(start)!;
        // Read away, or a full pipe would stop it.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Poll.Until(IsReadyAsync, $"the service is ready on {Url}", () => process.HasExited);
    }

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Probe.GetAsync(new Uri(Url + "/health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Ends it with a signal, KILL or TERM, and tells its exit code.</summary>
    public async Task<int> EndAsync(string signal)
    {
        await Signal.SendAsync(process!.Id, signal);
        await process.WaitForExitAsync();
        var code = process.ExitCode;
        process.Dispose();
        process = null;
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await EndAsync("KILL");
        }
    }

    private static ProcessStartInfo Program(string[] arguments, string redis, int ackReplicas)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "ScimLite.dll"), .. arguments])
        {
            WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (key, value) in ((string, string)[])
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"), ("Logging__LogLevel__Default", "Error"), ("ConnectionStrings__Redis", redis), ("ScimLite__Redis__AckReplicas", $"{ackReplicas}"), ("ScimLite__ShutdownDelaySeconds", "2"),
            ("ScimLite__Tenants__ledger__Token", Token), ("ScimLite__Tenants__ledger__RequestsPerSecond", "100000"),
            ("ScimLite__Tenants__cycle__Token", Token + "-cycle"), ("ScimLite__Tenants__cycle__RequestsPerSecond", "100000"),
        ])
        {
            start.Environment[key] = value;
        }
        return start;
    }
}
