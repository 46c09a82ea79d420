using System.Diagnostics;
using System.Text.Json;

namespace ScimLite.Tests.Exchanges;

/// <summary>
/// Compares an answer with the part of it that a scenario cares about, so that a server may return more than a client reads.
/// SCIM's multi-valued attributes have no order, so neither have arrays here.
/// </summary>
sealed class JsonSubset(SavedValues saved, bool openArrays)
{
    /// <summary>One sentence per point in which <paramref name="actual"/> lacks what is expected; none when it holds it all.</summary>
    public IEnumerable<string> Differences(JsonElement expected, JsonElement actual, string path)
    {
        if (expected.ValueKind is JsonValueKind.Object && actual.ValueKind is JsonValueKind.Object)
        {
            return OfObjects(expected, actual, path);
        }

        if (expected.ValueKind is JsonValueKind.Array && actual.ValueKind is JsonValueKind.Array)
        {
            return OfArrays(expected, actual, path);
        }

        return AreEqual(expected, actual) ? [] : [$"{path}: expected {Show(expected)}, was {Show(actual)}"];
    }

    IEnumerable<string> OfObjects(JsonElement expected, JsonElement actual, string path)
    {
        foreach (var property in expected.EnumerateObject())
        {
            var at = $"{path}.{property.Name}";
            if (!actual.TryGetProperty(property.Name, out var value))
            {
                yield return $"{at}: expected {Show(property.Value)}, is missing";
                continue;
            }

            foreach (var difference in Differences(property.Value, value, at))
            {
                yield return difference;
            }
        }
    }

    IEnumerable<string> OfArrays(JsonElement expected, JsonElement actual, string path)
    {
        JsonElement[] wanted = [.. expected.EnumerateArray()];
        JsonElement[] given = [.. actual.EnumerateArray()];
        if (given.Length < wanted.Length || (given.Length > wanted.Length && !openArrays))
        {
            return [$"{path}: expected {wanted.Length} elements, were {given.Length}"];
        }

        // With one element on each side its own differences say more than "no element matches".
        return wanted.Length == 1 && given.Length == 1
            ? Differences(wanted[0], given[0], $"{path}[0]")
            : Unmatched(wanted, given, path);
    }

    /// <summary>
    /// Every expected element needs a partner of its own. An element can fit several, so taking the first that fits
    /// would reject good answers; earlier partners move over where they can (an augmenting path).
    /// </summary>
    IEnumerable<string> Unmatched(JsonElement[] wanted, JsonElement[] given, string path)
    {
        var partners = new int[given.Length];
        Array.Fill(partners, -1);
        for (var index = 0; index < wanted.Length; index++)
        {
            if (!FindPartner(index, wanted, given, partners, new bool[given.Length]))
            {
                yield return $"{path}: no element matches {Show(wanted[index])}";
            }
        }
    }

    bool FindPartner(int index, JsonElement[] wanted, JsonElement[] given, int[] partners, bool[] tried)
    {
        for (var candidate = 0; candidate < given.Length; candidate++)
        {
            if (tried[candidate] || Differences(wanted[index], given[candidate], "").Any())
            {
                continue;
            }

            tried[candidate] = true;
            if (partners[candidate] < 0 || FindPartner(partners[candidate], wanted, given, partners, tried))
            {
                partners[candidate] = index;
                return true;
            }
        }

        return false;
    }

    bool AreEqual(JsonElement expected, JsonElement actual) => expected.ValueKind switch
    {
        JsonValueKind.String when expected.ValueEquals("*") => actual.ValueKind is not JsonValueKind.Null,
        JsonValueKind.String => actual.ValueKind is JsonValueKind.String && actual.ValueEquals(saved.Fill(expected.GetString()!)),
        JsonValueKind.Number => actual.ValueKind is JsonValueKind.Number && expected.GetDecimal() == actual.GetDecimal(),
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => expected.ValueKind == actual.ValueKind,
        JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Undefined => false,
        _ => throw new UnreachableException(),
    };

    string Show(JsonElement element) => saved.FillJson(element.GetRawText());
}
