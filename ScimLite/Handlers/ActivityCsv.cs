using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ScimLite.Handlers;

/// <summary>The activity log as a table, RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe before it.</summary>
public static partial class ActivityCsv
{
    /// <summary>The first line, with the mark by which spreadsheets know UTF-8.</summary>
    public const string Header = "\uFEFFtime,operation,outcome,resourceType,resourceId,userName,displayName,credential,status,scimType,detail,changes,membersAdded,"
        + "membersRemoved,added,removed,ignored,quirks,milliseconds,correlationId,requestId\r\n";

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",;|'\r\n\t");

    /// <summary>Writes one line.</summary>
    public static void Write(StringBuilder line, ActivityView entry)
    {
        string?[] fields =
        [
            Rfc3339.Text(entry.Time), entry.Operation, entry.Outcome, entry.ResourceType,
            entry.ResourceId, entry.UserName, entry.DisplayName, entry.Credential, entry.Error?.Status.ToString(CultureInfo.InvariantCulture), entry.Error?.ScimType,
            entry.Error?.Detail, string.Join("; ", entry.Changes.Select(c => $"{c.Attribute}: {c.Old ?? "-"} → {c.New ?? "-"}")),
            entry.MembersAdded.ToString(CultureInfo.InvariantCulture), entry.MembersRemoved.ToString(CultureInfo.InvariantCulture),
            string.Join(' ', entry.Added), string.Join(' ', entry.Removed),
            string.Join(' ', entry.Ignored.Select(name => entry.IgnoredValues.TryGetValue(name, out var value) ? $"{name}={value}" : name)), string.Join(' ', entry.Quirks), entry.Milliseconds.ToString(CultureInfo.InvariantCulture), entry.CorrelationId,
            entry.RequestId,
        ];
        for (var i = 0; i < fields.Length; i++)
        {
            line.Append(i == 0 ? "" : ",").Append(Field(fields[i] ?? ""));
        }
        line.Append("\r\n");
    }

    // https://owasp.org/www-community/attacks/CSV_Injection. A spreadsheet of another locale splits at a semicolon or tab, also inside quotes.
    [GeneratedRegex("(?<=^|[;\\t|\\r\\n])\\s*[=+\\-@]")]
    private static partial Regex FormulaStart();

    private static string Field(string value)
    {
        var marked = FormulaStart().Replace(value, start => $"{start.Value[..^1]}'{start.Value[^1]}");
        var safe = marked is ['\t' or '\r' or '\n', ..] ? $"'{marked}" : marked;
        return safe.AsSpan().ContainsAny(Quoted) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
