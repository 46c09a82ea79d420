using System.Threading.Channels;

namespace ScimLite.Store;

/// <summary>Whether the store is known to be away, and why: one for the process, so that an outage is one line in the log and not one for
/// each call. The in-memory store is never away.</summary>
/// <param name="explain">Finds out why the store does not answer, within a time; null: nothing is known.</param>
public sealed class StoreOutage(Func<TimeSpan, CancellationToken, Task<string?>>? explain = null)
{
    private readonly Channel<bool> suspected = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile string? cause;

    /// <summary>Why the store is away, with host and port and what to check; null while it answers.</summary>
    public string? Cause => cause;

    /// <summary>Why the store does not answer: what is known, or what is found out now.</summary>
    /// <param name="patience">How long to look at most.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>One sentence.</returns>
    public async Task<string> ExplainAsync(TimeSpan patience, CancellationToken cancel) =>
        cause ?? (explain is null ? null : await explain(patience, cancel).ConfigureAwait(false)) ?? "the store did not answer in time";

    /// <summary>The store is away; null: it answers.</summary>
    internal void Set(string? why) => cause = why;

    /// <summary>A call or a connection failed: the watch looks at once.</summary>
    internal void Suspect() => suspected.Writer.TryWrite(true);

    /// <summary>Waits for a time, or until something fails.</summary>
    internal async Task WaitAsync(TimeSpan time, CancellationToken cancel)
    {
        using var due = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        due.CancelAfter(time);
        try
        {
            await suspected.Reader.ReadAsync(due.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Nothing failed in this time.
            return;
        }
    }
}
