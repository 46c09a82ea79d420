namespace ScimLite.EntraSync;

/// <summary>Reads the whole directory back after a cycle and compares it with the source: every attribute, every member.</summary>
/// <param name="line">What the run shares.</param>
/// <param name="source">What should be there.</param>
internal sealed class ReadBack(SyncLine line, FakeDirectory source)
{
    private const int Samples = 50;

    /// <summary>What is to be read and compared, one entry for each request or two.</summary>
    public IEnumerable<Func<CancellationToken, Task>> Plan()
    {
        var live = source.Users.Where(u => u.State == SourceState.Enabled || (u.State == SourceState.Disabled && line.State.Links.ContainsKey(u.ObjectId))).ToArray();
        return live.Select<SourceUser, Func<CancellationToken, Task>>(user => cancel => CompareUserAsync(user, cancel))
            .Concat(source.Groups.Where(g => !g.Deleted).Select<SourceGroup, Func<CancellationToken, Task>>(group => cancel => CompareGroupAsync(group, cancel)))
            .Concat(live.Where(u => u.State == SourceState.Disabled).Take(Samples).Select<SourceUser, Func<CancellationToken, Task>>(user => cancel => FindDisabledAsync(user, cancel)))
            .Concat(live.Where(u => u.State == SourceState.Enabled).Take(Samples).Select<SourceUser, Func<CancellationToken, Task>>(user => cancel => FindInOtherCaseAsync(user, cancel)))
            .Concat(line.State.DeletedIds.Distinct().Select<(string Endpoint, string Id), Func<CancellationToken, Task>>(gone => cancel => CheckDeletedAsync(gone, cancel)));
    }

    private async Task CompareUserAsync(SourceUser user, CancellationToken cancel)
    {
        if (!line.State.Links.TryGetValue(user.ObjectId, out var id))
        {
            line.Findings.Differs($"Users?{user.UserName}", "id", "provisioned", null);
            return;
        }
        var resource = "Users/" + id;
        var read = await line.SendAsync(new EntraRequest("GET", "/" + resource) { Kind = "read back user" }, cancel).ConfigureAwait(false);
        if (read.Status != 200 || read.Json is not { } json || TargetResource.Read(json) is not { } actual)
        {
            if (read.Status == 404 && user.State == SourceState.Disabled)
            {
                line.Findings.Faulty(ServerFaults.HidesDisabled, $"GET /{resource}: 404");
            }
            line.Findings.Differs(resource, "id", id, read.Status == 0 ? read.Received : $"{read.Status}");
            return;
        }
        foreach (var (path, expected) in user.Values)
        {
            Compare(resource, path, expected, actual.Text(path));
        }
        var active = user.State == SourceState.Enabled ? "true" : "false";
        if (!actual.ActiveIsBoolean)
        {
            line.Findings.Faulty(ServerFaults.BooleanAsText, $"{resource}: active is \"{actual.Text("active")}\"");
            line.Findings.Differs(resource, "active", active, $"\"{actual.Text("active")}\"");
        }
        else if (actual.Text("active") != active)
        {
            line.Findings.Differs(resource, "active", active, actual.Text("active"));
        }
        var manager = user.Manager is { } chief ? line.State.Links.GetValueOrDefault(chief.ObjectId) : null;
        if (actual.Manager != manager)
        {
            var text = actual.Text(EntraPaths.Manager);
            line.Findings.Differs(resource, EntraPaths.Manager, manager, text);
            if (text is not null && text.Contains(manager ?? id, StringComparison.Ordinal))
            {
                line.Findings.Faulty(ServerFaults.ManagerForm, $"{resource}: manager is {text}");
            }
        }
        foreach (var element in actual.Repeated)
        {
            line.Findings.Differs(resource, element, "one element", "more than one");
        }
    }

