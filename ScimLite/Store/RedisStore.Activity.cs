using System.Globalization;
using System.Text;
using ScimLite.Protocol.Schemas;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <content>The activity log.</content>
public sealed partial class RedisStore : IActivityStore
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ActivityRecord>> ReadActivityAsync(ActivityRange range, CancellationToken cancel)
    {
        var keys = RedisKeys.All(range.Tenant, SchemaCatalog.Core.User, "");
        var before = range.Before == long.MaxValue ? "" : range.Before.ToString(CultureInfo.InvariantCulture);
        var after = range.After?.ToString(CultureInfo.InvariantCulture) ?? "";
        var reply = await RunAsync(RedisScript.Activity, "activity", keys, [range.Trail ?? "", before, after, range.Count], cancel).ConfigureAwait(false);
        return [.. ((byte[]?[])reply!).OfType<byte[]>().Select(ReadActivity)];
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

    private static ActivityRecord ReadActivity(byte[] stored)
    {
        // "sequence milliseconds outcome added removed id {json}", then the resource's names on a line of their own.
        var json = Array.IndexOf(stored, (byte)'{');
        var end = Array.IndexOf(stored, (byte)'\n', json);
        var parts = Encoding.UTF8.GetString(stored, 0, json).Split(' ');
        var entry = ActivityEntry.FromJson(stored.AsSpan(json..end));
        var label = Label.Parse(Encoding.UTF8.GetString(stored.AsSpan(end + 1)));
        return ActivityRecord.Of(Number(parts[0]), parts[2], (int)Number(parts[3]), (int)Number(parts[4]), entry, label);
    }

    private static long Oldest(ActivityEntry entry) => entry.Retention.OldestAt(entry.Time).ToUnixTimeMilliseconds();
}
