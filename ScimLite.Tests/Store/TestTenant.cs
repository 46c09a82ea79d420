using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;

namespace ScimLite.Tests.Store;

/// <summary>A tenant of one test's own on some store, with a clock that moves by hand.</summary>
internal sealed class TestTenant(IResourceStore store, string? id = null)
{
    public static readonly ResourceType User = SchemaCatalog.Core.User;
    public static readonly ResourceType Group = SchemaCatalog.Core.Group;

    public string Id { get; init; } = id ?? $"t{Guid.NewGuid():N}";

    public IResourceStore Store => store;

    public IActivityStore Log => (IActivityStore)store;

    public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public ActivityRetention Retention { get; set; } = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string NameAttribute(ResourceType type) => type.Name switch { "User" => "userName", "Group" => "displayName", _ => "badge" };

    public static IndexTerm Term(ResourceType type, string path, string value) => new(type.Indexed.Single(i => i.Path == path), value);

    public ActivityEntry Entry(ResourceType type, string id, string operation) => new()
    {
        Time = Now,
        Operation = operation,
        ResourceType = type.Name,
        ResourceId = id,
        Credential = "secret token 1",
        CorrelationId = $"call-{id}",
        Call = Guid.NewGuid().ToString("N"),
        Retention = Retention,
    };

    public ActivityEntry Refusal(ResourceType type, string id, string operation, int status) =>
        Entry(type, id, operation) with { Error = new ActivityError(status, null, "No.") };

    /// <summary>A write of a whole document that bears this userName or displayName.</summary>
    public Change Document(ResourceType type, string id, string name, Expected expected, Action<JsonObject>? more = null)
    {
        var resource = new JsonObject { ["schemas"] = new JsonArray(type.Schema.Id), ["id"] = id, [NameAttribute(type)] = name };
        more?.Invoke(resource);
        return new Change
        {
            Key = new ResourceKey(Id, type, id),
            Expected = expected,
            Document = Encoding.UTF8.GetBytes(resource.ToJsonString()),
            Terms = IndexTerm.Of(resource, type),
            Name = name,
            UserName = type == User ? name : "",
            Activity = Entry(type, id, expected == Expected.Absent ? "create" : "replace"),
        };
    }

    /// <summary>A write to a group's membership alone.</summary>
    public Change Membership(string id, string[]? add = null, string[]? remove = null, bool reset = false) => new()
    {
        Key = new ResourceKey(Id, Group, id),
        Expected = Expected.Any,
        Members = new MembershipDelta(reset, add ?? [], remove ?? []),
        Activity = Entry(Group, id, "patch"),
    };

    public async Task<CommitOutcome> Commit(Change change) => await store.CommitAsync(change, Cancel);

    /// <summary>Commits what can't be refused.</summary>
    public async Task<CommitOutcome.Committed> Done(Change change) => Assert.IsType<CommitOutcome.Committed>(await Commit(change));

    public Task<CommitOutcome.Committed> CreateUser(string id, string? userName = null, Action<JsonObject>? more = null) =>
        Done(Document(User, id, userName ?? $"name of {id}", Expected.Absent, more));

    public async Task CreateUsers(params string[] ids)
    {
        foreach (var id in ids)
        {
            await CreateUser(id);
        }
    }

    public Task<CommitOutcome.Committed> CreateGroup(string id, params string[] members) =>
        Done(Document(Group, id, $"name of {id}", Expected.Absent) with { Members = new MembershipDelta(false, members, []), AcceptUnknownMembers = true });

    /// <summary>Adds or removes members, none of which may be unknown.</summary>
    public Task<CommitOutcome.Committed> Change(string group, string[]? add = null, string[]? remove = null, bool reset = false) =>
        Done(Membership(group, add, remove, reset));

    public Task<CommitOutcome> Rename(ResourceType type, string id, string name) => Commit(Document(type, id, name, Expected.Any));

    public async Task<CommitOutcome> Delete(ResourceType type, string id, Expected? expected = null) =>
        await store.DeleteAsync(new Deletion(new ResourceKey(Id, type, id), expected ?? Expected.Any, Entry(type, id, "delete")), Cancel);

    public async Task<CommitOutcome> Remove(ResourceType type, string id, RemovalLimits? limits, bool keep = true) =>
        await store.DeleteAsync(new Deletion(new ResourceKey(Id, type, id), Expected.Any, Entry(type, id, "delete")) { Limits = limits, Keep = keep }, Cancel);

    /// <summary>A PATCH of <c>active</c> to false.</summary>
    public Task<CommitOutcome> Deactivate(string id, RemovalLimits? limits) =>
        Commit(Document(User, id, $"name of {id}", Expected.Any) with { Inactive = true, Limits = limits });

