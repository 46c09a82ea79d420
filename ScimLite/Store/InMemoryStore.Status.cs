using System.Collections.Immutable;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Store;

/// <content>How a tenant fares.</content>
public sealed partial class InMemoryStore
{
    /// <inheritdoc/>
    public ValueTask CountCallsAsync(string tenant, CallTally tally, CancellationToken cancel)
    {
        var of = Of(tenant);
        lock (of)
        {
            var status = of.Status;
            if (tally.First is { } first && tally.Last is { } last)
            {
                var going = status.Cycles is [var newest, ..] && first - newest.Last <= CallTally.Silence ? newest : null;
                var cycle = going ?? new CallCycle(first, last, of.HasCreated, 0, ImmutableDictionary<string, long>.Empty);
                cycle = cycle with
                {
                    First = first < cycle.First ? first : cycle.First,
                    Last = last > cycle.Last ? last : cycle.Last,
                    Users = of.Directory.Of(SchemaCatalog.Core.User).Order.Count,
                    Counts = Sum(cycle.Counts, tally.Counts),
                };
                status = status with { Cycles = [cycle, .. status.Cycles.Skip(going is null ? 0 : 1).Take(TenantStatus.MostCycles)] };
                of.HasCreated |= tally.Counts.Keys.Any(k => k.StartsWith("create.", StringComparison.Ordinal) && k.EndsWith(".created", StringComparison.Ordinal));
            }
            of.Status = status with
            {
                LastCall = Later(Later(status.LastCall, tally.Last), tally.Probe),
                LastProbe = Later(status.LastProbe, tally.Probe),
                FirstUser = status.FirstUser ?? tally.User,
                FirstGroup = status.FirstGroup ?? tally.Group,
                Unchanged = Highest(status.Unchanged, tally.Unchanged),
                Ignored = Highest(status.Ignored, tally.Ignored),
            };
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<TenantStatus> ReadStatusAsync(string tenant, CancellationToken cancel)
    {
        var of = Of(tenant);
        lock (of)
        {
            var users = of.Directory.Of(SchemaCatalog.Core.User);
            return ValueTask.FromResult(of.Status with
            {
                Users = users.Order.Count,
                ActiveUsers = users.Order.Count - users.Inactive.Count,
                Groups = of.Directory.Of(SchemaCatalog.Core.Group).Order.Count,
                Guard = of.Directory.Guard,
            });
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> ClaimWarningAsync(string tenant, string kind, string what, CancellationToken cancel)
    {
        var of = Of(tenant);
        lock (of)
        {
            var isFirst = of.Warned.GetValueOrDefault(kind) != what;
            of.Warned[kind] = what;
            return ValueTask.FromResult(isFirst);
        }
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private static Dictionary<string, long> Sum(IReadOnlyDictionary<string, long> one, IReadOnlyDictionary<string, long> other) =>
        one.Concat(other).GroupBy(c => c.Key, c => c.Value, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum());

    private static IReadOnlyList<KeyValuePair<string, long>> Highest(IReadOnlyList<KeyValuePair<string, long>> kept, IReadOnlyDictionary<string, long> more) =>
        more.Count == 0 ? kept : [.. Sum(kept.ToDictionary(k => k.Key, k => k.Value), more)
            .OrderByDescending(c => c.Value).ThenByDescending(c => c.Key, StringComparer.Ordinal).Take(TenantStatus.MostCounted)];
}
