using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Telemetry;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>
/// The directory in Redis (6.2 or later, Valkey, Garnet; no modules). Each call is one script and so one round trip, but for
/// groups of more than <see cref="MostLinks"/> members, whose members are read on in further ones.
/// </summary>
public sealed partial class RedisStore(RedisConnection connection, SchemaCatalog catalog, ScimTelemetry telemetry) : IResourceStore
{
    /// <summary>How many members or groups one script reads, and how many memberships one takes apart, so that no tenant blocks another for long.</summary>
    public const int MostLinks = 5000;

    private const int PurgeStep = 1000;

    private static readonly RedisValue Yes = "1", No = "0";

    private readonly ConcurrentDictionary<string, byte[]> secrets = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "redis";

    /// <inheritdoc/>
    public async ValueTask<StoredResource?> GetAsync(ResourceKey key, Follow follow, CancellationToken cancel)
    {
        var reply = (RedisResult[])(await RunAsync(RedisScript.Get, "get", RedisKeys.ForGet(key.Tenant, key.Type),
            [key.Id, follow != Follow.None && HasLinks(key.Type) ? MostLinks : 0, Steps(follow, key.Type)], cancel).ConfigureAwait(false))!;
        if (reply.Length == 0)
        {
            return null;
        }
        var followed = ReadLinks(reply[2]);
        var resource = await ReadOnAsync(Show(key.Id, reply[0], reply[1], followed), followed.Count == MostLinks, key.Tenant, key.Type, cancel).ConfigureAwait(false);
        return WithIndirect(resource, reply[3]);
    }

