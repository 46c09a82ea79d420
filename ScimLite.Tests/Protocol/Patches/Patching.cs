using System.Text;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Patches;

/// <summary>Applies PATCH operations to a resource written as JSON, the way a request does: to a copy, and members as a set of ids.</summary>
internal static class Patching
{
    public const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    public static readonly Dialect[] Both = [Dialect.Entra, Dialect.Rfc];

    /// <summary>Fails unless the operations make the one resource out of the other.</summary>
    /// <returns>The quirks that were noted.</returns>
    public static IReadOnlyCollection<string> Leads(ResourceType type, string from, string operations, string to, Dialect dialect)
    {
        var read = new EntraDialect(dialect);
        var resource = Tree(type, from);
        Apply(type, resource, operations, read);
        Same(Tree(type, to), resource);
        return read.Quirks;
    }

    /// <summary>Fails unless the operations make the one user out of the other in both dialects.</summary>
    public static void LeadsUser(string from, string operations, string to)
    {
        foreach (var dialect in Both)
        {
            Leads(SchemaCatalog.Core.User, from, operations, to, dialect);
        }
    }

    /// <summary>Fails unless the operations are refused with 400, an explanation and this scimType, and the original is untouched.</summary>
    public static void Refused(ResourceType type, string from, string operations, string scimType, Dialect dialect)
    {
        var original = Tree(type, from);
        var copy = ScimJson.Copy(original);
        var error = Assert.Throws<ScimException>(() => Apply(type, copy, operations, new EntraDialect(dialect))).Error;
        Assert.Equal((400, scimType), (error.Status, error.ScimType));
        Assert.NotEqual("", error.Detail);
        Same(Tree(type, from), original);
    }

    /// <summary>Fails unless the operations on a user are refused in both dialects.</summary>
    public static void RefusedUser(string from, string operations, string scimType)
    {
        foreach (var dialect in Both)
        {
            Refused(SchemaCatalog.Core.User, from, operations, scimType, dialect);
        }
    }

    /// <summary>Reads and applies the operations to the tree itself, and fails when more changed than they are said to have written to.</summary>
    public static void Apply(ResourceType type, JsonObject resource, string operations, EntraDialect dialect)
    {
        var request = Read(Body(operations), dialect, type);
        var delta = MembershipDelta.TryFrom(request, type, dialect, out var rest);
        var before = ScimJson.Copy(resource);
        var written = PatchApplier.Apply(resource, delta is null ? request.Operations : rest, type, dialect);
        Assert.All(resource.Concat(before).Select(p => p.Key).Where(name => !written.Contains(name)), name => Assert.True(JsonNode.DeepEquals(before[name], resource[name]), name));
        if (delta is not null)
        {
            ApplyMembers(resource, delta);
        }
    }

    public static PatchRequest Read(string body, EntraDialect dialect, ResourceType? type = null)
    {
        using var document = ScimJson.ParseBody(Encoding.UTF8.GetBytes(body));
        return PatchRequest.Read(document.RootElement.Clone(), type ?? SchemaCatalog.Core.User, dialect);
    }

    public static string Body(string operations) => $$"""{"schemas":["{{Urns.PatchOp}}"],"Operations":{{operations}}}""";

    /// <summary>The resource as a store holds it.</summary>
    public static JsonObject Parse(string json) => ScimJson.ParseStored(Encoding.UTF8.GetBytes(json));

    /// <summary>The resource as a store holds it, with the id and the required attribute that every row needs and none is about.</summary>
    public static JsonObject Tree(ResourceType type, string json)
    {
        var tree = Parse(json);
        tree.TryAdd("id", "u1");
        if (type.Schema.Attributes.FirstOrDefault(a => a.Required) is { } required)
        {
            tree.TryAdd(required.Name, "bjensen");
        }
        return tree;
    }

    /// <summary>Fails unless both are equal; the order of properties says nothing, that of values does.</summary>
    public static void Same(JsonNode expected, JsonNode actual)
    {
        if (!JsonNode.DeepEquals(expected, actual))
        {
            Assert.Fail($"expected {expected.ToJsonString()}{Environment.NewLine}but got  {actual.ToJsonString()}");
        }
    }

    private static void ApplyMembers(JsonObject group, MembershipDelta delta)
    {
        var members = delta.Reset ? [] : group["members"]?.DeepClone().AsArray() ?? [];
        members.RemoveAll(m => delta.Removed.Contains(Id(m)));
        foreach (var id in delta.Added.Where(id => !members.Any(m => Id(m) == id)))
        {
            members.Add(new JsonObject { ["value"] = id });
        }
        group.Remove("members");
        if (members.Count > 0)
        {
            group["members"] = members;
        }
    }

    private static string Id(JsonNode? member) => member!["value"]!.GetValue<string>();
}
