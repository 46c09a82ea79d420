using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using Polly;
using Polly.Retry;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Validation;

namespace ScimLite.Provisioning;

/// <summary>
/// The verbs on one tenant's directory. It owns what may never be skipped: the schema's rules and the validators before a
/// write, the version expected by it, the membership, and the entry in the activity log.
/// </summary>
public sealed partial class Provisioner(
    IResourceStore store, SchemaCatalog catalog, ActivityLog log, RestoreSettings restore, TimeProvider clock)
{
    private readonly Dictionary<ResourceType, IValidator<JsonObject>> validators =
        catalog.ResourceTypes.ToDictionary(t => t, t => (IValidator<JsonObject>)new ResourceValidator(t));

    private readonly PatchValidator patchValidator = new();

    // A write that met another version than it read is repeated on what is there now; null asks for that.
    private readonly ResiliencePipeline<Provisioned?> replay = new ResiliencePipelineBuilder<Provisioned?>()
        .AddRetry(new RetryStrategyOptions<Provisioned?>
        {
            ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome is { Exception: null, Result: null }),
            MaxRetryAttempts = 12,
            Delay = TimeSpan.FromMilliseconds(2),
            MaxDelay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    /// <summary>RFC 7644 §3.5.1: replaces a resource. What the body leaves out is cleared, but for what <see cref="Replacement"/> keeps
    /// and for a group's membership, which only a body with <c>members</c> sets; null is the same as none.</summary>
    /// <exception cref="ScimException">The body breaks the schema or a rule.</exception>
    public ValueTask<Provisioned> ReplaceAsync(
        Caller caller, ResourceType type, string id, JsonElement body, Expected? precondition, ScimCall call, CancellationToken cancel)
    {
        var key = new ResourceKey(caller.Tenant, type, id);
        return new ActivityDraft(log, caller, key, "replace", body, call).RunAsync(draft => ReplaceAsync(caller, key, body, precondition, draft, call, cancel));
    }

    private async ValueTask<Provisioned> ReplaceAsync(
        Caller caller, ResourceKey key, JsonElement body, Expected? precondition, ActivityDraft draft, ScimCall call, CancellationToken cancel)
    {
        var (type, dialect) = (key.Type, draft.Dialect);
        call.About(key.Id);
        CheckConditional(caller, key.Id, precondition);
        var resource = SchemaRules.Read(body, type, dialect);
        // RFC 7643 §2.5: null is the same as none. An empty array is how a client empties the membership.
        var setsMembers = type.HasMembers && resource["members"] is not null;
        var members = TakeMembers(resource, type);
        var written = WrittenAttributes.Of(resource, type);
        var passwords = new Passwords(type);
        validators[type].Check(resource);
        if (!type.KeepsOnReplace)
        {
            SchemaRules.CheckRequired(resource, type);
        }
        call.Noted(dialect.Quirks);

        return await ReplayAsync(key, precondition, caller.Follow(!setsMembers), written, current =>
        {
            var before = ScimJson.ParseStored(current.Whole.Span);
            var wanted = resource;
            if (Replacement.IsNeeded(resource, type))
            {
                wanted = ScimJson.Copy(resource);
                Replacement.Keep(before, wanted, type);
            }
            if (type.KeepsOnReplace)
            {
                SchemaRules.CheckRequired(wanted, type);
                SchemaRules.CheckImmutable(before, wanted, type);
                passwords.Hash(before, wanted);
            }
            Stamp(wanted, type, key.Id);
            ReadOnlyMemory<byte> document = ResourceView.ToStored(wanted, type);
            var only = ScimJson.Differing(current.Whole.Span, StoredResource.WholeOf(document).Span);
            draft.Compare(before, wanted, only, members);
            return new Attempt(Update(key, current, before, wanted, only, document, draft.Entry(), caller) with
            {
                Members = setsMembers ? members : MembershipDelta.None,
                AcceptUnknownMembers = caller.AcceptUnknownMembers,
                FollowLinks = setsMembers,
                Limits = caller.Limits,
            }, current.Links);
        }, call, cancel).ConfigureAwait(false);
    }

    /// <summary>RFC 7644 §3.5.2: applies the operations as a whole or not at all. Operations on a group's members alone are one round
    /// trip that loads neither the group nor its members.</summary>
    /// <exception cref="ScimException">The request is malformed, or an operation can't be applied.</exception>
    public ValueTask<Provisioned> PatchAsync(
        Caller caller, ResourceType type, string id, JsonElement body, Expected? precondition, ScimCall call, CancellationToken cancel)
    {
        var key = new ResourceKey(caller.Tenant, type, id);
        return new ActivityDraft(log, caller, key, "patch", body, call).RunAsync(draft => PatchAsync(caller, key, body, precondition, draft, call, cancel));
    }

    private async ValueTask<Provisioned> PatchAsync(
        Caller caller, ResourceKey key, JsonElement body, Expected? precondition, ActivityDraft draft, ScimCall call, CancellationToken cancel)
    {
        var (type, dialect) = (key.Type, draft.Dialect);
        call.About(key.Id);
        CheckConditional(caller, key.Id, precondition);
        var patch = PatchRequest.Read(body, type, dialect);
        patchValidator.Check(patch);
        call.Patches(patch.Operations.Count);
        var delta = MembershipDelta.TryFrom(patch, type, dialect, out var rest);
        if (delta is not null && rest.Count == 0 && type.HasMembers)
        {
            call.Noted(dialect.Quirks);
            draft.Moves(delta);
            var change = new Change
            {
                Key = key,
                Expected = precondition ?? Expected.Any,
                Members = delta,
                AcceptUnknownMembers = caller.AcceptUnknownMembers,
                Activity = draft.Entry(),
            };
            var outcome = await store.CommitAsync(change, cancel).ConfigureAwait(false);
            return (Provisioned?)Done(outcome, change, null, [], [], call) ?? Refuse(outcome, key);
        }
        var passwords = new Passwords(type);
        return await ReplayAsync(key, precondition, caller.Follow(delta is null || type.HasGroups), WrittenAttributes.Of(rest, type), current =>
        {
            var before = delta is null ? ResourceView.ToTree(current, type, caller.BaseUrl) : ScimJson.ParseStored(current.Whole.Span);
            before.Remove("meta");
            var after = ScimJson.Copy(before);
            var only = PatchApplier.Apply(after, rest, type, dialect);
            var members = delta ?? MembershipDelta.Between(before["members"], after["members"]);
            if (type.HasMembers)
            {
                before.Remove("members");
                after.Remove("members");
            }
            validators[type].Check(after);
            passwords.Hash(before, after);
            SchemaRules.SetSchemas(after, type);
            call.Noted(dialect.Quirks);
            draft.Compare(before, after, only, members);
            return new Attempt(Update(key, current, before, after, only, null, draft.Entry(), caller) with
            {
                Members = members,
                AcceptUnknownMembers = caller.AcceptUnknownMembers,
                Limits = caller.Limits,
            }, current.Links);
        }, call, cancel).ConfigureAwait(false);
    }

    /// <summary>RFC 7644 §3.6: deletes a resource and every membership of it.</summary>
    public ValueTask<Provisioned> DeleteAsync(
        Caller caller, ResourceType type, string id, Expected? precondition, ScimCall call, CancellationToken cancel)
    {
        var key = new ResourceKey(caller.Tenant, type, id);
        return new ActivityDraft(log, caller, key, "delete", default, call).RunAsync(draft => DeleteAsync(caller, key, precondition, draft, call, cancel));
    }

    private async ValueTask<Provisioned> DeleteAsync(
        Caller caller, ResourceKey key, Expected? precondition, ActivityDraft draft, ScimCall call, CancellationToken cancel)
    {
        call.About(key.Id);
        CheckConditional(caller, key.Id, precondition);
        var deletion = new Deletion(key, precondition ?? Expected.Any, draft.Entry())
        {
            Limits = caller.Limits,
            Keep = restore.Days > 0 && key.Type.HasGroups,
        };
        var outcome = await store.DeleteAsync(deletion, cancel).ConfigureAwait(false);
        if (outcome is CommitOutcome.Committed done)
        {
            call.Done("deleted", 0, done.Removed);
            return new Provisioned.Done(key.Id, done.Version, null);
        }
        return Refuse(outcome, key);
    }

    /// <summary>RFC 7644 §3.4.1: reads a resource; null when there is none.</summary>
    public ValueTask<StoredResource?> ReadAsync(Caller caller, ResourceType type, string id, bool followLinks, CancellationToken cancel) =>
        store.GetAsync(new ResourceKey(caller.Tenant, type, id), caller.Follow(followLinks), cancel);

    // A write planned on what was read, and the links that the answer shows of it.
    private sealed record Attempt(Change Change, IReadOnlyList<Link> Links);

    // Reads, plans a write on what was read, and starts over where another write came between.
    private async ValueTask<Provisioned> ReplayAsync(
        ResourceKey key, Expected? precondition, Follow follow, IReadOnlyList<AttributeTarget> written, Func<StoredResource, Attempt> plan, ScimCall call, CancellationToken cancel)
    {
        var result = await replay.ExecuteAsync(async token =>
        {
            var current = await store.GetAsync(key, follow, token).ConfigureAwait(false);
            if (current is null)
            {
                return new Provisioned.Refused(ScimError.NotFound(key.Type.Name, key.Id));
            }
            if (precondition is not null && !precondition.Allows(current.Version))
            {
                return new Provisioned.Refused(ScimError.PreconditionFailed(key.Id, EntityTags.Of(current.Version)));
            }
            var (change, links) = plan(current);
            var outcome = await store.CommitAsync(change, token).ConfigureAwait(false);
            return outcome is CommitOutcome.Stale ? null
                : (Provisioned?)Done(outcome, change, change.Document ?? current.Stored, links, written, call) ?? Refuse(outcome, key);
        }, cancel).ConfigureAwait(false);
        return result ?? new Provisioned.Refused(ScimError.Of(503, $"'{key.Id}' is being changed by many requests at once. Try again in a few seconds."));
    }

    // Null when the write was not done.
    private static Provisioned.Done? Done(
        CommitOutcome outcome, Change change, ReadOnlyMemory<byte>? stored, IReadOnlyList<Link> links, IReadOnlyList<AttributeTarget> written, ScimCall call)
    {
        if (outcome is not CommitOutcome.Committed done)
        {
            return null;
        }
        var created = change.Expected == Expected.Absent || change.Revival == Revival.Reactivate;
        call.Done(created ? "created" : done.Changed ? "changed" : "unchanged", done.Added, done.Removed);
        return new Provisioned.Done(change.Key.Id, done.Version, stored is null ? null
            : new StoredResource(change.Key.Id, done.Version, done.Created, done.LastModified, stored.Value, change.FollowLinks ? done.Links : links)) { Written = written };
    }

    private Provisioned.Refused Refuse(CommitOutcome outcome, ResourceKey key, bool offersRestore = false)
    {
        if (outcome is CommitOutcome.Paused { IsFirst: true })
        {
            log.RemovalsPaused(key.Tenant);
        }
        return new Provisioned.Refused(ErrorOf(outcome, key, offersRestore));
    }

    /// <summary>What to answer when a write was not done.</summary>
    /// <param name="outcome">The outcome of the commit.</param>
    /// <param name="key">The resource that was to be written.</param>
    /// <param name="offersRestore">Whether the setting <c>Reprovision</c> would have brought a deactivated user back instead.</param>
    internal static ScimError ErrorOf(CommitOutcome outcome, ResourceKey key, bool offersRestore = false) => outcome switch
    {
        CommitOutcome.Missing => ScimError.NotFound(key.Type.Name, key.Id),
        CommitOutcome.Stale stale => ScimError.PreconditionFailed(key.Id, EntityTags.Of(stale.Version)),
        CommitOutcome.Taken taken => ScimError.Uniqueness(
            $"{Told(taken.Term)} is already used by another {key.Type.Name}{Holder(taken)}. "
            + (taken.Term.Attribute.Leaf is { Type: AttributeType.String, CaseExact: false } ? "Upper and lower case count as the same. " : "")
            + (taken.IsInactive && key.Type.HasGroups
                ? "That user is deactivated here: reactivate it with a PATCH of active to true, "
                    + (offersRestore ? "set the tenant's Reprovision to restore, " : "")
                : "Match that resource, ")
            + "or choose another value."),
        CommitOutcome.UnknownMembers unknown => ScimError.InvalidMember(
            $"These members are neither users nor groups here: {string.Join(", ", unknown.Ids.Select(ScimError.Shorten))}. Nothing was changed. "
            + "Provision them first, or restart provisioning so that they are looked up again."),
        CommitOutcome.Paused => ScimError.Of(503,
            "More was to be deactivated or deleted at once than this tenant allows, so removals are paused and nothing was changed; everything else goes "
            + "on. If the removals are meant, ask the administrator of the application to allow them; if not, correct the scope of provisioning first.") with
        {
            RetryAfter = 3600,
        },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // The id is no secret from a caller that may read the resource. Whose a value is that nobody may read, is one.
    private static string Holder(CommitOutcome.Taken taken) =>
        taken.Term.Attribute.Leaf.Returned == Returned.Never ? "" : $" ({taken.Holder})";

    private static string Told(IndexTerm term) => term.Attribute.Leaf.Returned == Returned.Never
        ? $"The value of {term.Attribute.Leaf.Name}" : $"{term.Attribute.Leaf.Name} '{ScimError.Shorten(term.Value!)}'";

    private static void CheckConditional(Caller caller, string id, Expected? precondition)
    {
        if (caller.RequireIfMatch && precondition is not { NamesVersion: true })
        {
            throw new ScimException(ScimError.PreconditionRequired(id));
        }
    }

    private static MembershipDelta TakeMembers(JsonObject resource, ResourceType type)
    {
        if (!type.HasMembers)
        {
            return MembershipDelta.None;
        }
        var members = MembershipDelta.Exactly(resource["members"]);
        resource.Remove("members");
        return members;
    }

    private void Check(JsonObject resource, ResourceType type)
    {
        SchemaRules.CheckRequired(resource, type);
        validators[type].Check(resource);
    }

    // schemas and id come first, as people expect them.
    private static void Stamp(JsonObject resource, ResourceType type, string id)
    {
        SchemaRules.SetSchemas(resource, type);
        var schemas = resource["schemas"];
        resource.Remove("schemas");
        resource.Remove("id");
        resource.Insert(0, "schemas", schemas);
        resource.Insert(1, "id", id);
    }

    internal static Change Write(
        ResourceKey key, Expected expected, JsonObject resource, ReadOnlyMemory<byte> document, ActivityEntry activity,
        Caller caller) => new()
    {
        Key = key,
        Expected = expected,
        Document = document,
        Terms = IndexTerm.Of(resource, key.Type),
        UniqueExternalId = caller.UniqueExternalId,
        Name = Text(resource, "displayName") ?? Text(resource["name"], "formatted") ?? Text(resource, "userName") ?? "",
        UserName = Text(resource, "userName") ?? "",
        Inactive = resource["active"] is JsonValue active && active.TryGetValue(out bool isActive) && !isActive,
        Activity = activity,
    };

    // A write that leaves the document as it is still moves the membership and tells the activity log.
    private static Change Update(
        ResourceKey key, StoredResource current, JsonObject before, JsonObject after, IReadOnlySet<string> only,
        ReadOnlyMemory<byte>? document, ActivityEntry activity, Caller caller)
    {
        var expected = Expected.OneOf(current.Version);
        return only.All(name => JsonNode.DeepEquals(before[name], after[name]))
            ? new Change { Key = key, Expected = expected, Activity = activity }
            : Write(key, expected, after, document ?? ResourceView.ToStored(after, key.Type), activity, caller);
    }

    // In a schema of an operator's such a name may stand for anything.
    private static string? Text(JsonNode? container, string name) =>
        (container as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
