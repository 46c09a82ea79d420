using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ScimLite.Tests.Exchanges;

/// <summary>An answer as it came over the wire, read once, and the rules that hold for every one of them.</summary>
sealed class Answer
{
    const string MediaType = "application/scim+json";
    const string ErrorUrn = "urn:ietf:params:scim:api:messages:2.0:Error";

    readonly Dictionary<string, string> headers;

    Answer(int status, Dictionary<string, string> headers, string text)
    {
        Status = status;
        this.headers = headers;
        Text = text;
        Body = Parse(text);
    }

    public int Status { get; }

    /// <summary>The body's text, empty when there is none.</summary>
    public string Text { get; }

    /// <summary>The body, or null when there is none or it is no JSON.</summary>
    public JsonElement? Body { get; }

    public static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(cancel));
    }

    /// <summary>The header's value, or null when it was not sent.</summary>
    public string? Header(string name) => headers.GetValueOrDefault(name);

    /// <summary>
    /// The value at a path of property names and array indexes joined by dots, or null when nothing is there.
    /// SCIM has property names with dots in them (every extension's URN), so a name is tried as a whole before it is cut.
    /// </summary>
    public JsonElement? Find(string path) => Body is { } body ? Find(body, path) : null;

    /// <summary>What every client relies on, whatever it asked: one sentence per rule that this answer breaks.</summary>
    public IEnumerable<string> BrokenRules()
    {
        if (Status is 204 && Text.Length > 0)
        {
            yield return "a 204 must have no body";
        }

        if (Text.Length > 0 && Header("Content-Type") != MediaType)
        {
            yield return $"Content-Type: expected exactly {MediaType}, was {Header("Content-Type") ?? "missing"}";
        }

        if (Text.Length > 0 && Body is null)
        {
            yield return "the body must be JSON";
        }

        if (Status is 201 && (Header("Location") is not { } location || location != Words("meta.location")))
        {
            yield return $"Location: expected meta.location, was {Header("Location") ?? "missing"}";
        }

        if (Status >= 400)
        {
            if (Find("schemas.0")?.ToString() != ErrorUrn || Find("schemas.1") is not null)
            {
                yield return $"schemas: an error must be of the schema {ErrorUrn}";
            }

            if (Words("status") != Status.ToString(CultureInfo.InvariantCulture))
            {
                yield return "status: an error must repeat the HTTP status, as a string";
            }

            if (string.IsNullOrWhiteSpace(Words("detail")))
            {
                yield return "detail: an error must say in words what was wrong";
            }
        }
    }

    /// <summary>The answer as a reader of a failed test wants it: status, headers, body.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().AppendLine(Status.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(": ").AppendLine(value);
        }

        return text.Append(Text.Length > 0 ? Text : "(no body)").ToString();
    }

    string? Words(string path) => Find(path) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    static JsonElement? Parse(string text)
    {
        try
        {
            return text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static JsonElement? Find(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => FindProperty(element, path),
        JsonValueKind.Array => FindElement(element, path),
        _ => null,
    };

    static JsonElement? FindProperty(JsonElement element, string path)
    {
        if (element.TryGetProperty(path, out var whole))
        {
            return whole;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (path.StartsWith($"{property.Name}.", StringComparison.Ordinal)
                && Find(property.Value, path[(property.Name.Length + 1)..]) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    static JsonElement? FindElement(JsonElement element, string path)
    {
        var end = path.IndexOf('.', StringComparison.Ordinal);
        var digits = end < 0 ? path : path[..end];
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= element.GetArrayLength())
        {
            return null;
        }

        return end < 0 ? element[index] : Find(element[index], path[(end + 1)..]);
    }
}
