using System.Text;
using System.Text.Json;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <content>The activity log.</content>
public sealed partial class RedisStore : IActivityStore
{
    // The largest number that a script can count to, and more than any log comes to.
    private const long LastSequence = 1L << 53;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ActivityRecord>> ReadActivityAsync(ActivityRange range, CancellationToken cancel)
    {
        RedisKey[] keys = [.. RedisKeys.All(range.Tenant, catalog.User, ""), .. RedisKeys.Heads(range.Tenant, catalog.ResourceTypes)];
        RedisValue before = range.Before > LastSequence ? "" : Math.Max(range.Before, 0), after = range.After is { } last ? Math.Clamp(last, 0, LastSequence) : "";
        var reply = await RunAsync(RedisScript.Activity, "activity", keys, [range.Trail ?? "", before, after, range.Count, ActivityRange.MostSteps], cancel).ConfigureAwait(false);
        var found = (RedisValue[])reply!;
        return [.. found.Chunk(2).Select(entry => ReadActivity((long)entry[0], (byte[])entry[1]!))];
    }

    /// <inheritdoc/>
    public async ValueTask AppendActivityAsync(string tenant, IReadOnlyList<ActivityEntry> entries, CancellationToken cancel)
    {
        var keys = new List<RedisKey>([.. RedisKeys.All(tenant, catalog.User, Guid.NewGuid().ToString("N")), .. RedisKeys.Heads(tenant, catalog.ResourceTypes)]);
        var arguments = new List<RedisValue>(3 + (5 * entries.Count)) { Oldest(entries[^1]), entries[^1].Retention.Entries, catalog.ResourceTypes.Count };
        foreach (var entry in entries)
        {
            if (entry.InDoubt)
            {
                keys.Add(RedisKeys.Request(tenant, entry.Call));
            }
            arguments.AddRange([entry.Time.ToUnixTimeMilliseconds(), entry.Refusal, entry.Trail, entry.InDoubt ? entry.Call : "", entry.ToJson()]);
        }
        await RunAsync(RedisScript.Append, "append", [.. keys], [.. arguments], cancel).ConfigureAwait(false);
    }

    private static ActivityRecord ReadActivity(long sequence, byte[] entry)
    {
        // "time outcome added removed previous failure id", what was asked for, the document, who came, who went, and the resource's names, which may hold line breaks.
        var (first, rest) = Line(entry);
        var (asked, behind) = Line(rest);
        var (document, members) = Line(behind);
        var (coming, others) = Line(members);
        var (going, names) = Line(others);
        var parts = Encoding.UTF8.GetString(first.Span).Split(' ');
        var told = ActivityEntry.FromJson(asked.Span, DateTimeOffset.FromUnixTimeMilliseconds(Number(parts[0])), parts[6]) with { Created = document };
        told = told.Error is null ? told with { Added = Ids(coming), Removed = Ids(going) } : told;
        return ActivityRecord.Of(sequence, parts[1], (int)Number(parts[2]), (int)Number(parts[3]), told, Label.Parse(Encoding.UTF8.GetString(names.Span)));
    }

    private static string[] Ids(ReadOnlyMemory<byte> line) => line.IsEmpty ? [] : JsonSerializer.Deserialize<string[]>(line.Span)!;

    private static (ReadOnlyMemory<byte> Line, ReadOnlyMemory<byte> Behind) Line(ReadOnlyMemory<byte> text)
    {
        var end = text.Span.IndexOf((byte)'\n');
        return (text[..end], text[(end + 1)..]);
    }

    private static long Oldest(ActivityEntry entry) => entry.Retention.OldestAt(entry.Time).ToUnixTimeMilliseconds();
}
