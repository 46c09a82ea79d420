using System.Text;
using System.Text.Json.Nodes;

namespace ScimLite.Tests.Handlers;

/// <summary>Calls that reach the server down to the byte as they are written in a test.</summary>
internal static class HttpCalls
{
    public const string UserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
    public const string GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
    public const string PatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

    /// <summary>Sends text; a target without a slash in front starts at the Tenant URL.</summary>
    public static Task<HttpAnswer> Send(
        this HttpClient client, string method, string target, string? body = null, params (string Name, string Value)[] headers) =>
        client.SendBytes(method, target, body is null ? null : Encoding.UTF8.GetBytes(body), HttpAnswer.MediaType, headers);

    /// <summary>Sends bytes with any content type, or with none.</summary>
    public static async Task<HttpAnswer> SendBytes(
        this HttpClient client, string method, string target, byte[]? body, string? contentType, (string Name, string Value)[] headers, bool knownLength = true)
    {
        var root = client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        var address = root + (target.StartsWith('/') ? target : client.BaseAddress.AbsolutePath + target);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Absolute));
        if (body is not null)
        {
            request.Content = knownLength ? new ByteArrayContent(body) : new UnmeasuredContent(body);
            if (contentType is not null)
            {
                Assert.True(request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType));
            }
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var answered = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new HttpAnswer((int)response.StatusCode, answered, text);
    }

    /// <summary>Creates a user of that name.</summary>
    public static async Task<HttpAnswer> CreateUser(this HttpClient client, string userName, string more = "") =>
        (await client.Send("POST", "Users", $$"""{"schemas":["{{UserSchema}}"],"userName":"{{userName}}"{{more}}}""")).Is(201);

    /// <summary>Creates a group of that name with these members.</summary>
    public static async Task<HttpAnswer> CreateGroup(this HttpClient client, string displayName, params string[] members) =>
        (await client.Send("POST", "Groups", $$"""
            {"schemas":["{{GroupSchema}}"],"displayName":"{{displayName}}","members":[{{string.Join(',', members.Select(id => $$"""{"value":"{{id}}"}"""))}}]}
            """)).Is(201);

    /// <summary>The body of a PATCH with one operation.</summary>
    public static string Patch(string operation) => $$"""{"schemas":["{{PatchSchema}}"],"Operations":[{{operation}}]}""";

    /// <summary>Everything that a tenant's directory holds, as text that is equal only when nothing is different.</summary>
    public static async Task<string> Directory(this HttpClient client)
    {
        var everything = new StringBuilder();
        foreach (var endpoint in (string[])["Users", "Groups"])
        {
            var list = (await client.Send("GET", $"{endpoint}?count=1000")).Is(200).Json;
            foreach (var resource in list["Resources"]!.AsArray().OrderBy(r => r!["id"]!.GetValue<string>(), StringComparer.Ordinal))
            {
                everything.AppendLine(Sorted(resource!.AsObject()).ToJsonString());
            }
        }

        return everything.ToString();
    }

    static JsonObject Sorted(JsonObject resource) => new(resource.OrderBy(p => p.Key, StringComparer.Ordinal)
        .Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    /// <summary>A body that is sent in chunks, without telling its length beforehand.</summary>
    sealed class UnmeasuredContent(byte[] body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => stream.WriteAsync(body).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
