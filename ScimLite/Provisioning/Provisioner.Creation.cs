using System.Text.Json;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Provisioning;

/// <content>Creations, and the users that come back by one.</content>
public sealed partial class Provisioner
{
    // After so many looks that another request outran, a creation no longer brings anybody back.
    private const int MostLooks = 3;

    /// <summary>RFC 7644 §3.3: creates a resource under an id of the server's.</summary>
    /// <exception cref="ScimException">The body breaks the schema or a rule.</exception>
    public ValueTask<Provisioned> CreateAsync(Caller caller, ResourceType type, JsonElement body, ScimCall call, CancellationToken cancel)
    {
        var key = new ResourceKey(caller.Tenant, type, Guid.CreateVersion7(clock.GetUtcNow()).ToString());
        return new ActivityDraft(log, caller, key, "create", body, call).RunAsync(draft => CreateAsync(caller, key, body, draft, call, cancel));
    }

    private async ValueTask<Provisioned> CreateAsync(
        Caller caller, ResourceKey key, JsonElement body, ActivityDraft draft, ScimCall call, CancellationToken cancel)
    {
        var (type, dialect) = (key.Type, draft.Dialect);
        var resource = SchemaRules.Read(body, type, dialect);
        var members = TakeMembers(resource, type);
        Check(resource, type);
        new Passwords(type).Hash(null, resource);
        if (type.HasGroups && resource["active"] is null)
        {
            // Seats, the guard and filters count a user without `active` as active. A client that reads the user back sees the same.
            resource["active"] = true;
        }
        call.Noted(dialect.Quirks);

        draft.Creates(resource, members);
        var written = WrittenAttributes.Of(resource, type);
        var restores = caller.RestoresDeleted && type.HasGroups;
        for (var looks = 0; ; looks++)
        {
            var change = Plan(key, Expected.Absent, restores && looks < MostLooks ? Revival.Look : Revival.None);
            var outcome = await store.CommitAsync(change, cancel).ConfigureAwait(false);
            if (outcome is not (CommitOutcome.Deleted or CommitOutcome.Deactivated))
            {
                return (Provisioned?)Done(outcome, change, change.Document, [], written, call)
                    ?? Refuse(outcome, key, offersRestore: type.HasGroups && !restores);
            }
            if (outcome is CommitOutcome.Deactivated && !caller.Reactivates)
            {
                looks = MostLooks;
                continue;
            }
            change = outcome switch
            {
                CommitOutcome.Deleted deleted => Revive(deleted.Id, deleted.Stored, Expected.Absent, Revival.Restore),
                CommitOutcome.Deactivated old => Revive(old.Id, old.Stored, Expected.OneOf(old.Version), Revival.Reactivate),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            outcome = await store.CommitAsync(change, cancel).ConfigureAwait(false);
            if (outcome is CommitOutcome.Committed done)
            {
                call.Noted(draft.Quirks);
                return await ShowRevivedAsync(caller, change, done, written, call, cancel).ConfigureAwait(false);
            }
            if (outcome is not (CommitOutcome.Missing or CommitOutcome.Stale))
            {
                return Refuse(outcome, change.Key);
            }
            // Another request purged, restored or changed the user in between, so the next look decides again.
            draft.Creates(resource, members);
        }

        Change Revive(string id, ReadOnlyMemory<byte> stored, Expected expected, Revival revival)
        {
            draft.Revives(ScimJson.ParseStored(StoredResource.WholeOf(stored).Span), revival);
            return Plan(key with { Id = id }, expected, revival);
        }

        Change Plan(ResourceKey under, Expected expected, Revival revival)
        {
            call.About(under.Id);
            draft.Key = under;
            Stamp(resource, type, under.Id);
            var document = ResourceView.ToStored(resource, type);
            return Write(under, expected, resource, document, draft.Entry(document), caller) with
            {
                Members = members,
                AcceptUnknownMembers = caller.AcceptUnknownMembers,
                FollowLinks = type.HasMembers || revival is Revival.Restore or Revival.Reactivate,
                Revival = revival,
            };
        }
    }

    // The commit reports the groups of a user that came back. Indirect groups, and more groups than one reply holds, need another read.
    private async ValueTask<Provisioned> ShowRevivedAsync(
        Caller caller, Change change, CommitOutcome.Committed done, IReadOnlyList<AttributeTarget> written, ScimCall call,
        CancellationToken cancel)
    {
        if (done.Links.Count < MembershipWalk.MostReported && (!caller.IndirectGroups || done.Links.Count == 0))
        {
            return Done(done, change, change.Document, done.Links, written, call)!;
        }
        var now = await store.GetAsync(change.Key, caller.Follow(true), cancel).ConfigureAwait(false);
        return now is null ? Refuse(new CommitOutcome.Missing(), change.Key)
            : Done(done with { Links = now.Links }, change, now.Stored, now.Links, written, call)!;
    }
}
