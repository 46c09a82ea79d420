using ScimLite.Protocol;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Provisioning;

/// <summary>Users that were deleted lately, and their way back by an administrator's hand.</summary>
public sealed class DeletedUsers(IResourceStore store, IActivityStore activity, ActivityLog log, ScimTelemetry telemetry)
{
    /// <summary>Reads a page, last deleted first.</summary>
    public ValueTask<IReadOnlyList<DeletedResource>> ListAsync(string tenant, ResourceType type, int start, int count, CancellationToken cancel) =>
        activity.ReadDeletedAsync(tenant, type, null, start, count, cancel);

    /// <summary>Brings a user back as it was, with its id, into the groups that are still there.</summary>
    /// <returns><c>Done</c>; <c>Refused</c> with 404 when no such user was deleted lately, with 409 when its userName was taken meanwhile, or
    /// its externalId where the tenant wants it to be unique.</returns>
    public async ValueTask<Provisioned> RestoreAsync(Caller caller, ResourceType type, string id, CancellationToken cancel)
    {
        using var call = telemetry.StartCall(caller.Tenant, "restore", type.Name);
        call.About(id);
        var key = new ResourceKey(caller.Tenant, type, id);
        var outcome = await activity.ReadDeletedAsync(caller.Tenant, type, id, 0, 1, cancel).ConfigureAwait(false) is [var deleted]
            ? await store.CommitAsync(Provisioner.Write(
                key, Expected.Absent, ScimJson.ParseStored(deleted.Whole.Span), deleted.Stored,
                log.Entry(caller, type.Name, id, "restore", call), caller) with
            {
                Revival = Revival.Restore,
            }, cancel).ConfigureAwait(false)
            : new CommitOutcome.Missing();
        if (outcome is CommitOutcome.Committed done)
        {
            call.Done("restored");
            return new Provisioned.Done(id, done.Version, null);
        }
        // Somebody else restored it in between: it is not deleted any more.
        var error = Provisioner.ErrorOf(outcome is CommitOutcome.Stale ? new CommitOutcome.Missing() : outcome, key);
        call.Refuse(error.Status, error.ScimType);
        return new Provisioned.Refused(error);
    }
}
