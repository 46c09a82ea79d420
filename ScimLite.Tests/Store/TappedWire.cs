using System.Net;
using System.Net.Sockets;
using System.Text;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;

namespace ScimLite.Tests.Store;

/// <summary>A store whose wire to the server counts the scripts that are asked for, and can lose an answer on its way back.</summary>
internal sealed class TappedWire : IAsyncDisposable
{
    static readonly byte[] Call = "\r\nEVALSHA\r\n"u8.ToArray();

    readonly ScimTelemetry telemetry = new();
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource end = new();
    readonly EndPoint server;
    readonly RedisConnection connection;
    readonly Task accepting;
    (byte[] Text, Func<Task> Meanwhile)? loss;
    int scripts;

    public TappedWire()
    {
        var options = ConfigurationOptions.Parse(RedisServer.ConnectionString);
        server = options.EndPoints[0];
        listener.Start();
        accepting = AcceptAsync();
        options.EndPoints.Clear();
        options.EndPoints.Add(listener.LocalEndpoint);
        connection = new RedisConnection(options.ToString());
        Store = new RedisStore(connection, SchemaCatalog.Core, telemetry);
    }

    public RedisStore Store { get; }

    /// <summary>How many scripts were asked for since the last time it was read.</summary>
    public int TakeScripts() => Interlocked.Exchange(ref scripts, 0);

    /// <summary>The next answer with this text is lost and its connection closed, after something else has happened.</summary>
    public void LoseAnswer(string text, Func<Task>? meanwhile = null) => loss = (Encoding.ASCII.GetBytes(text), meanwhile ?? (() => Task.CompletedTask));

    public bool Lost => loss is null;

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        listener.Dispose();
        end.Dispose();
        telemetry.Dispose();
    }

    async Task AcceptAsync()
    {
        var wires = new List<Task>();
        try
        {
            while (true)
            {
                wires.Add(CarryAsync(await listener.AcceptTcpClientAsync(end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(wires);
        }
    }

    async Task CarryAsync(TcpClient client)
    {
        using (client)
        using (var upstream = new TcpClient())
        {
            try
            {
                await (server is DnsEndPoint dns ? upstream.ConnectAsync(dns.Host, dns.Port, end.Token) : upstream.ConnectAsync((IPEndPoint)server, end.Token));
                client.NoDelay = upstream.NoDelay = true;
                // Whichever side ends first ends both.
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), upstream.GetStream(), Counter()),
                    PumpAsync(upstream.GetStream(), client.GetStream(), LoseAsync));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                client.Close();
            }
        }
    }

    // Ends when the wire does, or when what it carries is refused.
    async Task PumpAsync(NetworkStream from, NetworkStream to, Func<byte[], int, Task<bool>> pass)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, end.Token)) > 0;)
            {
                if (!await pass(buffer, read))
                {
                    return;
                }
                await to.WriteAsync(buffer.AsMemory(0, read), end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The other side hung up.
            return;
        }
    }

    // A call may come in two pieces.
    Func<byte[], int, Task<bool>> Counter()
    {
        var matched = 0;
        return (buffer, length) =>
        {
            foreach (var next in buffer.AsSpan(0, length))
            {
                matched = next == Call[matched] ? matched + 1 : next == Call[0] ? 1 : 0;
                if (matched == Call.Length)
                {
                    Interlocked.Increment(ref scripts);
                    matched = 0;
                }
            }
            return Task.FromResult(true);
        };
    }

    async Task<bool> LoseAsync(byte[] buffer, int length)
    {
        if (loss is not { } next || buffer.AsSpan(0, length).IndexOf(next.Text) < 0)
        {
            return true;
        }
        loss = null;
        await next.Meanwhile();
        return false;
    }
}
