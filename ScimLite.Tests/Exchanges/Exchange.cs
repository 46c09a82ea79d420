using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScimLite.Tests.Exchanges;

/// <summary>One scenario as it stands in its file; the format is told at <see cref="ExchangeTests"/>.</summary>
sealed record Exchange
{
    static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Exchanges");

    // A misspelt key would check nothing and look like success, so it is an error.
    static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public required string Name { get; init; }

    public required string Source { get; init; }

    public string Dialect { get; init; } = "entra";

    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    public required IReadOnlyList<ExchangeStep> Steps { get; init; }

    /// <summary>Every scenario's path below the folder of exchanges, in a stable order and with forward slashes everywhere.</summary>
    public static IEnumerable<string> Files() => Directory
        .EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    public static async Task<Exchange> ReadAsync(string file, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(Path.Combine(Root, file));
        return await JsonSerializer.DeserializeAsync<Exchange>(stream, Format, cancel)
            ?? throw new InvalidDataException($"{file} holds no scenario");
    }
}

/// <summary>One request and what its answer must be.</summary>
sealed record ExchangeStep
{
    public required ExchangeRequest Request { get; init; }

    public required Expectation Expect { get; init; }

    public IReadOnlyDictionary<string, string>? Save { get; init; }
}

/// <summary>What the client sends, down to the character.</summary>
sealed record ExchangeRequest
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public JsonElement? Body { get; init; }

    public string? RawBody { get; init; }

    /// <summary>Left out of the file it is what Entra sends; null there means that the header is left away.</summary>
    public string? ContentType { get; init; } = "application/scim+json; charset=utf-8";

    /// <summary>The body's text with the saved values in place; null when the request has no body.</summary>
    public string? Text(SavedValues saved) => Body is { } body ? saved.FillJson(body.GetRawText()) : RawBody;
}