    /// <inheritdoc/>
    public async ValueTask<CommitOutcome> CommitAsync(Change change, CancellationToken cancel)
    {
        var (key, members) = (change.Key, change.Members);
        // The unique ones first, then those that the tenant wants to be unique.
        IndexTerm[] unique = [.. change.Terms.Where(term => term.Unique)], claimed = [.. change.Terms.Where(change.Claims)];
        IndexTerm[] terms = [.. unique, .. claimed, .. change.Terms.Where(term => !term.Unique && !change.Claims(term))];
        var arguments = new List<RedisValue>(22 + members.Added.Count + members.Removed.Count)
        {
            key.Id, change.Expected.Text, Time(change.Activity.Time), change.Activity.Time.ToUnixTimeMilliseconds(),
            change.Document ?? ReadOnlyMemory<byte>.Empty, new Label(key.Type.Name, change.Name, change.UserName).Text,
            change.AcceptUnknownMembers ? Yes : No, members.Reset ? Yes : No, change.FollowLinks ? MembershipWalk.MostReported : 0,
            Oldest(change.Activity), change.Activity.Retention.Entries, change.Activity.ToJson(),
            string.Join('\n', terms.Select(term => term.Text)), members.Added.Count, members.Removed.Count,
            change.Inactive ? Yes : No, change.Limits?.Text ?? "",
            change.Revival switch
            {
                Revival.None => "", Revival.Look => "look", Revival.Restore => "restore", Revival.Reactivate => "reactivate",
                _ => throw new System.Diagnostics.UnreachableException(),
            },
            unique.Length, key.Type.IndexShapes, change.Activity.Created.IsEmpty ? No : Yes, claimed.Length,
        };
        arguments.AddRange(members.Added.Select(m => (RedisValue)m));
        arguments.AddRange(members.Removed.Select(m => (RedisValue)m));
        var keys = RedisKeys.All(key.Tenant, key.Type, change.Activity.Call);
        var reply = (RedisResult[])(await WriteAsync(RedisScript.Commit, "commit", keys, [.. arguments], cancel).ConfigureAwait(false))!;
        return (string?)reply[0] switch
        {
            "taken" => new CommitOutcome.Taken(terms[(int)reply[1] - 1], (string)reply[2]!, (int)reply[3] == 1),
            "deactivated" => new CommitOutcome.Deactivated((string)reply[1]!, (long)reply[2], (ReadOnlyMemory<byte>)(RedisValue)reply[3]),
            "deleted" => new CommitOutcome.Deleted((string)reply[1]!, (ReadOnlyMemory<byte>)(RedisValue)reply[2]),
            "unknown" => new CommitOutcome.UnknownMembers([.. reply.Skip(1).Select(id => (string)id!)]),
            _ => ReadOutcome(reply, change.FollowLinks, change.Key.Type.HasGroups),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<CommitOutcome> DeleteAsync(Deletion deletion, CancellationToken cancel)
    {
        var key = deletion.Key;
        var activity = deletion.Activity;
        var keys = RedisKeys.All(key.Tenant, key.Type, activity.Call);
        var reply = (RedisResult[])(await WriteAsync(RedisScript.Delete, "delete", keys,
            [
                key.Id, deletion.Expected.Text, Time(activity.Time), activity.Time.ToUnixTimeMilliseconds(),
                Oldest(activity), activity.Retention.Entries, activity.ToJson(), MostLinks,
                deletion.Limits?.Text ?? "", deletion.Keep ? Yes : No,
            ], cancel).ConfigureAwait(false))!;
        if ((string?)reply[0] == "done")
        {
            // The group is gone already; this takes the memberships of a large one apart, and of any that a crash left behind. A
            // caller that doesn't wait for it changes nothing about that.
            for (var left = (long)reply[2]; left > 0;)
            {
                left = (long)await RunAsync(RedisScript.Sweep, "sweep", keys, [MostLinks], CancellationToken.None).ConfigureAwait(false);
            }
        }
        return ReadOutcome(reply, followLinks: false, ofUser: false);
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> GetSecretAsync(string name, CancellationToken cancel)
    {
        if (secrets.TryGetValue(name, out var known))
        {
            return known;
        }
        var kept = await RunAsync(RedisScript.Secret, "secret", [RedisKeys.Secret(name)], [RandomNumberGenerator.GetBytes(32)], cancel).ConfigureAwait(false);
        return secrets.GetOrAdd(name, (byte[])kept!);
    }

    /// <inheritdoc/>
    public async ValueTask PurgeAsync(string tenant, CancellationToken cancel)
    {
        // By their prefix, so that no kind of key is forgotten. A step looks at so many keys and no more, and a large one is freed aside (UNLINK).
        var servers = await connection.ExecuteAsync(static (database, _) => Task.FromResult(database.Multiplexer.GetServers()), 0, cancel).ConfigureAwait(false);
        foreach (var server in servers.Where(s => s is { IsConnected: true, IsReplica: false }))
        {
            var cursor = "0";
            do
            {
                cursor = await connection.ExecuteAsync(static async (database, s) =>
                {
                    var page = (RedisResult[])(await s.server.ExecuteAsync("SCAN", s.cursor, "MATCH", RedisKeys.Pattern(s.tenant), "COUNT", PurgeStep).ConfigureAwait(false))!;
                    await database.KeyDeleteAsync((RedisKey[])page[1]!).ConfigureAwait(false);
                    return (string)page[0]!;
                }, (server, cursor, tenant), cancel).ConfigureAwait(false);
            }
            while (cursor != "0");
        }
    }

    /// <inheritdoc/>
    public async ValueTask PingAsync(CancellationToken cancel) =>
        await connection.ExecuteAsync(static (database, _) => database.PingAsync(), 0, cancel).ConfigureAwait(false);

    private async ValueTask<StoredResource> ReadOnAsync(StoredResource resource, bool more, string tenant, ResourceType type, CancellationToken cancel)
    {
        if (!more)
        {
            return WithoutSwept(resource, type);
        }
        var all = new List<Link>(resource.Links);
        while (more)
        {
            var reply = await RunAsync(RedisScript.Links, "links", RedisKeys.ForLinks(tenant, type),
                [resource.Id, all.Count == 0 ? "" : all[^1].Id, MostLinks], cancel).ConfigureAwait(false);
            var next = ReadLinks(reply);
            all.AddRange(next);
            more = next.Count == MostLinks;
        }
        return WithoutSwept(resource with { Links = all }, type);
    }

    // A membership of a group that is being swept is none any more.
    private static StoredResource WithoutSwept(StoredResource resource, ResourceType type) => type.HasMembers || resource.Links.Count == 0
        ? resource : resource with { Links = [.. resource.Links.Where(link => link.Type is not null)] };

    // Of a user in very many groups the script knew some of the direct ones alone.
    private static StoredResource WithIndirect(StoredResource resource, RedisResult found)
    {
        var indirect = ReadLinks(found);
        if (indirect.Count == 0)
        {
            return resource;
        }
        var direct = resource.Links.Select(link => link.Id).ToHashSet(StringComparer.Ordinal);
        return resource with { Links = [.. resource.Links, .. indirect.Where(link => !direct.Contains(link.Id)).Select(link => link with { Indirect = true })] };
    }

    private static int Steps(Follow follow, ResourceType type) => follow == Follow.Indirect && type.HasGroups ? MembershipWalk.MostSteps : 0;

    private async ValueTask<RedisResult> RunAsync(RedisScript script, string operation, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancel)
    {
        using var call = telemetry.StoreCall(operation);
        try
        {
            return await connection.ExecuteAsync(Run, (script, keys, arguments), cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            call.Fail(e);
            throw;
        }
    }

    // A write leaves the record of its request where it is done, and none where it is refused.
    private async ValueTask<RedisResult> WriteAsync(RedisScript script, string operation, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancel)
    {
        using var call = telemetry.StoreCall(operation);
        try
        {
            return await connection.WriteAsync(Run, (script, keys, arguments), keys[RedisKeys.RequestPlace], IsDone, cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            call.Fail(e);
            throw;
        }
    }

    private static Task<RedisResult> Run(IDatabase database, (RedisScript Script, RedisKey[] Keys, RedisValue[] Arguments) call) =>
        call.Script.RunAsync(database, call.Keys, call.Arguments);

    private static bool IsDone(RedisResult reply) => (string?)reply[0] == "done";

    private static bool HasLinks(ResourceType type) => type.HasMembers || type.HasGroups;

    private static CommitOutcome ReadOutcome(RedisResult[] reply, bool followLinks, bool ofUser)
    {
        switch ((string?)reply[0])
        {
            case "missing":
                return new CommitOutcome.Missing();
            case "stale":
                return new CommitOutcome.Stale((long)reply[1]);
            case "paused":
                return new CommitOutcome.Paused((int)reply[1] == 1);
            default:
                var done = ((string)reply[1]!).Split(' ');
                return new CommitOutcome.Committed(done[0] != "unchanged", Number(done[1]), done[2], done[3], (int)Number(done[4]), (int)Number(done[5]),
                    !followLinks ? [] : ofUser ? [.. ReadLinks(reply[2]).Where(group => group.Type is not null)] : ReadLinks(reply[2]));
        }
    }

    private static StoredResource Show(string id, RedisResult head, RedisResult document, IReadOnlyList<Link> links)
    {
        var parts = ((string)head!).Split(' ');
        return new StoredResource(id, Number(parts[0]), parts[1], parts[2], (ReadOnlyMemory<byte>)(RedisValue)document, links);
    }

    private static List<Link> ReadLinks(RedisResult reply)
    {
        var values = (RedisValue[])reply!;
        var links = new List<Link>(values.Length / 2);
        for (var i = 0; i < values.Length; i += 2)
        {
            links.Add(Label.Parse(values[i + 1]!) is { } label ? new Link(values[i]!, label.Type, label.Display) : new Link(values[i]!, null, null));
        }
        return links;
    }

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
