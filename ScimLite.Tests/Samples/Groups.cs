using System.Text.Json.Nodes;

namespace ScimLite.Tests.Samples;

/// <summary>Making groups for a test and reading who is in them.</summary>
internal static class Groups
{
    /// <summary>A tenant that takes the RFC's own ids, of users that it has never seen.</summary>
    public static readonly Dictionary<string, string> UnknownMembersAccepted = new() { ["UnknownMembers"] = "accept" };

    /// <summary>Creates the people of the examples.</summary>
    /// <returns>Their ids by name.</returns>
    public static async Task<Dictionary<string, string>> CreateEverybody(HttpClient client)
    {
        var ids = new Dictionary<string, string>();
        foreach (var person in Person.All)
        {
            ids[person.Name] = (await client.Create("Users", person.AsUser)).Id;
        }

        return ids;
    }

    /// <summary>The body of a group with these members; without any, the attribute is left out.</summary>
    public static string Body(string displayName, params string[] members)
    {
        var group = new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Group"),
            ["displayName"] = displayName,
        };
        if (members.Length > 0)
        {
            group["members"] = new JsonArray(members.Select(id => (JsonNode?)new JsonObject { ["value"] = id }).ToArray());
        }

        return group.ToJsonString();
    }

    /// <summary>The ids of a group's members in one sorted text; a group without members has no such attribute.</summary>
    public static string Members(JsonObject group)
    {
        if (group["members"] is JsonArray { Count: 0 })
        {
            Assert.Fail("a group without members leaves the attribute out");
        }

        return Values(group["members"]);
    }

    /// <summary>The <c>value</c> of each of an attribute's values, in one sorted text.</summary>
    public static string Values(JsonNode? attribute) =>
        attribute is JsonArray values ? Sorted([.. values.Select(value => value!.Text("value"))]) : "";

    public static string Sorted(params string[] ids) => string.Join(' ', ids.Order(StringComparer.Ordinal));
}
