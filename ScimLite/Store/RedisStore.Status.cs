using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <content>How a tenant fares.</content>
public sealed partial class RedisStore
{
    /// <inheritdoc/>
    public async ValueTask CountCallsAsync(string tenant, CallTally tally, CancellationToken cancel)
    {
        RedisKey[] keys = [.. RedisKeys.Status(tenant), RedisKeys.Request(tenant, Guid.NewGuid().ToString("N")), RedisKeys.Totals(tenant)[0]];
        var arguments = new List<RedisValue>
        {
            (long)CallTally.Silence.TotalMilliseconds, Milliseconds(tally.First), Milliseconds(tally.Last), Milliseconds(tally.Probe), Milliseconds(tally.User),
            Milliseconds(tally.Group), TenantStatus.MostCycles, TenantStatus.MostCounted, tally.Counts.Count, tally.Unchanged.Count, tally.Ignored.Count,
        };
        foreach (var (name, number) in tally.Counts.Concat(tally.Unchanged).Concat(tally.Ignored))
        {
            arguments.AddRange([name, number]);
        }
        await RunAsync(RedisScript.Count, "count", keys, [.. arguments], cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<TenantStatus> ReadStatusAsync(string tenant, CancellationToken cancel)
    {
        var reply = (RedisResult[])(await RunAsync(RedisScript.Status, "status", [.. RedisKeys.Status(tenant), .. RedisKeys.Totals(tenant), RedisKeys.Guard(tenant)], [], cancel).ConfigureAwait(false))!;
        var fields = Pairs((string[])reply[0]!);
        var going = fields.Where(f => f.Key.StartsWith("c:", StringComparison.Ordinal)).ToDictionary(f => f.Key[2..], f => f.Value);
        var past = ((string[])reply[1]!).Select(line => Pairs(line.Split(' ')));
        var users = (long)reply[4];
        return new TenantStatus
        {
            LastCall = Moment(fields, "lastCall"),
            LastProbe = Moment(fields, "lastProbe"),
            FirstUser = Moment(fields, "firstUser"),
            FirstGroup = Moment(fields, "firstGroup"),
            Cycles = [.. past.Prepend(going).Where(c => c.ContainsKey("first")).Select(ReadCycle)],
            Unchanged = Counted((string[])reply[2]!),
            Ignored = Counted((string[])reply[3]!),
            Users = users,
            ActiveUsers = users - (long)reply[5],
            Groups = (long)reply[6],
            Guard = ReadGuard(Pairs((string[])reply[7]!)),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ClaimWarningAsync(string tenant, string kind, string what, CancellationToken cancel) =>
        (int)await RunAsync(RedisScript.Claim, "claim", RedisKeys.Status(tenant)[..1], [kind, what], cancel).ConfigureAwait(false) == 1;

    /// <inheritdoc/>
    public async ValueTask DecideAsync(string tenant, GuardDecision decision, CancellationToken cancel)
    {
        var entry = decision.Activity;
        await RunAsync(RedisScript.Decide, "decide", RedisKeys.All(tenant, SchemaCatalog.Core.User, entry.Call),
            [
                NameOf(decision.State), entry.Time.ToUnixTimeMilliseconds(), Milliseconds(decision.Until), decision.Outcome, entry.ToJson(),
                Oldest(entry), entry.Retention.Entries,
            ], cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<DeletedResource>> ReadDeletedAsync(
        string tenant, ResourceType type, string? id, int start, int count, CancellationToken cancel)
    {
        var reply = await RunAsync(RedisScript.Deleted, "deleted", RedisKeys.All(tenant, type, ""), [id ?? "", start, count], cancel).ConfigureAwait(false);
        return [.. ((RedisResult[])reply!).Select(r => (RedisResult[])r!).Select(r => Label.Parse((string)r[2]!) is { } label
            ? new DeletedResource((string)r[0]!, DateTimeOffset.FromUnixTimeMilliseconds((long)r[1]), label.UserName, label.Display, (ReadOnlyMemory<byte>)(RedisValue)r[3])
            : throw new System.Diagnostics.UnreachableException())];
    }

    /// <inheritdoc/>
    public async ValueTask<int> PurgeAsync(
        string tenant, ResourceType type, DateTimeOffset deletedBefore, DateTimeOffset now, ActivityRetention retention, int most, CancellationToken cancel) =>
        (int)await RunAsync(RedisScript.Purge, "purge", RedisKeys.All(tenant, type, ""),
            [deletedBefore.ToUnixTimeMilliseconds(), retention.OldestAt(now).ToUnixTimeMilliseconds(), retention.Entries, most], cancel).ConfigureAwait(false);

    // What a state is called in Redis, and a decision in the log.
    private static string NameOf(GuardState state) => state switch
    {
        GuardState.Counting => "",
        GuardState.Paused => "paused",
        GuardState.Kept => "kept",
        GuardState.Allowed => "allowed",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static GuardStatus ReadGuard(Dictionary<string, string> fields) => new(
        Enum.GetValues<GuardState>().First(s => NameOf(s) == fields.GetValueOrDefault("state", "")), Moment(fields, "since"), Moment(fields, "until"),
        Number(fields.GetValueOrDefault("removals", "0")));

    private static CallCycle ReadCycle(Dictionary<string, string> fields) => new(
        Moment(fields, "first")!.Value, Moment(fields, "last")!.Value, fields["createdBefore"] == "1", Number(fields["users"]),
        fields.Where(f => f.Key.Contains('.', StringComparison.Ordinal)).ToDictionary(f => f.Key, f => Number(f.Value)));

    private static Dictionary<string, string> Pairs(string[] values) => values.Chunk(2).ToDictionary(p => p[0], p => p[1]);

    private static KeyValuePair<string, long>[] Counted(string[] values) => [.. values.Chunk(2).Select(p => KeyValuePair.Create(p[0], Number(p[1])))];

    private static RedisValue Milliseconds(DateTimeOffset? time) => time is { } at ? at.ToUnixTimeMilliseconds() : "";

    private static DateTimeOffset? Moment(Dictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name, "") is { Length: > 0 } at ? DateTimeOffset.FromUnixTimeMilliseconds(Number(at)) : null;
}
