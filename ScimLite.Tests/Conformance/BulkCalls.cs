using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>Bulk requests as text, and their answers as short text.</summary>
internal static class BulkCalls
{
    public static string Body(params string[] operations) => $$"""
        {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{string.Join(',', operations)}}]}
        """;

    public static string Body(int failOnErrors, params string[] operations) =>
        Body(operations).Replace("\"Operations\"", $"\"failOnErrors\":{failOnErrors},\"Operations\"", StringComparison.Ordinal);

    public static string Post(string endpoint, string bulkId, string data) => $$"""{"method":"POST","path":"/{{endpoint}}","bulkId":"{{bulkId}}","data":{{data}}}""";

    public static string User(string bulkId, string userName, string more = "") => Post("Users", bulkId, $$"""{"userName":"{{userName}}"{{more}}}""");

    public static string Group(string bulkId, string displayName, params string[] members) =>
        Post("Groups", bulkId, $$"""{"displayName":"{{displayName}}","members":[{{string.Join(',', members.Select(m => $$"""{"value":"{{m}}"}"""))}}]}""");

    public static string Put(string path, string data, string more = "") => $$"""{"method":"PUT","path":"/{{path}}","data":{{data}}{{more}}}""";

    public static string Patch(string path, string operation, string more = "") => $$"""{"method":"PATCH","path":"/{{path}}","data":{{HttpCalls.Patch(operation)}}{{more}}}""";

    public static string Delete(string path, string more = "") => $$"""{"method":"DELETE","path":"/{{path}}"{{more}}}""";

    public static string AddMember(string id) => $$"""{"op":"add","path":"members","value":[{"value":"{{id}}"}]}""";

    /// <summary>Sends a Bulk that is answered 200.</summary>
    /// <returns>The results of the operations.</returns>
    public static async Task<JsonObject[]> Bulk(this HttpClient client, string body)
    {
        var answer = (await client.Send("POST", "Bulk", body)).Is(200);
        Assert.Empty(answer.ShapeFaults());
        return [.. answer.Json["Operations"]!.AsArray().Select(o => o!.AsObject())];
    }

    /// <summary>The statuses, each with the scimType of an error.</summary>
    public static string Statuses(this IEnumerable<JsonObject> results) =>
        string.Join(' ', results.Select(r => r["response"]?["scimType"] is { } type ? $"{r.Text("status")}:{type}" : r.Text("status")));

    /// <summary>The id of the resource that an operation was about.</summary>
    public static string Id(this JsonObject result) => result.Text("location").Split('/')[^1];

    /// <summary>The ids of a group's members or the like, sorted.</summary>
    public static async Task<string> Values(this HttpClient client, string target, string attribute) => Groups.Values((await client.Send("GET", target)).Is(200).Json[attribute]);
}
