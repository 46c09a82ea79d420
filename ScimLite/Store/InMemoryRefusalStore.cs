namespace ScimLite.Store;

/// <summary>The refused credentials in this process's memory. It is the specification that <see cref="RedisRefusalStore"/> is compared
/// with.</summary>
public sealed class InMemoryRefusalStore : IRefusalStore
{
    private readonly Lock door = new();
    private readonly Dictionary<string, Record> records = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask NoteAsync(string tenant, IReadOnlyList<Refused> refusals, CancellationToken cancel)
    {
        lock (door)
        {
            if (!records.TryGetValue(tenant, out var record))
            {
                records[tenant] = record = new Record();
            }
            foreach (var refused in refusals)
            {
                record.Add(refused);
            }
            if (refusals.Count > 0)
            {
                record.Trim(refusals.Max(r => r.Last) - IRefusalStore.Life, IRefusalStore.MostOf(tenant));
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<RefusalRecord> ReadAsync(string tenant, DateTimeOffset now, CancellationToken cancel)
    {
        lock (door)
        {
            return ValueTask.FromResult(records.TryGetValue(tenant, out var record) ? record.Read(now) : new RefusalRecord([], 0));
        }
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string tenant, CancellationToken cancel)
    {
        lock (door)
        {
            records.Remove(tenant);
        }
        return ValueTask.CompletedTask;
    }

    private sealed class Record
    {
        private readonly Dictionary<string, Refused> refusals = new(StringComparer.Ordinal);

        // By the minute of the hour: which minute that was, and how many.
        private readonly (long Minute, long Count)[] minutes = new (long, long)[60];

        public void Add(Refused refused)
        {
            refusals[refused.Name] = !refusals.TryGetValue(refused.Name, out var before) ? refused
                : (refused.Last >= before.Last ? refused : before) with { Count = before.Count + refused.Count };
            var minute = refused.Last.ToUnixTimeMilliseconds() / 60_000;
            ref var slot = ref minutes[minute % 60];
            slot = slot.Minute == minute ? (minute, slot.Count + refused.Count) : slot.Minute < minute ? (minute, refused.Count) : slot;
        }

        public void Trim(DateTimeOffset oldest, int most)
        {
            foreach (var surplus in refusals.Values.OrderByDescending(r => r.Last).ThenByDescending(r => r.Name, StringComparer.Ordinal)
                .Where((r, place) => place >= most || r.Last < oldest).ToArray())
            {
                refusals.Remove(surplus.Name);
            }
        }

        public RefusalRecord Read(DateTimeOffset now)
        {
            var minute = now.ToUnixTimeMilliseconds() / 60_000;
            return new RefusalRecord(
                [.. refusals.Values.Where(r => r.Last >= now - IRefusalStore.Life).OrderByDescending(r => r.Last)
                    .ThenByDescending(r => r.Name, StringComparer.Ordinal)],
                minutes.Where(m => m.Minute > minute - 60).Sum(m => m.Count));
        }
    }
}
