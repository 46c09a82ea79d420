using System.Globalization;
using ScimLite.Protocol;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>A write in a property test: which, to which resource, with what.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Id">To what: users are u0, u1, ..., groups g0, g1, ...</param>
/// <param name="Name">The userName or displayName, where a document is written.</param>
/// <param name="Condition">Which version is expected, relative to the present one.</param>
/// <param name="Reset">Whether the membership is emptied first.</param>
/// <param name="Added">The members to add.</param>
/// <param name="Removed">The members to remove; none of those to add.</param>
/// <param name="Accept">Whether unknown members are accepted.</param>
internal sealed record Step(
    StepKind Kind, string Id, string Name, Condition Condition, bool Reset, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, bool Accept)
{
    public ResourceType Type => Id[0] == 'u' ? User : Group;

    public override string ToString() =>
        $"{Kind} {Id} '{Name}' {Condition}{(Reset ? " reset" : "")} +[{string.Join(' ', Added)}] -[{string.Join(' ', Removed)}]{(Accept ? " accept" : "")}";
}

internal enum StepKind
{
    /// <summary>Creates a resource, a group with its members.</summary>
    Create,

    /// <summary>Replaces the document alone.</summary>
    Replace,

    /// <summary>Replaces the document and changes the membership.</summary>
    ReplaceWithMembers,

    /// <summary>Changes the membership alone.</summary>
    Members,

    /// <summary>Deletes.</summary>
    Delete,
}

internal enum Condition
{
    /// <summary>Any version will do.</summary>
    Any,

    /// <summary>The present version, among others.</summary>
    Current,

    /// <summary>The versions before and after the present one.</summary>
    Other,
}

/// <summary>A directory of dictionaries and sets, too simple to be wrong, that the stores are compared with.</summary>
internal sealed class StoreModel
{
    readonly Dictionary<string, Row> rows = [];
    readonly Dictionary<string, HashSet<string>> members = [];
    readonly List<string> log = [];
    int creations;

    public long VersionOf(string id) => rows.TryGetValue(id, out var row) ? row.Version : 0;

    /// <summary>Does the step and tells its outcome.</summary>
    public string Apply(Step step, string time)
    {
        var row = rows.GetValueOrDefault(step.Id);
        if (step.Kind == StepKind.Create)
        {
            if (row is not null)
            {
                return $"stale {row.Version}";
            }
        }
        else if (row is null)
        {
            return "missing";
        }
        else if (step.Condition == Condition.Other)
        {
            return $"stale {row.Version}";
        }
        return step.Kind == StepKind.Delete ? Delete(step, row!, time) : Write(step, row, time);
    }

    string Write(Step step, Row? row, string time)
    {
        var writesDocument = step.Kind != StepKind.Members;
        if (writesDocument && rows.Any(r => r.Key != step.Id && r.Key[0] == step.Id[0] && r.Value.Name.Equals(step.Name, StringComparison.OrdinalIgnoreCase)))
        {
            return $"taken {step.Name}";
        }
        var unknown = step.Added.Where(m => !rows.ContainsKey(m)).Take(10).ToArray();
        if (unknown.Length > 0 && !step.Accept)
        {
            return $"unknown {string.Join(' ', unknown)}";
        }
        var old = members.GetValueOrDefault(step.Id) ?? [];
        var next = step.Reset ? [] : old.Except(step.Removed).ToHashSet();
        next.UnionWith(step.Added);
        var (added, removed) = (next.Except(old).Count(), old.Except(next).Count());
        var changed = writesDocument || added + removed > 0;
        row ??= new Row(++creations, 0, time, time, "");
        if (changed)
        {
            rows[step.Id] = row = row with { Version = row.Version + 1, Modified = time, Name = writesDocument ? step.Name : row.Name };
            members[step.Id] = next;
        }
        log.Add($"{step.Id} {(step.Kind == StepKind.Create ? "created" : changed ? "changed" : "unchanged")} +{added} -{removed}");
        return $"done {changed} {row.Version} {row.Created} {row.Modified} +{added} -{removed} {string.Join(',', step.Added.Select(LinkTo).Order(StringComparer.Ordinal))}";
    }

    string Delete(Step step, Row row, string time)
    {
        rows.Remove(step.Id);
        var removed = members.Remove(step.Id, out var own) ? own.Count : 0;
        foreach (var (group, set) in members)
        {
            if (set.Remove(step.Id))
            {
                rows[group] = rows[group] with { Version = rows[group].Version + 1, Modified = time };
            }
        }
        log.Add($"{step.Id} deleted +0 -{removed}");
        return $"done True {row.Version} {row.Created} {row.Modified} +0 -{removed} ";
    }

