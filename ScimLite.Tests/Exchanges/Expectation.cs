using System.Text.Json;

namespace ScimLite.Tests.Exchanges;

/// <summary>What one answer must hold. Says nothing of what every answer must: that is <see cref="Answer.BrokenRules"/>.</summary>
sealed record Expectation
{
    /// <summary>One status, or an array of those that the client takes alike.</summary>
    public required JsonElement Status { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    public JsonElement? Body { get; init; }

    public JsonElement? Contains { get; init; }

    public IReadOnlyList<string>? Absent { get; init; }

    public bool Empty { get; init; }

    /// <summary>One sentence per point in which the answer is not the expected one.</summary>
    public IEnumerable<string> Differences(Answer answer, SavedValues saved)
    {
        if (!Allows(answer.Status))
        {
            yield return $"status: expected {Status.GetRawText()}, was {answer.Status}";
        }

        if (Empty && answer.Text.Length > 0)
        {
            yield return "the body must be empty";
        }

        foreach (var (name, value) in Headers ?? new Dictionary<string, string>())
        {
            var expected = saved.Fill(value);
            var actual = answer.Header(name);
            if (actual is null || (expected != "*" && expected != actual))
            {
                yield return $"{name}: expected {expected}, was {actual ?? "missing"}";
            }
        }

        foreach (var path in Absent ?? [])
        {
            if (answer.Find(saved.Fill(path)) is { } value)
            {
                yield return $"{path}: must be absent, was {value.GetRawText()}";
            }
        }

        foreach (var difference in Compare(Body, answer, new JsonSubset(saved, openArrays: false)))
        {
            yield return difference;
        }

        foreach (var difference in Compare(Contains, answer, new JsonSubset(saved, openArrays: true)))
        {
            yield return difference;
        }
    }

    bool Allows(int status) => Status.ValueKind is JsonValueKind.Array
        ? Status.EnumerateArray().Any(allowed => allowed.GetInt32() == status)
        : Status.GetInt32() == status;

    static IEnumerable<string> Compare(JsonElement? expected, Answer answer, JsonSubset subset)
    {
        if (expected is not { } wanted)
        {
            return [];
        }

        return answer.Body is { } given ? subset.Differences(wanted, given, "body") : ["the body is missing"];
    }
}
