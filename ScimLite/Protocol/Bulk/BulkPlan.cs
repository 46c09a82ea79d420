using System.Text.Json;
using ScimLite.Protocol.Patches;

namespace ScimLite.Protocol.Bulk;

/// <summary>One write of a Bulk.</summary>
/// <param name="Operation">The operation's place in the request.</param>
/// <param name="Wave">Steps of one wave don't depend on each other; each wave comes after those with smaller numbers.</param>
/// <param name="Completes">Whether it is the second step of a POST whose references go in a circle: it sets those that <see cref="Left"/> names.</param>
/// <param name="References">The places of the operations that create what the data refers to.</param>
/// <param name="Left">The bulkIds of those that can't be there yet when the POST is done.</param>
public sealed record BulkStep(int Operation, int Wave, bool Completes, IReadOnlyCollection<int> References, IReadOnlyCollection<string> Left);

/// <summary>
/// In which order a Bulk is done, so that the result is that of doing one operation after the other (RFC 7644 §3.7): what is
/// referred to comes before what refers to it, and where one operation could notice that another was done, they keep their order.
/// Everything else may be done at once.
/// </summary>
public sealed class BulkPlan
{
    private readonly BulkRequest request;
    private readonly bool claimsExternalId;
    private readonly bool reactivates;
    private readonly Dictionary<string, int> created = new(StringComparer.Ordinal);
    private readonly HashSet<string> deleted;
    private readonly HashSet<string>[] names;
    private readonly int[][] references;
    private readonly ScimError?[] faults;
    private readonly HashSet<int>[] left;
    private readonly Dictionary<string, Lane> lanes = new(StringComparer.Ordinal);
    private readonly List<BulkStep> steps = [];

