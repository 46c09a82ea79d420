using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ScimLite.Tests.Samples;

/// <summary>The verbs of RFC 7644 §3.2 on relative addresses, with text that reaches the server as it stands.</summary>
internal static class Wire
{
    /// <summary>The version that the RFC prints with its PUT and PATCH examples; never current in a new directory.</summary>
    public const string PrintedVersion = "W/\"a330bc54f0671c9\"";

    public static Task<Answer> Get(this HttpClient client, string path, string? ifNoneMatch = null) =>
        client.Call(HttpMethod.Get, path, null, "If-None-Match", ifNoneMatch);

    public static Task<Answer> Post(this HttpClient client, string path, string body) =>
        client.Call(HttpMethod.Post, path, body, "If-Match", null);

    public static Task<Answer> Put(this HttpClient client, string path, string body, string? ifMatch = null) =>
        client.Call(HttpMethod.Put, path, body, "If-Match", ifMatch);

    public static Task<Answer> Patch(this HttpClient client, string path, string body, string? ifMatch = null) =>
        client.Call(HttpMethod.Patch, path, body, "If-Match", ifMatch);

    public static Task<Answer> Delete(this HttpClient client, string path, string? ifMatch = null) =>
        client.Call(HttpMethod.Delete, path, null, "If-Match", ifMatch);

    /// <summary>Creates what a test starts from.</summary>
    public static async Task<Answer> Create(this HttpClient client, string endpoint, string body) =>
        (await client.Post(endpoint, body)).Is(HttpStatusCode.Created);

    /// <summary>Sends a PATCH as printed, with an If-Match that is not current and must change nothing, and then without it.</summary>
    /// <returns>The answer to the request without the header.</returns>
    public static async Task<Answer> PatchAsPrinted(this HttpClient client, string path, string body)
    {
        var before = await client.Get(path);
        (await client.Patch(path, body, PrintedVersion)).Refused(HttpStatusCode.PreconditionFailed);
        Expect.Same(before.Body, (await client.Get(path)).Body);
        return await client.Patch(path, body);
    }

    static async Task<Answer> Call(
        this HttpClient client, HttpMethod verb, string path, string? body, string condition, string? version)
    {
        using var request = new HttpRequestMessage(verb, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/scim+json");
        }

        if (version is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(condition, version));
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (text.Length > 0)
        {
            Assert.Equal("application/scim+json", response.Content.Headers.ContentType?.ToString());
        }

        return new Answer(response.StatusCode, response.Headers.Location?.ToString(), response.Headers.ETag?.ToString(), text);
    }
}

/// <summary>What came back from one call.</summary>
internal sealed record Answer(HttpStatusCode Status, string? Location, string? ETag, string Text)
{
    public JsonObject Body => JsonNode.Parse(Text)!.AsObject();

    public string Id => Body.Text("id");

    /// <summary>Fails with the server's own words unless the status is this one.</summary>
    public Answer Is(HttpStatusCode expected)
    {
        if (Status != expected)
        {
            Assert.Fail($"expected {expected}, but the answer is {Status}: {Text}");
        }

        return this;
    }

    /// <summary>Fails unless this is an error of RFC 7644 §3.12 with this status and, where one is given, this scimType.</summary>
    /// <returns>The detail, which is never empty: somebody has to act on it.</returns>
    public string Refused(HttpStatusCode status, string? scimType = null)
    {
        Is(status);
        Assert.Equal("""["urn:ietf:params:scim:api:messages:2.0:Error"]""", Body["schemas"]!.ToJsonString());
        Assert.Equal($"{(int)status}", Body.Text("status"));
        if (scimType is not null)
        {
            Assert.Equal(scimType, Body["scimType"]?.GetValue<string>());
        }

        Assert.NotEqual("", Body.Text("detail").Trim());
        return Body.Text("detail");
    }
}
