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
    public const int Members = 6;

    /// <summary>The number of the key of a member's groups.</summary>
    public const int MemberOf = 7;

    /// <summary>The keys in the order that <c>prelude.lua</c> names them.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="type">Of which resource type.</param>
    /// <param name="request">Names the request in a replay.</param>
    public static RedisKey[] All(string tenant, ResourceType type, string request)
    {
        var prefix = $"scimlite:{{{tenant}}}:";
        return
        [
            $"{prefix}documents:{type.Name}",
            $"{prefix}heads:{type.Name}",
            $"{prefix}order:{type.Name}",
            $"{prefix}index:{type.Name}",
            $"{prefix}names",
            $"{prefix}members",
            $"{prefix}memberOf",
            $"{prefix}activity",
            $"{prefix}sequence",
            $"{prefix}heads:Group",
            $"{prefix}request:{request}",
            $"{prefix}sweep",
        ];
    }
}