    /// <summary>The creation of a user that brings back, or looks for, one that was deleted.</summary>
    public Task<CommitOutcome> Revive(string id, string userName, Revival revival, Action<JsonObject>? more = null) =>
        Commit(Document(User, id, userName, Expected.Absent, more) with { Revival = revival });

    public async Task<IReadOnlyList<DeletedResource>> Deleted(string? id = null, int start = 0, int count = 100) =>
        await Log.ReadDeletedAsync(Id, User, id, start, count, Cancel);

    public async Task<TenantStatus> Status() => await Log.ReadStatusAsync(Id, Cancel);

    public async Task Count(CallTally tally) => await Log.CountCallsAsync(Id, tally, Cancel);

    public async Task Decide(GuardState state, DateTimeOffset? until = null) =>
        await Log.DecideAsync(Id, new GuardDecision(state, until, Entry(User, "", "guard")), Cancel);

    public async Task<int> Purge(DateTimeOffset deletedBefore, int most) => await Log.PurgeAsync(Id, User, deletedBefore, Now, Retention, most, Cancel);

    public async Task<StoredResource?> Find(ResourceType type, string id) => await store.GetAsync(new ResourceKey(Id, type, id), Follow.Direct, Cancel);

    public async Task<StoredResource> Get(ResourceType type, string id)
    {
        var found = await Find(type, id);
        Assert.NotNull(found);
        return found;
    }

    /// <summary>The ids of a group's members or a user's groups, in the order in which the store tells them.</summary>
    public async Task<string> Links(ResourceType type, string id) => string.Join(' ', (await Get(type, id)).Links.Select(l => l.Id));

    public async Task<ResourcePage> Query(ResourceType type, Lookup lookup, int start = 0, int count = 1000, Follow follow = Follow.Direct) =>
        (await store.QueryAsync(new ResourceQuery(Id, type, lookup, start, count, follow), Cancel))!;

    /// <summary>A stretch of a walk in the order of creation, and where to go on; it begins at zero.</summary>
    public async Task<(IReadOnlyList<StoredResource> Resources, long Next)> Scan(ResourceType type, long after, int count)
    {
        var page = await Page(type, new Lookup.All(), count, new Boundary($"{after}", After: true), false);
        return (page.Resources, page.Positions.Count == 0 ? after : long.Parse(page.Positions[^1], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>A page that goes on from a boundary.</summary>
    public async Task<ResourcePage> Page(ResourceType type, Lookup lookup, int count, Boundary? from, bool backwards) =>
        (await store.QueryAsync(new ResourceQuery(Id, type, lookup, 0, count, Follow.Direct) { From = from, Backwards = backwards }, Cancel))!;

    /// <summary>The total and the ids that a lookup finds, such as <c>2: a b</c>.</summary>
    public async Task<string> Found(ResourceType type, Lookup lookup, int start = 0, int count = 1000)
    {
        var page = await Query(type, lookup, start, count);
        return $"{page.Total}: {string.Join(' ', page.Resources.Select(r => r.Id))}".TrimEnd();
    }

    public Task<string> FoundBy(ResourceType type, string path, string value) => Found(type, new Lookup.ByTerm(Term(type, path, value)));

    public async Task<IReadOnlyList<ActivityRecord>> Activity(long before = long.MaxValue, int count = 10_000, string? trail = null, long? after = null) =>
        await Log.ReadActivityAsync(new ActivityRange(Id, count) { Before = before, Trail = trail, After = after }, Cancel);

    public async Task Append(params ActivityEntry[] entries) => await Log.AppendActivityAsync(Id, entries, Cancel);

    /// <summary>All that can be seen of the tenant, as text: two of these are equal when nothing was changed in between.</summary>
    public async Task<string> Everything()
    {
        var text = new StringBuilder();
        foreach (var type in SchemaCatalog.Core.ResourceTypes)
        {
            var all = await Query(type, new Lookup.All());
            text.Append(type.Name).Append(' ').Append(all.Total).Append('\n');
            foreach (var resource in all.Resources)
            {
                var document = Encoding.UTF8.GetString(resource.Document.Span);
                text.Append($"{resource.Id} {resource.Version} {resource.Created} {resource.LastModified} {document}\n");
                text.Append($"  links {string.Join(' ', resource.Links)}\n  in {await Found(Group, new Lookup.ByMember(resource.Id))}\n");
                foreach (var term in IndexTerm.Of(JsonNode.Parse(document)!.AsObject(), type))
                {
                    text.Append($"  {term.Text} finds {await Found(type, new Lookup.ByTerm(term))}\n");
                }
            }
        }
        foreach (var record in await Activity())
        {
            text.Append($"{record.Sequence} {record.Outcome} +{record.MembersAdded} -{record.MembersRemoved} {record.Entry.Time:O} {record.Entry.ResourceId} {Encoding.UTF8.GetString(record.Entry.ToJson())}\n");
        }
        return text.ToString();
    }
}