    /// <summary>All that should be seen, in the form of <see cref="SeenAsync"/>.</summary>
    public string Seen(IEnumerable<string> ids, IEnumerable<string> names)
    {
        var lines = new List<string>();
        foreach (var type in new[] { 'u', 'g' })
        {
            lines.Add($"all {string.Join(' ', rows.Where(r => r.Key[0] == type).OrderBy(r => r.Value.Place).Select(r => r.Key))}");
            lines.AddRange(names.Select(n => $"{n}: {string.Join(' ', rows.Where(r => r.Key[0] == type && r.Value.Name.Equals(n, StringComparison.OrdinalIgnoreCase)).Select(r => r.Key))}"));
        }
        foreach (var id in ids)
        {
            var holders = members.Where(m => m.Value.Contains(id)).Select(m => m.Key).Order(StringComparer.Ordinal).ToArray();
            lines.Add($"{id} in {string.Join(' ', holders)}");
            if (rows.TryGetValue(id, out var row))
            {
                IEnumerable<string> links = id[0] == 'u' ? holders : (members.GetValueOrDefault(id) ?? []).Order(StringComparer.Ordinal);
                lines.Add($"{id} {row.Version} {row.Created} {row.Modified} '{row.Name}' {string.Join(',', links.Select(LinkTo))}");
            }
        }
        lines.AddRange(Enumerable.Reverse(log));
        return string.Join('\n', lines);
    }

    string LinkTo(string id) => rows.TryGetValue(id, out var row) ? $"{id}={(id[0] == 'u' ? "User" : "Group")}/{row.Name}" : $"{id}=/";

    /// <summary>All that is seen of a tenant, through every kind of question a store answers.</summary>
    public static async Task<string> SeenAsync(TestTenant tenant, IEnumerable<string> ids, IEnumerable<string> names)
    {
        var lines = new List<string>();
        foreach (var type in new[] { User, Group })
        {
            var all = (await tenant.Query(type, new Lookup.All())).Resources.Select(r => r.Id).ToArray();
            var walked = new List<string>();
            for (var batch = await tenant.Scan(type, 0, 3); batch.Resources.Count > 0; batch = await tenant.Scan(type, batch.Next, 3))
            {
                walked.AddRange(batch.Resources.Select(r => r.Id));
            }
            lines.Add(all.SequenceEqual(walked) ? $"all {string.Join(' ', all)}" : $"all {string.Join(' ', all)}, but walked {string.Join(' ', walked)}");
            foreach (var name in names)
            {
                var page = await tenant.Query(type, new Lookup.ByTerm(Term(type, NameAttribute(type), name)));
                lines.Add($"{name}: {string.Join(' ', page.Resources.Select(r => r.Id))}");
            }
        }
        foreach (var id in ids)
        {
            var holders = await tenant.Query(Group, new Lookup.ByMember(id));
            lines.Add($"{id} in {string.Join(' ', holders.Resources.Select(r => r.Id))}");
            if (await tenant.Find(id[0] == 'u' ? User : Group, id) is { } found)
            {
                var name = (string)System.Text.Json.Nodes.JsonNode.Parse(found.Document.Span)![NameAttribute(id[0] == 'u' ? User : Group)]!;
                lines.Add($"{id} {found.Version} {found.Created} {found.LastModified} '{name}' {string.Join(',', found.Links.Select(Tell))}");
            }
        }
        lines.AddRange((await tenant.Activity()).Select(r => $"{r.Entry.ResourceId} {r.Outcome} +{r.MembersAdded} -{r.MembersRemoved}"));
        return string.Join('\n', lines);
    }

    /// <summary>An outcome in the words of <see cref="Apply"/>.</summary>
    public static string Tell(CommitOutcome outcome) => outcome switch
    {
        CommitOutcome.Committed done => string.Create(CultureInfo.InvariantCulture,
            $"done {done.Changed} {done.Version} {done.Created} {done.LastModified} +{done.Added} -{done.Removed} {string.Join(',', done.Links.Select(Tell).Order(StringComparer.Ordinal))}"),
        CommitOutcome.Missing => "missing",
        CommitOutcome.Stale stale => $"stale {stale.Version}",
        CommitOutcome.Taken taken => $"taken {taken.Term.Value}",
        CommitOutcome.UnknownMembers unknown => $"unknown {string.Join(' ', unknown.Ids)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static string Tell(Link link) => $"{link.Id}={link.Type}/{link.Display}";

    sealed record Row(int Place, long Version, string Created, string Modified, string Name);
}
