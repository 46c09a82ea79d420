using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ScimLite.Tests.Handlers;

/// <summary>An answer as it came, read to its end.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public const string MediaType = "application/scim+json";

    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string Detail => Json["detail"]!.GetValue<string>();

    public string? ScimType => Json["scimType"]?.GetValue<string>();

    public string Id => Json["id"]!.GetValue<string>();

    public int Total => Json["totalResults"]!.GetValue<int>();

    /// <summary>The header's value, or null when it was not sent.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Fails with the server's own words unless the status is this one.</summary>
    public HttpAnswer Is(int status)
    {
        if (Status != status)
        {
            Assert.Fail($"expected {status}, but the answer is {Status}: {Text}");
        }

        return this;
    }

    /// <summary>Fails unless this is a refusal with this status that the administrator who reads it in Entra's log can act on.</summary>
    public HttpAnswer Refuses(int status, string? scimType = null)
    {
        Assert.Empty(Faults(status, scimType));
        return this;
    }

    /// <summary>What is wrong with this answer as a refusal, one sentence for each fault.</summary>
    public IEnumerable<string> Faults(int status, string? scimType)
    {
        if (Status != status)
        {
            yield return $"expected {status}, was {Status}: {Text}";
            yield break;
        }

        foreach (var fault in ShapeFaults())
        {
            yield return fault;
        }

        if (scimType is not null && Find("scimType") != scimType)
        {
            yield return $"expected scimType {scimType}, was {Find("scimType") ?? "none"}: {Text}";
        }
    }

    /// <summary>What holds for every answer, and for every error besides: one sentence for each rule that is broken.</summary>
    public IEnumerable<string> ShapeFaults()
    {
        if (Text.Length > 0 && Header("Content-Type") != MediaType)
        {
            yield return $"the content type is {Header("Content-Type") ?? "missing"}";
        }

        if (string.IsNullOrEmpty(Header("X-Correlation-Id")))
        {
            yield return "there is no X-Correlation-Id";
        }

        if (Status < 400)
        {
            yield break;
        }

        if (Find("schemas") is null || Json["schemas"]!.ToJsonString() != """["urn:ietf:params:scim:api:messages:2.0:Error"]""")
        {
            yield return $"the body is no SCIM error: {Text}";
            yield break;
        }

        if (Find("status") != Status.ToString(CultureInfo.InvariantCulture))
        {
            yield return "the error does not repeat the status as text";
        }

        // A sentence: it ends in a period, says more than a label does, and is short enough for a log.
        if (Find("detail") is not { Length: >= 30 and <= 1000 } detail || !detail.EndsWith('.') || detail.Split(' ').Length < 6)
        {
            yield return $"the detail is no help: {Find("detail")}";
        }
    }

    string? Find(string name)
    {
        try
        {
            return JsonNode.Parse(Text)?[name]?.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