    private BulkPlan(BulkRequest request, bool claimsExternalId, bool reactivates)
    {
        (this.request, this.claimsExternalId, this.reactivates) = (request, claimsExternalId, reactivates);
        var operations = request.Operations;
        faults = [.. operations.Select(o => o.Fault)];
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i] is { Method: "POST", BulkId: { } bulkId })
            {
                created.TryAdd(bulkId, i);
            }
        }
        deleted = operations.Where(o => o is { Method: "DELETE", Id: not null }).Select(o => o.Id!).ToHashSet(StringComparer.Ordinal);
        names = [.. operations.Select((_, i) => ReadNames(i))];
        references = [.. operations.Select((_, i) => ReadReferences(i))];
        left = [.. operations.Select(_ => new HashSet<int>())];
    }

    /// <summary>The steps, in an order in which one after the other would be right.</summary>
    public IReadOnlyList<BulkStep> Steps => steps;

    /// <summary>Why an operation can't be done, by its place in the request; null where nothing is known against it.</summary>
    public IReadOnlyList<ScimError?> Faults => faults;

    /// <summary>Plans a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="claimsExternalId">Whether it matters to a write which other user or group has its externalId.</param>
    /// <param name="reactivates">Whether it matters to a POST which users are active.</param>
    public static BulkPlan Of(BulkRequest request, bool claimsExternalId = false, bool reactivates = false)
    {
        var plan = new BulkPlan(request, claimsExternalId, reactivates);
        foreach (var (operation, completes) in plan.InOrder())
        {
            plan.Add(operation, completes);
        }
        return plan;
    }

    private HashSet<string> ReadNames(int operation)
    {
        if (faults[operation] is not null || request.Operations[operation].Data.ValueKind != JsonValueKind.Object)
        {
            return [];
        }
        try
        {
            return BulkReferences.NamesIn(request.Operations[operation].Data)
                .Where(n => BulkReferences.TryRead(n, out _) || deleted.Contains(n)).ToHashSet(StringComparer.Ordinal);
        }
        catch (ScimException e)
        {
            faults[operation] = e.Error;
            return [];
        }
    }

    private int[] ReadReferences(int operation)
    {
        if (faults[operation] is not null)
        {
            return [];
        }
        var found = new SortedSet<int>();
        foreach (var name in names[operation].Append(request.Operations[operation].Id ?? ""))
        {
            if (!BulkReferences.TryRead(name, out var bulkId))
            {
                continue;
            }
            if (!created.TryGetValue(bulkId, out var creator))
            {
                faults[operation] = ScimError.InvalidValue(
                    $"'{ScimError.Shorten(name)}' refers to no POST of this Bulk. Send that operation too, with this bulkId, or the id of the resource.");
                return [];
            }
            found.Add(creator);
        }
        return [.. found];
    }

    // Depth first along the references, by hand, since a chain of them may be as long as the request. A reference to an operation
    // that waits for this one closes a circle: the POST is done without it, and completed when the other is done.
    private IEnumerable<(int Operation, bool Completes)> InOrder()
    {
        var done = new bool[references.Length];
        var waiting = new HashSet<int>();
        var incomplete = new HashSet<int>();
        var stack = new Stack<(int Operation, int Next)>();
        for (var first = 0; first < references.Length; first++)
        {
            Push(first);
            while (stack.TryPop(out var top))
            {
                if (top.Next < references[top.Operation].Length)
                {
                    stack.Push((top.Operation, top.Next + 1));
                    var other = references[top.Operation][top.Next];
                    if (waiting.Contains(other))
                    {
                        left[top.Operation].Add(other);
                        incomplete.Add(top.Operation);
                    }
                    else
                    {
                        Push(other);
                    }
                    continue;
                }
                done[top.Operation] = true;
                waiting.Remove(top.Operation);
                yield return (top.Operation, false);
                foreach (var complete in incomplete.Where(i => left[i].All(o => done[o])).ToList())
                {
                    incomplete.Remove(complete);
                    yield return (complete, true);
                }
            }
        }

        void Push(int operation)
        {
            if (!done[operation])
            {
                waiting.Add(operation);
                stack.Push((operation, 0));
            }
        }
    }

    private void Add(int operation, bool completes)
    {
        var wave = request.FailOnErrors is not null && steps.Count > 0 ? steps[^1].Wave : 0;
        var behind = completes ? references[operation] : references[operation].Where(r => !left[operation].Contains(r));
        foreach (var reference in behind)
        {
            wave = Math.Max(wave, lanes[LaneOf(reference)].Last + (reference == operation ? 0 : 1));
        }
        var taken = LanesOf(operation).Select(l => Take(l.Lane, l.Kind)).ToList();
        wave = taken.Aggregate(wave, (w, lane) => Math.Max(w, lane.First));
        taken.ForEach(lane => lane.Last = Math.Max(lane.Last, wave));
        steps.Add(new BulkStep(operation, wave, completes, references[operation], [.. left[operation].Select(o => request.Operations[o].BulkId!)]));
    }

    private Lane Take(string name, string? kind)
    {
        if (!lanes.TryGetValue(name, out var lane))
        {
            lanes[name] = lane = new Lane { Kind = kind };
        }
        else if (kind is null || lane.Kind != kind)
        {
            (lane.First, lane.Kind) = (lane.Last + 1, kind);
        }
        return lane;
    }

    // Where operations could notice each other. Those of one kind in a lane may be done at once; those without a kind are alone.
    private IEnumerable<(string Lane, string? Kind)> LanesOf(int operation)
    {
        var (method, type, id, data) = (request.Operations[operation].Method, request.Operations[operation].Type, request.Operations[operation].Id, request.Operations[operation].Data);
        yield return (LaneOf(operation), null);
        if (faults[operation] is not null || type is null)
        {
            yield break;
        }
        // Whether a member is there, and by how much its leaving raises the versions of its groups.
        foreach (var name in method == "DELETE" ? [id!] : names[operation].Where(deleted.Contains))
        {
            yield return ($"there {name}", method == "DELETE" ? null : "mentions");
        }
        if (method == "DELETE" || (type.HasMembers && request.Operations[operation].Version is not null))
        {
            yield return ("versions", request.Operations[operation].Version is null ? "deletes" : type.HasMembers && method != "DELETE" ? "expects" : null);
        }
        // Who has a unique value: a DELETE gives it up, a POST takes it, and the others may do both.
        var renames = method != "PATCH" || Patches(data, type, Claimed(type));
        if (!renames && reactivates && type.HasGroups && type.FindCore("active") is { } active
            && Patches(data, type, [new AttributeTarget(null, active, null)]))
        {
            // A POST after it may bring the user back.
            yield return ($"values {type.Name}", "activates");
        }
        if (renames && Claimed(type).Any())
        {
            yield return ($"values {type.Name}", method switch { "POST" when IsPlain(data, type) => "takes", "DELETE" => "gives", _ => null });
            foreach (var value in method == "POST" ? UniqueValues(data, type) : [])
            {
                yield return ($"value {type.Name} {value}", null);
            }
        }
    }

    private string LaneOf(int operation) => request.Operations[operation] switch
    {
        { Method: "POST", BulkId: { } bulkId } when created[bulkId] == operation => $"one {BulkReferences.Prefix}{bulkId}",
        { Type: { } type, Id: { } id } => BulkReferences.TryRead(id, out _) ? $"one {id}" : $"one {type.Name} {id}",
        _ => $"operation {operation}",
    };

    // What no other resource may have.
    private IEnumerable<AttributeTarget> Claimed(ResourceType type) =>
        type.Indexed.Where(i => i.Unique || (claimsExternalId && type.MayBeMember && i.Index == "externalId")).Select(i => i.Target);

    // Whether a PATCH may change one of the attributes.
    private static bool Patches(JsonElement data, ResourceType type, IEnumerable<AttributeTarget> attributes)
    {
        try
        {
            return PatchRequest.Read(data, type, new EntraDialect(Dialect.Entra)).Operations.Any(o => type.Resolve(o.Path.Attribute) is { } target
                && attributes.Any(a => a.Extension == target.Extension && (target.Attribute is null || a.Attribute == target.Attribute)));
        }
        catch (ScimException)
        {
            // It is going to be refused.
            return false;
        }
    }

    // Whether every key is a name, so that UniqueValues sees all that the body sets.
    private static bool IsPlain(JsonElement data, ResourceType type) =>
        data.EnumerateObject().All(p => type.FindCore(ScimJson.Name(p)) is not null || type.FindExtension(ScimJson.Name(p)) is not null);

    private IEnumerable<string> UniqueValues(JsonElement data, ResourceType type)
    {
        foreach (var target in Claimed(type))
        {
            var container = target.Extension is null ? data : Find(data, target.Extension.Id);
            foreach (var value in Elements(Find(container, target.Attribute!.Name)))
            {
                var leaf = target.Sub is null ? value : Find(value, target.Sub.Name);
                if (leaf is { } found)
                {
                    yield return $"{new IndexedAttribute(target).Index} {found.ToString().ToUpperInvariant()}";
                }
            }
        }
    }

    private static JsonElement? Find(JsonElement? container, string name) => container is { ValueKind: JsonValueKind.Object } found
        ? found.EnumerateObject().Where(p => ScimJson.Name(p).Equals(name, StringComparison.OrdinalIgnoreCase)).Select(p => (JsonElement?)p.Value).FirstOrDefault() : null;

    private static IEnumerable<JsonElement> Elements(JsonElement? value) => value switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { } one => [one],
    };

    private sealed class Lane
    {
        // The first wave that those of the kind may be in: behind all of the kinds before.
        public int First { get; set; }

        public int Last { get; set; }

        public string? Kind { get; set; }
    }
}
