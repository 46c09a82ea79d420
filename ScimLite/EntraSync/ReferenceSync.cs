namespace ScimLite.EntraSync;

/// <summary>The second pass of a cycle: managers of users and members of groups, as far as both ends are in the target.</summary>
/// <param name="line">What the run shares.</param>
internal sealed class ReferenceSync(SyncLine line)
{
    /// <summary>What one request of the second pass does.</summary>
    /// <param name="Key">Whom escrow knows it by.</param>
    /// <param name="SendAsync">Sends it.</param>
    public sealed record Work(string Key, Func<CancellationToken, Task> SendAsync);

    /// <summary>What there is to do, group by group, so that parallel requests meet in one group.</summary>
    /// <param name="source">What should be there.</param>
    /// <param name="mayRemove">Not while links may be missing: a member without a link is no member who left.</param>
    public IEnumerable<Work> Plan(FakeDirectory source, bool mayRemove)
    {
        foreach (var user in source.Users)
        {
            if (line.State.Links.TryGetValue(user.ObjectId, out var id) && line.State.MayTry(ManagerKey(user)))
            {
                var manager = user.Manager is { } chief ? line.State.Links.GetValueOrDefault(chief.ObjectId) : null;
                var had = line.State.Managers.GetValueOrDefault(user.ObjectId);
                // A manager who is not in the target is not sent; the one before him stays.
                if (manager != had && (manager is not null || user.Manager is null))
                {
                    yield return new Work(ManagerKey(user), cancel => SetManagerAsync(user, id, manager, had, cancel));
                }
            }
        }
        foreach (var group in source.Groups)
        {
            if (line.State.Links.TryGetValue(group.ObjectId, out var id) && line.State.Members.TryGetValue(group.ObjectId, out var known)
                && line.State.MayTry(MembersKey(group)))
            {
                var desired = group.Members.Select(m => line.State.Links.GetValueOrDefault(m)).OfType<string>().ToHashSet();
                string[] add = [.. desired.Where(m => !known.Contains(m))], remove = [.. known.Ids.Where(m => mayRemove && !desired.Contains(m))];
                foreach (var work in Mixed([.. Batches(group, id, known, add, true)], [.. Batches(group, id, known, remove, false)]))
                {
                    yield return work;
                }
            }
        }
    }

    /// <summary>One PATCH for each batch of ids that a group gains or loses.</summary>
    public IEnumerable<Work> Batches(SourceGroup group, string id, MemberSet known, IEnumerable<string> members, bool add) => members.Chunk(line.Options.MembersPerPatch)
        .Select(batch => new Work(MembersKey(group), cancel => ChangeMembersAsync(group, id, known, batch, add, cancel)));

    // Adds and removes in turn, so that they meet.
    private static IEnumerable<Work> Mixed(Work[] adds, Work[] removes)
    {
        for (var i = 0; i < Math.Max(adds.Length, removes.Length); i++)
        {
            foreach (var work in adds.Skip(i).Take(1).Concat(removes.Skip(i).Take(1)))
            {
                yield return work;
            }
        }
    }

    private static string ManagerKey(SourceUser user) => "manager of " + user.ObjectId;

    private static string MembersKey(SourceGroup group) => "members of " + group.ObjectId;

    private async Task SetManagerAsync(SourceUser user, string id, string? manager, string? had, CancellationToken cancel)
    {
        if (!line.Options.CheckReferences || manager is null || !await HasReferenceAsync("Users", id, "manager", manager, cancel).ConfigureAwait(false))
        {
            var body = EntraText.SetManager(line.Options.Dialect, manager, had is not null);
            var set = await line.SendAsync(new EntraRequest("PATCH", "/Users/" + id, body) { Kind = "set manager" }, cancel).ConfigureAwait(false);
            if (!set.Succeeded)
            {
                line.Fail(ManagerKey(user), set, reference: true);
                return;
            }
        }
        line.State.Managers[user.ObjectId] = manager;
        line.State.Succeeded(ManagerKey(user));
    }

    private async Task ChangeMembersAsync(SourceGroup group, string id, MemberSet known, string[] batch, bool add, CancellationToken cancel)
    {
        var needed = new List<string>(batch.Length);
        foreach (var member in batch)
        {
            if (!line.Options.CheckReferences || await HasReferenceAsync("Groups", id, "members", member, cancel).ConfigureAwait(false) != add)
            {
                needed.Add(member);
            }
        }
        if (needed.Count > 0)
        {
            var body = add ? EntraText.AddMembers(line.Options.Dialect, needed) : EntraText.RemoveMembers(line.Options.Dialect, needed);
            var request = new EntraRequest("PATCH", "/Groups/" + id, body) { Kind = add ? "add members" : "remove members" };
            var changed = await line.SendAsync(request, cancel).ConfigureAwait(false);
            if (!changed.Succeeded)
            {
                line.Fail(MembersKey(group), changed, reference: true);
                return;
            }
        }
        if (add)
        {
            known.Add(batch);
        }
        else
        {
            known.Remove(batch);
        }
        line.State.Succeeded(MembersKey(group));
    }

    private async Task<bool> HasReferenceAsync(string endpoint, string id, string attribute, string other, CancellationToken cancel)
    {
        var (found, _) = await line.FindAsync("check reference", EntraText.HasReference(endpoint, id, attribute, other), cancel).ConfigureAwait(false);
        return found is { Count: > 0 };
    }
}
