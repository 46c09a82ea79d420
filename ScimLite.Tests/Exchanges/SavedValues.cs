using System.Text.Json;
using System.Text.RegularExpressions;

namespace ScimLite.Tests.Exchanges;

/// <summary>What earlier answers gave (ids above all, which only the server knows), for use in later steps as <c>{name}</c>.</summary>
sealed partial class SavedValues
{
    readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public void Keep(string name, string value) => values[name] = value;

    /// <summary>The text with every <c>{name}</c> replaced by its value.</summary>
    /// <exception cref="InvalidDataException">A name was never saved: the scenario itself is wrong.</exception>
    public string Fill(string text) => Placeholder().Replace(text, match => Find(match.Groups[1].Value));

    /// <summary>The same inside JSON text, where a value needs its escapes. No JSON but a string can hold a letter after a brace.</summary>
    public string FillJson(string json) =>
        Placeholder().Replace(json, match => JsonEncodedText.Encode(Find(match.Groups[1].Value)).ToString());

    string Find(string name) =>
        values.TryGetValue(name, out var value) ? value : throw new InvalidDataException($"no earlier step saved '{name}'");

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
