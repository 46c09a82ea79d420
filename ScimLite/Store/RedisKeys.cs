using System.Collections.Concurrent;
using ScimLite.Protocol;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>
/// The keys of one tenant's directory. All carry the hash tag <c>{tenant}</c>, so that one script can touch all that a write
/// touches, on a Cluster too. A type has few keys and they are the same for every request, so every script can declare all it
/// may touch, whatever a query finds.
/// </summary>
internal static class RedisKeys
{
    /// <summary>The number of the members' key in the order that scripts expect.</summary>
    private const int Members = 6;

    /// <summary>The number of the key of a member's groups.</summary>
    private const int MemberOf = 7;

    /// <summary>The place of the request's record in <see cref="All"/>.</summary>
    public const int RequestPlace = 10;

    private static readonly ConcurrentDictionary<(string Tenant, ResourceType Type), RedisKey[]> Known = new();

    /// <summary>All keys, in the order that <c>prelude.lua</c> names them.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="type">Of which resource type.</param>
    /// <param name="request">Names the request in a replay.</param>
    public static RedisKey[] All(string tenant, ResourceType type, string request)
    {
        var keys = (RedisKey[])Of(tenant, type).Clone();
        keys[RequestPlace] = keys[RequestPlace].Append(request);
        return keys;
    }

    /// <summary>The heads of each of these resource types, then what is kept of the deleted of each.</summary>
    public static IEnumerable<RedisKey> Heads(string tenant, IReadOnlyCollection<ResourceType> types) =>
        types.Select(type => Of(tenant, type)[1]).Concat(types.Select(type => Of(tenant, type)[16]));

    /// <summary>The key of what a call of that name left for its replay.</summary>
    public static RedisKey Request(string tenant, string request) => Of(tenant, Protocol.Schemas.SchemaCatalog.Core.User)[RequestPlace].Append(request);

    /// <summary>The keys of how a tenant fares: status, cycles, changes of nothing, ignored attributes.</summary>
    public static RedisKey[] Status(string tenant) =>
        [Named(tenant, "status"), Named(tenant, "cycles"), Named(tenant, "unchanged"), Named(tenant, "ignored")];

    /// <summary>The key of the guard against mass removal.</summary>
    public static RedisKey Guard(string tenant) => Named(tenant, "guard");

    /// <summary>The keys of how many there are: order of the users, users that are not active, order of the groups.</summary>
    public static RedisKey[] Totals(string tenant)
    {
        var users = Of(tenant, Protocol.Schemas.SchemaCatalog.Core.User);
        return [users[2], users[15], Of(tenant, Protocol.Schemas.SchemaCatalog.Core.Group)[2]];
    }

    /// <summary>The keys of a query: the first seven, and which indexes are complete.</summary>
    public static RedisKey[] ForQuery(string tenant, ResourceType type)
    {
        var keys = Of(tenant, type);
        return [.. keys[..7], keys[20]];
    }

    /// <summary>The keys to read one resource: documents, heads, names and links.</summary>
    public static RedisKey[] ForGet(string tenant, ResourceType type)
    {
        var keys = Of(tenant, type);
        return [keys[0], keys[1], keys[4], keys[LinksOf(type) - 1]];
    }

    /// <summary>The keys to read members alone: heads, names and members.</summary>
    public static RedisKey[] ForMembers(string tenant, ResourceType type)
    {
        var keys = Of(tenant, type);
        return [keys[1], keys[4], keys[Members - 1]];
    }

    /// <summary>The keys to read on through links: names and links.</summary>
    public static RedisKey[] ForLinks(string tenant, ResourceType type)
    {
        var keys = Of(tenant, type);
        return [keys[4], keys[LinksOf(type) - 1]];
    }

    /// <summary>The number of the key that holds what resources of the type are linked to.</summary>
    public static int LinksOf(ResourceType type) => type.HasMembers ? Members : MemberOf;

    /// <summary>The key of a secret, which is no tenant's.</summary>
    public static RedisKey Secret(string name) => $"scimlite:secret:{name}";

    /// <summary>The key of a tenant's bucket of requests.</summary>
    public static RedisKey Budget(string tenant) => $"scimlite:{{{tenant}}}:budget";

    /// <summary>What every key of a tenant matches; an id has no character that means something in a pattern.</summary>
    public static string Pattern(string tenant) => $"scimlite:{{{tenant}}}:*";

    private static RedisKey Named(string tenant, string name) => $"scimlite:{{{tenant}}}:{name}";

    private static RedisKey[] Of(string tenant, ResourceType type) => Known.GetOrAdd((tenant, type), static key =>
    {
        var (tenant, type) = key;
        var prefix = $"scimlite:{{{tenant}}}:";
        return
        [
            $"{prefix}documents:{type.Name}",
            $"{prefix}heads:{type.Name}",
            $"{prefix}order:{type.Name}",
            $"{prefix}index:{type.Name}",
            // Who is found in this one may become a member.
            type.MayBeMember ? $"{prefix}names" : $"{prefix}names:{type.Name}",
            $"{prefix}members",
            $"{prefix}memberOf",
            $"{prefix}log",
            $"{prefix}sequence",
            $"{prefix}heads:Group",
            $"{prefix}request:",
            $"{prefix}sweep",
            $"{prefix}tails",
            $"{prefix}guard",
            $"{prefix}removals:{type.Name}",
            $"{prefix}inactive:{type.Name}",
            $"{prefix}deleted:{type.Name}",
            $"{prefix}deletedAt:{type.Name}",
            $"{prefix}deletedTerms:{type.Name}",
            $"{prefix}index:Group",
            $"{prefix}indexes:{type.Name}",
        ];
    });
}
