using System.Runtime.CompilerServices;
using System.Text.Json;
using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>Two parts of the store that don't agree about a resource.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Type">The resource type.</param>
/// <param name="Id">The resource, or a number of the activity log.</param>
/// <param name="What">What is wrong, without any value.</param>
public sealed record Disagreement(string Tenant, string Type, string Id, string What);

/// <summary>
/// Walks the whole store in bounded steps and tells where documents, heads, order, indexes, names, memberships, counters and activity
/// don't agree. It changes nothing, and may run while others write: each thing is looked at in one step with what belongs to it.
/// </summary>
public sealed class RedisCheck(RedisConnection connection, SchemaCatalog catalog)
{
    private const int Step = 500;

    /// <summary>How many things were looked at so far.</summary>
    public long Looked { get; private set; }

    /// <summary>The tenants that have a directory.</summary>
    public async Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancel)
    {
        // A server that is away has no keys to show; this says so.
        await connection.ExecuteAsync(static (database, _) => database.PingAsync(), 0, cancel).ConfigureAwait(false);
        var tenants = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var key in connection.KeysAsync("scimlite:{*}:heads:*", cancel).ConfigureAwait(false))
        {
            var text = key.ToString();
            tenants.Add(text[(text.IndexOf('{', StringComparison.Ordinal) + 1)..text.IndexOf('}', StringComparison.Ordinal)]);
        }
        return [.. tenants];
    }

    /// <summary>Walks one tenant's directory.</summary>
    public async IAsyncEnumerable<Disagreement> CheckAsync(string tenant, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var type in catalog.ResourceTypes)
        {
            var keys = RedisKeys.All(tenant, type, "");
            // Each walk: the command, the key, what it is called, and the two texts that tell a thing.
            (string Command, int Key, string What, Func<string, string, (string, string)?> Thing)[] walks =
            [
                ("HSCAN", 1, "head", (id, _) => (id, type.Name)),
                ("HSCAN", 0, "document", (id, _) => (id, "")),
                ("ZSCAN", 2, "order", (id, _) => (id, "")),
                ("HSCAN", 4, "name", (id, name) => name.StartsWith($"{type.Name}\0", StringComparison.Ordinal) ? (id, "") : null),
                ("ZSCAN", 3, "index", (entry, _) => Halves(entry) is var (term, id) ? (id, term) : null),
                ("", 8, "sequence", (_, _) => null),
                .. type.HasMembers ? MembershipWalks : [],
                .. type == catalog.User ? LogWalks : [],
            ];
            foreach (var (command, key, what, thing) in walks)
            {
                var cursor = "0";
                do
                {
                    var things = new List<(string, string)>();
                    if (command.Length == 0)
                    {
                        things.Add(("", ""));
                    }
                    else
                    {
                        var page = await connection.ExecuteAsync(static (database, s) => database.ExecuteAsync(s.command, s.key, s.cursor, "COUNT", Step),
                            (command, key: keys[key], cursor), cancel).ConfigureAwait(false);
                        cursor = (string)page[0]!;
                        var items = (string[])page[1]!;
                        for (var i = 0; i < items.Length; i += 2)
                        {
                            if (thing(items[i], items[i + 1]) is { } told)
                            {
                                things.Add(told);
                            }
                        }
                    }
                    // A small hash comes as a whole, whatever COUNT says.
                    foreach (var step in things.Chunk(Step))
                    {
                        foreach (var (id, told) in await LookAsync(type, keys, what, step, cancel).ConfigureAwait(false))
                        {
                            yield return new Disagreement(tenant, type.Name, id, told);
                        }
                    }
                }
                while (cursor != "0");
            }
        }
    }

    private static readonly (string, int, string, Func<string, string, (string, string)?>)[] MembershipWalks =
        [("ZSCAN", 5, "members", (pair, _) => Halves(pair)), ("ZSCAN", 6, "memberOf", (pair, _) => Halves(pair))];

    private static readonly (string, int, string, Func<string, string, (string, string)?>)[] LogWalks =
        [("HSCAN", 7, "log", (number, _) => (number, "")), ("ZSCAN", 12, "tails", (id, _) => (id, ""))];

    private async Task<List<(string Id, string Told)>> LookAsync(ResourceType type, RedisKey[] keys, string what, (string, string)[] step, CancellationToken cancel)
    {
        Looked += step.Length;
        var arguments = step.SelectMany(thing => (RedisValue[])[thing.Item1, thing.Item2]).Prepend(what).ToArray();
        var reply = (RedisResult[])(await connection.ExecuteAsync(static (database, s) => RedisScript.Check.RunAsync(database, s.keys, s.arguments), (keys, arguments), cancel).ConfigureAwait(false))!;
        var told = new List<(string, string)>();
        foreach (var answer in reply.Select(r => (RedisResult[])r!))
        {
            if (answer.Length == 2)
            {
                told.Add((step[(int)answer[1] - 1].Item1, (string)answer[0]!));
            }
            else if (Disagrees(type, (string)answer[0]!, (string)answer[1]!, (byte[])answer[2]!) is { } fault)
            {
                told.Add(((string)answer[0]!, fault));
            }
        }
        return told;
    }

    // A document with hidden attributes has two lines: the one that answers show, and the one with all attributes. The terms that the
    // document leads to are those that the head lists, since an update takes away what the head lists.
    private static string? Disagrees(ResourceType type, string id, string head, byte[] document)
    {
        if (document.Length == 0)
        {
            return null;
        }
        try
        {
            var resource = ScimJson.ParseStored(StoredResource.WholeOf(document).Span);
            if ((string?)resource["id"] != id || (string?)ScimJson.ParseStored(StoredResource.ShownOf(document).Span)["id"] != id)
            {
                return "the document bears another id";
            }
            var listed = head[(head.IndexOf('\n', StringComparison.Ordinal) + 1)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return IndexTerm.Of(resource, type).Select(t => t.Text).ToHashSet(StringComparer.Ordinal).SetEquals(listed) ? null : "the head lists other terms than the document has";
        }
        catch (JsonException)
        {
            return "the document is no JSON";
        }
    }

    // What stands before the last zero and what behind it.
    private static (string, string)? Halves(string text) => text.LastIndexOf('\0') is > 0 and var at ? (text[..at], text[(at + 1)..]) : null;
}
