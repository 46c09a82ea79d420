namespace ScimLite.EntraSync;

/// <summary>Provisions one group as Entra does: empty, and never asking for its members.</summary>
/// <param name="line">What the run shares.</param>
internal sealed class GroupSync(SyncLine line)
{
    private int posts;

    /// <summary>Brings a group to the target, without its members.</summary>
    /// <param name="group">Which.</param>
    /// <param name="mayCreate">Whether it is new or may be; in a cycle that repeats it must be there.</param>
    /// <param name="cancel">Stops the run.</param>
    public async Task ProvisionAsync(SourceGroup group, bool mayCreate, CancellationToken cancel)
    {
        var revision = group.Revision;
        var done = group.Deleted ? await DeleteAsync(group, cancel).ConfigureAwait(false) : await UpdateOrCreateAsync(group, mayCreate, cancel).ConfigureAwait(false);
        if (done)
        {
            line.State.Provisioned[group.ObjectId] = revision;
            line.State.Succeeded(group.ObjectId);
        }
    }

    private async Task<bool> UpdateOrCreateAsync(SourceGroup group, bool mayCreate, CancellationToken cancel)
    {
        if (line.State.Links.TryGetValue(group.ObjectId, out var id))
        {
            var read = await line.SendAsync(new EntraRequest("GET", $"/Groups/{id}?excludedAttributes=members") { Kind = "get group" }, cancel).ConfigureAwait(false);
            if (read.Status != 200 || read.Json is not { } json || TargetResource.Read(json) is not { } known)
            {
                line.Fail(group.ObjectId, read, read.Status == 404 ? "404 InvalidAnchor" : null);
                return false;
            }
            return await PatchAsync(group, known, cancel).ConfigureAwait(false);
        }
        var (found, asked) = await MatchAsync(group, cancel).ConfigureAwait(false);
        if (found is not { Count: <= 1 })
        {
            line.Fail(group.ObjectId, asked, found is null ? null : "more than one match, DuplicateTargetEntries");
            return false;
        }
        var target = found.Count == 1 ? found[0]
            : mayCreate ? await line.FindRenamedAsync("/Groups", group.ObjectId, cancel).ConfigureAwait(false) : null;
        if (target is not null)
        {
            return await LinkAsync(group, target, cancel).ConfigureAwait(false);
        }
        if (!mayCreate)
        {
            line.Fail(group.ObjectId, asked, "not found again");
            return false;
        }
        return await CreateAsync(group, cancel).ConfigureAwait(false);
    }

    private Task<(IReadOnlyList<TargetResource>? Found, Exchange Exchange)> MatchAsync(SourceGroup group, CancellationToken cancel) =>
        line.FindAsync("match group", line.Options.Match == MatchingAttribute.ExternalId
            ? EntraText.FindGroup("externalId", group.ObjectId) : EntraText.FindGroup("displayName", group.DisplayName), cancel);

    // Entra would not look; but members that somebody else put there are no fault of the server, so the comparison starts from what is there.
    private async Task<bool> LinkAsync(SourceGroup group, TargetResource found, CancellationToken cancel)
    {
        line.State.Links[group.ObjectId] = found.Id;
        if (!line.State.Members.ContainsKey(group.ObjectId))
        {
            var read = await line.SendAsync(new EntraRequest("GET", "/Groups/" + found.Id) { Kind = "read members" }, cancel).ConfigureAwait(false);
            var members = new MemberSet();
            members.Add(read.Json is { } json && TargetResource.Read(json) is { } whole ? whole.Members : []);
            line.State.Members[group.ObjectId] = members;
        }
        return await PatchAsync(group, found, cancel).ConfigureAwait(false);
    }

    private async Task<bool> PatchAsync(SourceGroup group, TargetResource known, CancellationToken cancel)
    {
        AttributeChange[] changes = [.. new[] { ("displayName", group.DisplayName), ("externalId", group.ObjectId) }
            .Where(d => known.Text(d.Item1) != d.Item2).Select(d => new AttributeChange(d.Item1, d.Item2, known.Text(d.Item1) is not null))];
        if (changes.Length == 0)
        {
            return true;
        }
        var body = EntraText.Change(line.Options.Dialect, changes);
        var patched = await line.SendAsync(new EntraRequest("PATCH", "/Groups/" + known.Id, body) { Kind = "update group" }, cancel).ConfigureAwait(false);
        if (!patched.Succeeded)
        {
            line.Fail(group.ObjectId, patched);
        }
        return patched.Succeeded;
    }

    private async Task<bool> DeleteAsync(SourceGroup group, CancellationToken cancel)
    {
        if (!line.State.Links.TryGetValue(group.ObjectId, out var id))
        {
            return true;
        }
        var deleted = await line.SendAsync(new EntraRequest("DELETE", "/Groups/" + id) { Kind = "delete group" }, cancel).ConfigureAwait(false);
        if (!deleted.Succeeded && deleted.Status != 404)
        {
            line.Fail(group.ObjectId, deleted);
            return false;
        }
        line.State.Links.TryRemove(group.ObjectId, out _);
        line.State.Members.TryRemove(group.ObjectId, out _);
        line.State.DeletedIds.Add(("Groups", id));
        foreach (var members in line.State.Members.Values)
        {
            members.Forget(id);
        }
        return true;
    }

    private async Task<bool> CreateAsync(SourceGroup group, CancellationToken cancel)
    {
        var request = new EntraRequest("POST", "/Groups", EntraText.CreateGroup(group)) { Kind = "create group" };
        var outcome = await Creation.PostAsync(line, request, Creation.IsDoubled(line, ref posts), () => MatchAsync(group, cancel), cancel).ConfigureAwait(false);
        switch (outcome)
        {
            case { Created: { } created }:
                line.State.Links[group.ObjectId] = created.Id;
                line.State.Members[group.ObjectId] = new MemberSet();
                return true;
            case { Matched: { } matched }:
                return await LinkAsync(group, matched, cancel).ConfigureAwait(false);
            default:
                line.Fail(group.ObjectId, outcome.Exchange, outcome.Reason);
                return false;
        }
    }
}
