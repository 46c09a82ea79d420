using System.Text;
using ScimLite.Protocol.Schemas;
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
        var keys = RedisKeys.All(range.Tenant, SchemaCatalog.Core.User, "");
        RedisValue before = range.Before > LastSequence ? "" : range.Before, after = range.After is { } last ? Math.Min(last, LastSequence) : "";
        var reply = await RunAsync(RedisScript.Activity, "activity", keys, [range.Trail ?? "", before, after, range.Count], cancel).ConfigureAwait(false);
        var found = (byte[][])reply!;
        return [.. found.Chunk(2).Select(entry => ReadActivity(entry[0], entry[1]))];
    }

    /// <inheritdoc/>
    public async ValueTask AppendActivityAsync(string tenant, IReadOnlyList<ActivityEntry> entries, CancellationToken cancel)
    {
        var keys = new List<RedisKey>(RedisKeys.All(tenant, SchemaCatalog.Core.User, Guid.NewGuid().ToString("N")));
        var arguments = new List<RedisValue>(2 + (5 * entries.Count)) { Oldest(entries[^1]), entries[^1].Retention.Entries };
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

    private static ActivityRecord ReadActivity(byte[] mark, byte[] json)
    {
        // "sequence milliseconds outcome added removed id", then the resource's names on a line of their own.
        var lines = Encoding.UTF8.GetString(mark).Split('\n', 2);
        var parts = lines[0].Split(' ');
        return ActivityRecord.Of(Number(parts[0]), parts[2], (int)Number(parts[3]), (int)Number(parts[4]), ActivityEntry.FromJson(json), Label.Parse(lines[1]));
    }

    private static long Oldest(ActivityEntry entry) => entry.Retention.OldestAt(entry.Time).ToUnixTimeMilliseconds();
}
