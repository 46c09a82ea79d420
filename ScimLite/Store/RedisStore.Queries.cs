using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>Queries: each is one script and one round trip, whatever it looks for and wherever its page lies.</summary>
public sealed partial class RedisStore
{
    /// <inheritdoc/>
    public async ValueTask<ResourcePage?> QueryAsync(ResourceQuery query, CancellationToken cancel)
    {
        var (tenant, type) = (query.Tenant, query.Type);
        (string Mode, RedisValue Argument, RedisValue Second) lookup = query.Lookup switch
        {
            Lookup.All => ("all", "", ""),
            Lookup.ByTerm term => InIndex(IndexRange.Of(term.Term)),
            Lookup.ByRange range => InIndex(range.Range),
            Lookup.ById { MemberId: { } member } id => ("membership", id.Id, member),
            Lookup.ById id => ("id", id.Id, ""),
            Lookup.ByMember member => ("member", member.MemberId, ""),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var links = query.Follow != Follow.None && HasLinks(type) ? RedisKeys.LinksOf(type) : 0;
        var reply = (RedisResult[])(await RunAsync(RedisScript.Query, "query", RedisKeys.ForQuery(tenant, type),
            [
                lookup.Mode, lookup.Argument, lookup.Second, Begin(query), query.Backwards ? Yes : No, query.Start, query.Count, links, MostLinks, Steps(query.Follow, type),
                query.Lookup.Index?.Shape ?? "",
            ], cancel).ConfigureAwait(false))!;
        if (reply.Length == 0)
        {
            return null;
        }
        var (resources, positions) = (new List<StoredResource>(reply.Length - 2), new List<string>(reply.Length - 2));
        foreach (var item in reply.Skip(2).Select(r => (RedisResult[])r!))
        {
            var shown = Show((string)item[0]!, item[1], item[2], ReadLinks(item[3]));
            if ((int)item[4] == 0)
            {
                shown = WithIndirect(WithoutSwept(shown, type), item[5]);
            }
            else if (Steps(query.Follow, type) == 0)
            {
                shown = await ReadOnAsync(shown, more: true, tenant, type, cancel).ConfigureAwait(false);
            }
            else if (await GetAsync(new ResourceKey(tenant, type, shown.Id), query.Follow, cancel).ConfigureAwait(false) is { } whole)
            {
                shown = whole;
            }
            else
            {
                continue;
            }
            resources.Add(shown);
            positions.Add((string)item[6]!);
        }
        return new ResourcePage((long)reply[0], resources, positions, (int)reply[1] == 1);
    }

    /// <inheritdoc/>
    public async ValueTask<MemberPage?> ReadMembersAsync(MemberQuery query, CancellationToken cancel)
    {
        var group = query.Group;
        var reply = (RedisResult[])(await RunAsync(RedisScript.Members, "members", RedisKeys.ForMembers(group.Tenant, group.Type),
            [
                group.Id, query.Only ?? "", query.From is { } from ? IndexBound.Of(from).ToUtf8() : "", query.Backwards ? Yes : No, query.Start, query.Count,
            ], cancel).ConfigureAwait(false))!;
        if (reply.Length == 0)
        {
            return null;
        }
        var members = ReadLinks(reply[2]);
        if (query.Backwards)
        {
            members.Reverse();
        }
        return new MemberPage((long)reply[0], members, (int)reply[1] == 1);
    }

    private static (string Mode, RedisValue Argument, RedisValue Second) InIndex(IndexRange range) => ("range", range.From.ToUtf8(), range.To.ToUtf8());

    // Everything before it comes before the page: a score for the order of creation, an entry for the others.
    private static RedisValue Begin(ResourceQuery query) => query.From switch
    {
        null => "",
        { } from when query.Lookup is Lookup.All => from.After ? from.Position : "(" + from.Position,
        { } from => IndexBound.Of(from).ToUtf8(),
    };
}
