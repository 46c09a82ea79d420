using System.Globalization;
using System.Text.Json.Nodes;

namespace ScimLite.Tests.Samples;

/// <summary>What it means that the server's JSON is the RFC's JSON.</summary>
internal static class Expect
{
    public static string Text(this JsonNode node, string name) => node[name]!.GetValue<string>();

    /// <summary>Fails unless both are equal; neither properties nor an attribute's values have an order (RFC 7643 §2.3.8, §3).</summary>
    public static void Same(JsonNode? expected, JsonNode? actual, string what = "the document")
    {
        if (!AreSame(expected, actual))
        {
            Assert.Fail($"{what}: expected {expected?.ToJsonString() ?? "nothing"}, but got {actual?.ToJsonString() ?? "nothing"}");
        }
    }

    /// <summary>Fails unless every attribute of the sample, but for the excepted ones, is served with an equal value.</summary>
    public static void Holds(JsonObject sample, JsonObject served, params ReadOnlySpan<string> except)
    {
        foreach (var (name, value) in sample)
        {
            if (!except.Contains(name))
            {
                Same(value, served[name], name);
            }
        }
    }

    /// <summary>RFC 7643 §2.5: an attribute left out, null and an empty array are one and the same.</summary>
    public static void Unassigned(JsonNode? value)
    {
        if (value is not (null or JsonArray { Count: 0 }))
        {
            Assert.Fail($"expected no value, but got {value?.ToJsonString()}");
        }
    }

    /// <summary>Fails unless id and meta are the server's own and agree with the headers and the address (RFC 7643 §3.1).</summary>
    public static void MadeByTheServer(Answer answer, Uri baseAddress, string resourceType)
    {
        var meta = answer.Body["meta"]!;
        var created = Instant(meta.Text("created"));
        Assert.Equal(resourceType, meta.Text("resourceType"));
        Assert.Equal(new Uri(baseAddress, $"{resourceType}s/{answer.Id}").AbsoluteUri, meta.Text("location"));
        Assert.Equal(answer.ETag, meta.Text("version"));
        Assert.StartsWith("W/\"", answer.ETag, StringComparison.Ordinal);
        Assert.InRange(Instant(meta.Text("lastModified")), created, DateTimeOffset.MaxValue);
        Assert.NotInRange(created.Year, 2010, 2011); // the years of every created in the examples, which must be ignored
    }

    /// <summary>Fails unless the error has the members of the sample and no others, and all but the detail in the same words.</summary>
    public static void SameError(JsonObject sample, JsonObject error)
    {
        Assert.Equal(Names(sample), Names(error));
        Holds(sample, error, "detail");
        Assert.NotEqual("", error.Text("detail").Trim());
    }

    static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    static bool AreSame(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (JsonObject a, JsonObject b) => a.Count == b.Count
            && a.All(member => b.TryGetPropertyValue(member.Key, out var other) && AreSame(member.Value, other)),
        (JsonArray a, JsonArray b) => a.Count == b.Count && HaveTheSameValues(a, b),
        _ => JsonNode.DeepEquals(left, right),
    };

    static bool HaveTheSameValues(JsonArray left, JsonArray right)
    {
        var rest = right.ToList();
        foreach (var value in left)
        {
            var found = rest.FindIndex(other => AreSame(value, other));
            if (found < 0)
            {
                return false;
            }

            rest.RemoveAt(found);
        }

        return true;
    }

    static string Names(JsonObject members) => string.Join(' ', members.Select(member => member.Key).Order(StringComparer.Ordinal));
}
