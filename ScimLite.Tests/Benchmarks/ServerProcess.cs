using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace ScimLite.Tests.Benchmarks;

/// <summary>A server in a process of its own, so that its CPU can be told from the client's.</summary>
public sealed class ServerProcess : IDisposable
{
    private readonly Process process;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, MaxConnectionsPerServer = 64 });

    private ServerProcess(string url, Process process)
    {
        Url = url;
        this.process = process;
    }

    /// <summary>Where it listens.</summary>
    public string Url { get; }

    /// <summary>The CPU that it has used.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The memory that it holds, in bytes.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Starts an assembly of this build and waits until it answers.</summary>
    /// <param name="assembly">Its file name, without extension.</param>
    /// <param name="arguments">Makes its command line from the address to listen on.</param>
    /// <param name="environment">Its settings.</param>
    public static async Task<ServerProcess> StartAsync(string assembly, Func<string, string[]> arguments, IReadOnlyDictionary<string, string> environment)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = AppContext.BaseDirectory };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        foreach (var argument in arguments(url))
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }
        var server = new ServerProcess(url, Process.Start(start)!);
        await server.WaitAsync();
        return server;
    }

    /// <summary>Sends one request and reads the answer to its end.</summary>
    /// <returns>The status and, when wanted, the body.</returns>
    public async Task<(int Status, string Body)> SendAsync(string token, string method, string path, string? body, bool readBody = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Url + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/scim+json; charset=utf-8");
        }
        using var response = await client.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return ((int)response.StatusCode, readBody ? Encoding.UTF8.GetString(bytes) : "");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private async Task WaitAsync()
    {
        var port = new Uri(Url).Port;
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(30) && !process.HasExited;)
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
        throw new InvalidOperationException($"{Url} did not answer.");
    }
}
