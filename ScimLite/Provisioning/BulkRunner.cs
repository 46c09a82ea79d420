using ScimLite.Protocol;
using ScimLite.Protocol.Bulk;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Provisioning;

/// <summary>What became of one operation of a Bulk.</summary>
/// <param name="Status">The status that the single request would have been answered with.</param>
/// <param name="Location">The address of the resource; null when none is known.</param>
/// <param name="Version">Its version now; null after a deletion or an error.</param>
/// <param name="Error">Why it was refused; null when it was done.</param>
public sealed record BulkResult(int Status, string? Location, long? Version, ScimError? Error);

/// <summary>What became of a Bulk.</summary>
/// <param name="Results">In the order of the request; null for an operation that was not begun, or was taken back, since enough had failed.</param>
/// <param name="Away">Why the store did not answer one of them; null when it answered all.</param>
public sealed record BulkOutcome(IReadOnlyList<BulkResult?> Results, StoreUnavailableException? Away);

/// <summary>
/// Does the operations of a Bulk (RFC 7644 §3.7), each as the single request would be: atomic by itself, with its own span and its own
/// entry in the activity log. Those that don't depend on each other are on their way to the store together.
/// </summary>
public sealed class BulkRunner(Provisioner provisioner, ActivityLog log, ScimTelemetry telemetry)
{
    /// <summary>How many operations are on their way at once: enough to hide the round trips, few enough not to keep other tenants waiting.</summary>
    public const int Width = 100;

    /// <summary>Does what was asked for.</summary>
    public async ValueTask<BulkOutcome> RunAsync(Caller caller, BulkRequest request, CancellationToken cancel)
    {
        var plan = BulkPlan.Of(request, caller.UniqueExternalId || caller.RestoresDeleted, caller.Reactivates);
        var run = new BulkRun(caller, request, plan, provisioner, log, telemetry);
        await run.RunAsync(cancel).ConfigureAwait(false);
        return new BulkOutcome(run.Results, run.Away);
    }
}
