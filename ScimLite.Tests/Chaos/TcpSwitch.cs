using System.Net;
using System.Net.Sockets;

namespace ScimLite.Tests.Chaos;

/// <summary>Stands between two programs: leads each connection to a server chosen at that moment, and can cut the wire or make answers late.</summary>
internal sealed class TcpSwitch : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Func<int> server;
    private readonly Task accepting;
    private CancellationTokenSource wire = new();
    private volatile bool cut;

    /// <summary>Begins to listen.</summary>
    /// <param name="server">The port to lead the next connection to; 0 refuses it.</param>
    public TcpSwitch(Func<int> server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How late each piece of an answer is passed on.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Drops every connection and answers no new one, until it is mended.</summary>
    public void Cut()
    {
        cut = true;
        Interlocked.Exchange(ref wire, new CancellationTokenSource()).Cancel();
    }

    public void Mend() => cut = false;

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting;
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var carrying = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(end.Token);
                carrying.RemoveAll(task => task.IsCompleted);
                carrying.Add(CarryAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(carrying);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(end.Token, wire.Token);
        using (client)
        using (var upstream = new TcpClient())
        {
            try
            {
                if (cut || server() is not (> 0 and var port))
                {
                    return;
                }
                await upstream.ConnectAsync(IPAddress.Loopback, port, both.Token);
                client.NoDelay = upstream.NoDelay = true;
                await Task.WhenAny(PumpAsync(client.GetStream(), upstream.GetStream(), () => default, both.Token), PumpAsync(upstream.GetStream(), client.GetStream(), () => Delay, both.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                client.Close();
            }
        }
    }

    private static async Task PumpAsync(NetworkStream from, NetworkStream to, Func<TimeSpan> delay, CancellationToken cancel)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, cancel)) > 0;)
            {
                if (delay() is { Ticks: > 0 } late)
                {
                    await Task.Delay(late, cancel);
                }
                await to.WriteAsync(buffer.AsMemory(0, read), cancel);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One side hung up, or the wire was cut.
            return;
        }
    }
}