    private void Compare(string resource, string path, string expected, string? actual)
    {
        if (!string.Equals(expected, actual, StringComparison.Ordinal))
        {
            line.Findings.Differs(resource, path, expected, actual);
            line.Findings.Faulty(ServerFaults.ChangesValues, $"{resource}: {path} was sent as \"{expected}\" and is {(actual is null ? "absent" : $"\"{actual}\"")}");
        }
    }

    private async Task CompareGroupAsync(SourceGroup group, CancellationToken cancel)
    {
        if (!line.State.Links.TryGetValue(group.ObjectId, out var id) || !line.State.Members.TryGetValue(group.ObjectId, out var known))
        {
            line.Findings.Differs($"Groups?{group.DisplayName}", "id", "provisioned", null);
            return;
        }
        var resource = "Groups/" + id;
        var read = await line.SendAsync(new EntraRequest("GET", "/" + resource) { Kind = "read back group" }, cancel).ConfigureAwait(false);
        if (read.Status != 200 || read.Json is not { } json || TargetResource.Read(json) is not { } actual)
        {
            line.Findings.Differs(resource, "id", id, read.Status == 0 ? read.Received : $"{read.Status}");
            return;
        }
        Compare(resource, "displayName", group.DisplayName, actual.Text("displayName"));
        Compare(resource, "externalId", group.ObjectId, actual.Text("externalId"));
        var expected = group.Members.Select(m => line.State.Links.GetValueOrDefault(m)).OfType<string>().ToHashSet();
        var there = actual.Members.ToHashSet();
        foreach (var member in expected.Except(there))
        {
            line.Findings.Differs(resource, "members", member, null);
        }
        foreach (var member in there.Except(expected))
        {
            line.Findings.Differs(resource, "members", null, member);
        }
        if (actual.Members.Count != there.Count)
        {
            line.Findings.Differs(resource, "members", $"{there.Count} members", $"{actual.Members.Count} entries, some twice");
        }
        Diagnose(resource, known, expected, there);
    }

    // Only what went wrong since the last read-back tells what did it. A lost update loses what was written beside it; only a wipe takes those who
    // were there before too, and all of them.
    private void Diagnose(string resource, MemberSet known, HashSet<string> expected, HashSet<string> there)
    {
        var gone = line.State.DeletedIds.Select(d => d.Id).ToHashSet();
        var wrong = expected.Except(there).Concat(there.Except(expected)).ToHashSet();
        var fresh = wrong.Except(known.Wrong).ToArray();
        if (there.Any(gone.Contains))
        {
            line.Findings.Faulty(ServerFaults.KeepsDeleted, $"{resource}: {there.Count(gone.Contains)} members that were deleted");
        }
        // What was not acknowledged is a failure of its own, and no member lost.
        var lost = fresh.Count(m => expected.Contains(m) && known.Contains(m));
        var left = fresh.Count(m => there.Contains(m) && !known.Contains(m) && !gone.Contains(m));
        var stayed = known.Seen.Where(expected.Contains).ToArray();
        if (known.RemovedSome && stayed.All(wrong.Contains) && lost > 0)
        {
            // In a group that had nobody else the two look the same.
            if (stayed.Length > 0)
            {
                line.Findings.Faulty(ServerFaults.WipesGroup, $"{resource}: all {stayed.Length} members that should have stayed are gone after others were removed");
            }
        }
        else if (lost + left > 0)
        {
            line.Findings.Faulty(ServerFaults.LosesMembers, $"{resource}: {lost} of {expected.Count} members lost, {left} too many");
        }
        known.ReadBack(there, wrong);
    }

    private async Task FindDisabledAsync(SourceUser user, CancellationToken cancel)
    {
        if (line.State.Links.TryGetValue(user.ObjectId, out var id) && !await FindsAsync(user.UserName, id, cancel).ConfigureAwait(false))
        {
            line.Findings.Faulty(ServerFaults.HidesDisabled, $"GET {EntraText.FindUser("userName", user.UserName)}: no match");
            line.Findings.Differs("Users/" + id, "userName eq, while disabled", id, null);
        }
    }

    private async Task FindInOtherCaseAsync(SourceUser user, CancellationToken cancel)
    {
        var other = string.Concat(user.UserName.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : c));
        if (line.State.Links.TryGetValue(user.ObjectId, out var id)
            && await FindsAsync(user.UserName, id, cancel).ConfigureAwait(false) && !await FindsAsync(other, id, cancel).ConfigureAwait(false))
        {
            line.Findings.Faulty(ServerFaults.CaseSensitiveMatch, $"GET {EntraText.FindUser("userName", other)}: no match, though there is {user.UserName}");
            line.Findings.Differs("Users/" + id, "userName eq, in another case", id, null);
        }
    }

    private async Task<bool> FindsAsync(string userName, string id, CancellationToken cancel)
    {
        var (found, _) = await line.FindAsync("check match", EntraText.FindUser("userName", userName), cancel).ConfigureAwait(false);
        return found is [var one] && one.Id == id;
    }

    private async Task CheckDeletedAsync((string Endpoint, string Id) gone, CancellationToken cancel)
    {
        var read = await line.SendAsync(new EntraRequest("GET", $"/{gone.Endpoint}/{gone.Id}") { Kind = "check deleted" }, cancel).ConfigureAwait(false);
        if (read.Status != 404)
        {
            line.Findings.Faulty(ServerFaults.KeepsDeleted, $"GET /{gone.Endpoint}/{gone.Id}: {read.Status}");
            line.Findings.Differs($"{gone.Endpoint}/{gone.Id}", "id", null, $"{read.Status}");
        }
    }
}
