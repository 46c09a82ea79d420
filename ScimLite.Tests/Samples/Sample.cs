using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ScimLite.Tests.Samples;

/// <summary>Reads the examples of the RFCs that lie beside these tests, one file each.</summary>
/// <remarks>
/// A <c>.json</c> file is the RFC's text without page breaks, mended only where it would not parse.
/// A <c>.txt</c> file is text that the RFC prints and that is no JSON document.
/// </remarks>
internal static class Sample
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Samples");

    public static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");

    public static JsonObject Json(string file) => JsonNode.Parse(Text(file))!.AsObject();

    public static JsonArray List(string file) => JsonNode.Parse(Text(file))!.AsArray();

    /// <summary>The passages between blank lines, each on one line: the RFC breaks lines where its page ends.</summary>
    public static string[] Passages(string file) =>
        [.. Text(file).Trim().Split("\n\n").Select(passage => Regex.Replace(passage, @"\s+", " "))];

    /// <summary>The text with the ids of real users in place of the ids, whole or shortened, that the RFC gives these people.</summary>
    public static string WithIds(string text, Dictionary<string, string> ids) =>
        Person.All.Where(person => ids.ContainsKey(person.Name)).Aggregate(text, (done, person) => person.Replace(done, ids[person.Name]));
}

/// <summary>Somebody in the RFC's examples.</summary>
/// <remarks>The RFC prints one id in many forms, <c>2819c223...413861904646</c> for instance; what they share is the two ends.</remarks>
internal sealed record Person(string Name, string IdStart, string IdEnd)
{
    public static readonly Person Babs = new("babs", "2819c223", "413861904646");
    public static readonly Person James = new("james", "08e1d05d", "473d93df9210");
    public static readonly Person Mandy = new("mandy", "902c246b", "00816be7344a");
    public static readonly Person[] All = [Babs, James, Mandy];

    /// <summary>The smallest body that creates this person.</summary>
    public string AsUser => $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{{Name}}"}""";

    string AnyId => $"{IdStart}[-.0-9a-f]*{IdEnd}";

    public string Replace(string text, string id) => Regex.Replace(text, AnyId, id);

    /// <summary>The id as this text spells it where it is a member's value; the id's start where the text has none.</summary>
    public string IdIn(string text)
    {
        var match = Regex.Match(text, $"""value(?:"\s*:\s*| eq ?\\)"({AnyId})""");
        return match.Success ? match.Groups[1].Value : IdStart;
    }
}
