using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Store;

namespace ScimLite.Provisioning;

/// <summary>A stored resource as clients see it: with <c>meta</c>, a group with <c>members</c>, a user with <c>groups</c>, all computed at read.</summary>
public static class ResourceView
{
    /// <summary>The address of a resource.</summary>
    public static string Location(string baseUrl, ResourceType type, string id) => $"{baseUrl}{type.Endpoint}/{Uri.EscapeDataString(id)}";

    /// <summary>The entity tag of the resource as the answer shows it (<c>ETag</c> and <c>meta.version</c>).</summary>
    public static string Tag(StoredResource resource, ResourceType type, Projection? projection) =>
        type.HasGroups && projection?.Wants("groups") != false
            ? EntityTags.Of(resource.Version, resource.Links) : EntityTags.Of(resource.Version);

    /// <summary>Whether the entity tag changes with all that the answer shows. False for a group with members: their names may change
    /// without its version.</summary>
    public static bool TagCovers(StoredResource resource, ResourceType type) => !type.HasMembers || resource.Links.Count == 0;

    /// <summary>The resource as a tree, for rules that have to look inside.</summary>
    public static JsonObject ToTree(StoredResource resource, ResourceType type, string baseUrl)
    {
        var tree = ScimJson.ParseStored(resource.Whole.Span);
        if (resource.Links.Count > 0)
        {
            tree[type.HasMembers ? "members" : "groups"] = LinksOf(resource.Links, type, baseUrl);
        }
        var meta = ScimJson.NewObject();
        meta["resourceType"] = type.Name;
        meta["created"] = resource.Created;
        meta["lastModified"] = resource.LastModified;
        meta["location"] = Location(baseUrl, type, resource.Id);
        meta["version"] = EntityTags.Of(resource.Version);
        tree["meta"] = meta;
        return tree;
    }

    /// <summary>The bytes to store of a resource: as answers show it and, where that is less than all, a second line with all.</summary>
    public static byte[] ToStored(JsonObject resource, ResourceType type)
    {
        var whole = ScimJson.Write(resource);
        if (!type.HidesAttributes)
        {
            return whole;
        }
        var shown = ScimJson.Copy(resource);
        Projection.Usual(type).Apply(shown);
        return JsonNode.DeepEquals(shown, resource) ? whole : [.. ScimJson.Write(shown), (byte)'\n', .. whole];
    }

    /// <summary>Writes the resource. Without a projection the stored bytes are copied and nothing is parsed.</summary>
    public static void Write(IBufferWriter<byte> output, StoredResource resource, ResourceType type, string baseUrl, Projection? projection)
    {
        if (projection is not null)
        {
            var tree = ToTree(resource, type, baseUrl);
            tree["meta"]!["version"] = Tag(resource, type, projection);
            projection.Apply(tree);
            output.Write(ScimJson.Write(tree));
            return;
        }
        // The stored object without its closing brace; it is never empty, since it holds schemas and id.
        output.Write(resource.Document.Span[..^1]);
        if (resource.Links.Count > 0)
        {
            output.Write(type.HasMembers ? ",\"members\":"u8 : ",\"groups\":"u8);
            WriteLinks(output, resource.Links, type, baseUrl);
        }
        output.Write(",\"meta\":{\"resourceType\":\""u8);
        Text(output, type.Name);
        output.Write("\",\"created\":\""u8);
        Text(output, resource.Created);
        output.Write("\",\"lastModified\":\""u8);
        Text(output, resource.LastModified);
        output.Write("\",\"location\":\""u8);
        Text(output, baseUrl);
        Text(output, type.Endpoint);
        output.Write("/"u8);
        Text(output, Uri.EscapeDataString(resource.Id));
        output.Write("\",\"version\":\""u8);
        Text(output, Tag(resource, type, null).Replace("\"", "\\\"", StringComparison.Ordinal));
        output.Write("\"}}"u8);
    }

    /// <summary>One member of a group as a tree, for a condition on it.</summary>
    public static JsonNode MemberTree(Link member, ResourceType type, string baseUrl) => LinksOf([member], type, baseUrl)[0]!;

    /// <summary>Writes the members of a group, or the groups of a member, as an array.</summary>
    public static void WriteLinks(IBufferWriter<byte> output, IReadOnlyList<Link> links, ResourceType type, string baseUrl)
    {
        output.Write("["u8);
        for (var i = 0; i < links.Count; i++)
        {
            output.Write(i == 0 ? "{\"value\":\""u8 : ",{\"value\":\""u8);
            Escaped(output, links[i].Id);
            if (links[i] is { Type: { } linked, Display: { } display } link)
            {
                output.Write("\",\"$ref\":\""u8);
                Text(output, baseUrl);
                output.Write(linked == "Group" ? "/Groups/"u8 : "/Users/"u8);
                Text(output, Uri.EscapeDataString(link.Id));
                output.Write("\",\"display\":\""u8);
                Escaped(output, display);
                output.Write("\",\"type\":\""u8);
                Text(output, type.HasMembers ? linked : link.Indirect ? "indirect" : "direct");
            }
            output.Write("\"}"u8);
        }
        output.Write("]"u8);
    }

    private static JsonNode LinksOf(IReadOnlyList<Link> links, ResourceType type, string baseUrl)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteLinks(output, links, type, baseUrl);
        return JsonNode.Parse(output.WrittenSpan, new JsonNodeOptions { PropertyNameCaseInsensitive = true })!;
    }

    private static void Escaped(IBufferWriter<byte> output, string text) =>
        output.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);

    private static void Text(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
