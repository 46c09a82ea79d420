using System.Globalization;
using System.Net;
using System.Threading.Channels;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>
/// Waits until replicas have writes. WAIT holds up everything behind it, so it runs on a connection of its own, once for all writes
/// that came while the one before was under way. WAIT speaks of the connection it is sent on: so that connection touches the record
/// of each write first. A server that has the record and whose replicas have all up to that touch has the write, whatever fail-over
/// came between.
/// </summary>
internal sealed class ReplicaAcks : IAsyncDisposable
{
    private const int Most = 1000;

    // Less than the client's own time-out, so that too few replicas are told from a server that is away.
    private const string PatienceMilliseconds = "500";

    private readonly Channel<Pending> pending = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly RedisOptions options;
    private readonly Task running;
    private ConnectionMultiplexer? redis;

    public ReplicaAcks(RedisOptions options)
    {
        this.options = options;
        running = RunAsync();
    }

    /// <summary>Comes back when enough replicas have the write.</summary>
    /// <param name="record">The key that the write left.</param>
    /// <exception cref="ReplicasMissingException">They don't have it yet.</exception>
    /// <exception cref="RedisException">The server is away.</exception>
    public Task WaitAsync(RedisKey record)
    {
        var waiting = new Pending(record, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return pending.Writer.TryWrite(waiting) ? waiting.Done.Task : throw new ObjectDisposedException(nameof(ReplicaAcks));
    }

    public async ValueTask DisposeAsync()
    {
        pending.Writer.TryComplete();
        await running.ConfigureAwait(false);
        if (redis is not null)
        {
            await redis.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        var batch = new List<Pending>();
        while (await pending.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < Most && pending.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }
            try
            {
                await AcknowledgeAsync(batch).ConfigureAwait(false);
            }
            catch (RedisServerException e)
            {
                // It knows no WAIT, may not take it from us, or is no primary any more.
                var missing = new ReplicasMissingException($"The server did not tell which replicas have the write: {e.Message}");
                batch.ForEach(waiting => waiting.Done.TrySetException(missing));
            }
            catch (Exception e) when (e is RedisException or TimeoutException or ReplicasMissingException)
            {
                batch.ForEach(waiting => waiting.Done.TrySetException(e));
            }
        }
    }

    private async Task AcknowledgeAsync(List<Pending> batch)
    {
        redis ??= await OpenAsync().ConfigureAwait(false);
        var database = redis.GetDatabase();
        // On a Cluster writes of one time went to several primaries.
        var homes = await Task.WhenAll(batch.Select(waiting => database.IdentifyEndpointAsync(waiting.Record, CommandFlags.DemandMaster))).ConfigureAwait(false);
        await Task.WhenAll(batch.Zip(homes).GroupBy(b => b.Second, b => b.First).Select(group => AcknowledgeAsync(group.Key, [.. group]))).ConfigureAwait(false);
    }

    private async Task AcknowledgeAsync(EndPoint? home, Pending[] writes)
    {
        var server = redis!.GetServer(home ?? throw new ReplicasMissingException("No primary was found to ask which replicas have the write."));
        // Sent in one go: this connection fails what it can't send rather than keeping it for the next, so all are of one connection.
        var touches = Array.ConvertAll(writes, write => server.ExecuteAsync("EXPIRE", write.Record, 60));
        var wait = server.ExecuteAsync("WAIT", options.AckReplicas.ToString(CultureInfo.InvariantCulture), PatienceMilliseconds);
        var there = await Task.WhenAll(touches).ConfigureAwait(false);
        var replicas = (long)await wait.ConfigureAwait(false);
        for (var i = 0; i < writes.Length; i++)
        {
            _ = replicas >= options.AckReplicas && (long)there[i] == 1
                ? writes[i].Done.TrySetResult()
                : writes[i].Done.TrySetException(new ReplicasMissingException($"{replicas} of the {options.AckReplicas} replicas that ScimLite:Redis:AckReplicas asks for have the write."));
        }
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        var client = options.ForClient();
        client.ClientName += "-acks";
        client.BacklogPolicy = BacklogPolicy.FailFast;
        return await ConnectionMultiplexer.ConnectAsync(client).ConfigureAwait(false);
    }

    private readonly record struct Pending(RedisKey Record, TaskCompletionSource Done);
}

/// <summary>A write may be done, but it is not known that as many replicas have it as were asked for.</summary>
internal sealed class ReplicasMissingException(string message) : Exception(message);
