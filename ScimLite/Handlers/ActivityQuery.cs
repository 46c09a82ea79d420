using System.Globalization;
using ScimLite.Provisioning;

namespace ScimLite.Handlers;

/// <summary>The query of the activity log, read and bounded.</summary>
/// <param name="Filter">Which entries.</param>
/// <param name="Before">Only entries before this position.</param>
/// <param name="Limit">At most so many.</param>
public sealed record ActivityQuery(ActivityFilter Filter, long Before, int Limit)
{
    /// <summary>How many entries a page has when nobody says.</summary>
    public const int DefaultLimit = 50;

    /// <summary>How many entries a page has at most.</summary>
    public const int MostLimit = 500;

    private static readonly string[] Operations = ["create", "replace", "patch", "delete", "restore", "read", "search", "bulk", "guard"];

    /// <summary>Reads the query; null where it can't be meant, with a sentence that says what is allowed.</summary>
    public static ActivityQuery? Read(IQueryCollection query, out string problem)
    {
        var (before, limit, failures) = (Text(query, "before"), Text(query, "limit"), Text(query, "failures"));
        var (resource, operation, text) = (Text(query, "resource"), Text(query, "operation")?.ToLowerInvariant(), Text(query, "text"));
        var (position, count, failed) = (long.MaxValue, DefaultLimit, false);
        problem = before is not null && (!long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out position) || position == 0)
                ? "before is not a position of the log; allowed is the number that 'next' gave."
            : limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostLimit)
                ? $"limit is out of range; allowed is 1 to {MostLimit}."
            : failures is not null && !bool.TryParse(failures, out failed) ? "failures is neither true nor false."
            : operation is not null && !Operations.Contains(operation) ? $"operation is none that is logged; allowed is one of {string.Join(", ", Operations)}."
            : resource?.Length > 100 || text?.Length > 200 ? "resource may have 100 characters, text 200."
            : "";
        return problem.Length == 0 ? new ActivityQuery(new ActivityFilter(failed, resource, operation, text), position, count) : null;
    }

    private static string? Text(IQueryCollection query, string name) => (string?)query[name] is { Length: > 0 } text ? text : null;
}
