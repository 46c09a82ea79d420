namespace ScimLite.EntraSync;

/// <summary>Provisions one user as Entra does: match or read, compare, and send nothing but what differs.</summary>
/// <param name="line">What the run shares.</param>
internal sealed class UserSync(SyncLine line)
{
    private int posts;

    /// <summary>Brings a user to the target.</summary>
    /// <param name="user">Who.</param>
    /// <param name="mayCreate">Whether he is new or may be; in a cycle that repeats he must be there.</param>
    /// <param name="cancel">Stops the run.</param>
    public async Task ProvisionAsync(SourceUser user, bool mayCreate, CancellationToken cancel)
    {
        var revision = user.Revision;
        var done = user.State == SourceState.Deleted ? await DeleteAsync(user, cancel).ConfigureAwait(false) : await UpdateOrCreateAsync(user, mayCreate, cancel).ConfigureAwait(false);
        if (done)
        {
            line.State.Provisioned[user.ObjectId] = revision;
            line.State.Succeeded(user.ObjectId);
        }
    }

    private async Task<bool> UpdateOrCreateAsync(SourceUser user, bool mayCreate, CancellationToken cancel)
    {
        var desired = Desired(user);
        TargetResource? known = null;
        if (line.State.Links.TryGetValue(user.ObjectId, out var id))
        {
            if (line.Options.GetBeforePatch || !mayCreate || !line.State.LastSent.ContainsKey(user.ObjectId))
            {
                var read = await line.SendAsync(new EntraRequest("GET", "/Users/" + id) { Kind = "get user" }, cancel).ConfigureAwait(false);
                known = read.Status == 200 && read.Json is { } json ? TargetResource.Read(json) : null;
                if (known is null)
                {
                    if (read.Status == 404 && line.State.LastSent.TryGetValue(user.ObjectId, out var sent) && sent["active"] == "false")
                    {
                        line.Findings.Faulty(ServerFaults.HidesDisabled, $"GET /Users/{id}: 404");
                    }
                    line.Fail(user.ObjectId, read, read.Status == 404 ? "404 InvalidAnchor" : null);
                    return false;
                }
            }
        }
        else
        {
            var (found, exchange) = await MatchAsync(user, cancel).ConfigureAwait(false);
            if (found is not { Count: <= 1 })
            {
                line.Fail(user.ObjectId, exchange, found is null ? null : "more than one match, DuplicateTargetEntries");
                return false;
            }
            if (found.Count == 0 && mayCreate
                && await line.FindRenamedAsync("/Users", user.ObjectId, cancel).ConfigureAwait(false) is { } renamed)
            {
                found = [renamed];
            }
            if (found.Count == 0)
            {
                // Entra creates nobody who is disabled.
                if (mayCreate)
                {
                    return user.State == SourceState.Disabled || await CreateAsync(user, desired, cancel).ConfigureAwait(false);
                }
                if (user.State == SourceState.Disabled)
                {
                    line.Findings.Faulty(ServerFaults.HidesDisabled, $"{exchange.Request.Method} {exchange.Request.Path}: no match");
                }
                line.Fail(user.ObjectId, exchange, "not found again");
                return false;
            }
            known = found[0];
            id = known.Id;
            line.State.Links[user.ObjectId] = id;
        }
        return await PatchAsync(user, id, desired, known, cancel).ConfigureAwait(false);
    }

    private static Dictionary<string, string> Desired(SourceUser user) =>
        new(user.Values) { ["active"] = user.State == SourceState.Enabled ? "true" : "false" };

    private async Task<bool> PatchAsync(SourceUser user, string id, Dictionary<string, string> desired, TargetResource? known, CancellationToken cancel)
    {
        var sent = line.State.LastSent.GetValueOrDefault(user.ObjectId);
        string? Held(string path) => known is null ? sent!.GetValueOrDefault(path) : path == "active" && !known.ActiveIsBoolean ? null : known.Text(path);
        if (known is not null)
        {
            line.State.Managers[user.ObjectId] = known.Manager;
        }
        AttributeChange[] changes = [.. desired.Where(d => Held(d.Key) != d.Value).Select(d => new AttributeChange(d.Key, d.Value, Held(d.Key) is not null))];
        if (changes.Length > 0)
        {
            var body = EntraText.Change(line.Options.Dialect, changes);
            var patched = await line.SendAsync(new EntraRequest("PATCH", "/Users/" + id, body) { Kind = "update user" }, cancel).ConfigureAwait(false);
            if (!patched.Succeeded)
            {
                line.Fail(user.ObjectId, patched);
                return false;
            }
        }
        line.State.LastSent[user.ObjectId] = desired;
        return true;
    }

    private async Task<bool> DeleteAsync(SourceUser user, CancellationToken cancel)
    {
        if (!line.State.Links.TryGetValue(user.ObjectId, out var id))
        {
            return true;
        }
        var deleted = await line.SendAsync(new EntraRequest("DELETE", "/Users/" + id) { Kind = "delete user" }, cancel).ConfigureAwait(false);
        if (!deleted.Succeeded && deleted.Status != 404)
        {
            line.Fail(user.ObjectId, deleted);
            return false;
        }
        line.State.Links.TryRemove(user.ObjectId, out _);
        line.State.DeletedIds.Add(("Users", id));
        foreach (var members in line.State.Members.Values)
        {
            members.Forget(id);
        }
        return true;
    }

    // Who has no value for the first matching attribute is found by the second one.
    private Task<(IReadOnlyList<TargetResource>? Found, Exchange Exchange)> MatchAsync(SourceUser user, CancellationToken cancel)
    {
        var (attribute, value) = line.Options.Match switch
        {
            MatchingAttribute.ExternalId => ("externalId", user.ObjectId),
            MatchingAttribute.Email when user.Mail is not null => (EntraPaths.Mail, user.Mail),
            _ => ("userName", user.UserName),
        };
        return line.FindAsync("match user", EntraText.FindUser(attribute, value), cancel);
    }

    private async Task<bool> CreateAsync(SourceUser user, Dictionary<string, string> desired, CancellationToken cancel)
    {
        var request = new EntraRequest("POST", "/Users", EntraText.CreateUser(user)) { Kind = "create user" };
        var outcome = await Creation.PostAsync(line, request, Creation.IsDoubled(line, ref posts), () => MatchAsync(user, cancel), cancel).ConfigureAwait(false);
        switch (outcome)
        {
            case { Created: { } created }:
                line.State.Links[user.ObjectId] = created.Id;
                line.State.Managers[user.ObjectId] = created.Manager;
                line.State.LastSent[user.ObjectId] = desired;
                // A server may bring back a deleted user with his groups.
                foreach (var (group, _) in line.State.Links.Where(link => created.Groups.Contains(link.Value)))
                {
                    line.State.Members.GetValueOrDefault(group)?.Add([created.Id]);
                }
                return true;
            case { Matched: { } matched }:
                line.State.Links[user.ObjectId] = matched.Id;
                return await PatchAsync(user, matched.Id, desired, matched, cancel).ConfigureAwait(false);
            default:
                line.Fail(user.ObjectId, outcome.Exchange, outcome.Reason);
                return false;
        }
    }
}
