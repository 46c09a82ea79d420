using System.Globalization;
using System.Text;
using ScimLite.EntraSync.Checks;

namespace ScimLite.EntraSync;

/// <summary>The report for people, and for the reviewers of Microsoft's gallery.</summary>
public static class DoctorMarkdown
{
    private const int LongestBody = 1500;

    /// <summary>Writes it.</summary>
    public static string Write(DoctorReport report)
    {
        var text = new StringBuilder();
        text.AppendLine($"# Is {report.Options.Target} ready for Microsoft Entra ID?").AppendLine();
        text.AppendLine(report.Unusable is not null ? $"**It could not be examined.** {Line(report.Unusable)}"
            : report.Interrupted ? $"**The run was interrupted.** {report.Summary}."
            : report.Ready ? $"**Yes.** {report.Summary}." : $"**No.** {report.Summary}.").AppendLine();
        text.AppendLine($"Examined on {report.Begun.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC by `scimlite doctor`. Everything that it made had a name that began with `{report.Prefix}`, "
            + (report.LeftBehind.Count == 0 ? "and was deleted again." : "and these may still be there:")).AppendLine();
        foreach (var left in report.LeftBehind)
        {
            text.AppendLine($"- `{left}`");
        }
        if (report.Results.Count > 0)
        {
            WriteFindings(text, report);
            WriteGallery(text, report);
            foreach (var area in report.Results.GroupBy(r => r.Check.Area))
            {
                WriteArea(text, area);
            }
        }
        return report.Options.Clean(text.ToString().ReplaceLineEndings("\n"));
    }

    private static void WriteFindings(StringBuilder text, DoctorReport report)
    {
        foreach (var (heading, verdict) in ((string, Verdict)[])[("What fails", Verdict.Failed), ("What could be better", Verdict.Warning)])
        {
            var results = report.Results.Where(r => r.Verdict == verdict).ToList();
            if (results.Count == 0)
            {
                continue;
            }
            text.AppendLine($"## {heading}").AppendLine();
            foreach (var result in results)
            {
                text.AppendLine($"### {result.Check.Id} {result.Check.Title}").AppendLine();
                text.AppendLine($"- **Expected:** {Line(result.Expected)}").AppendLine($"- **Found:** {Line(result.Found)}");
                text.AppendLine($"- **Why it matters:** {result.Check.Why}").AppendLine($"- **How to mend it:** {result.Check.Mend}").AppendLine();
                foreach (var exchange in result.Exchanges.TakeLast(4))
                {
                    text.AppendLine("```http").AppendLine($"{exchange.Request.Method} {exchange.Request.Path}");
                    if (exchange.Request.Body is { } body)
                    {
                        text.AppendLine(ExchangeText.Shorten(body, LongestBody));
                    }
                    text.AppendLine().AppendLine($"{exchange.StatusLine()}{(exchange.Headers.TryGetValue("Content-Type", out var type) ? $"  Content-Type: {type}" : "")}");
                    text.AppendLine(ExchangeText.Shorten(exchange.Received, LongestBody)).AppendLine("```").AppendLine();
                }
            }
        }
    }

    private static void WriteGallery(StringBuilder text, DoctorReport report)
    {
        text.AppendLine("## Microsoft's gallery check-list").AppendLine().AppendLine("| demand | verdict | checks |").AppendLine("| --- | --- | --- |");
        foreach (var (demand, checks) in DoctorReport.Gallery)
        {
            text.AppendLine($"| {demand} | {DoctorReport.Word(report.VerdictOf(checks))} | {string.Join(", ", checks)} |");
        }
        text.AppendLine().AppendLine("A server can't show the rest: public documentation of set-up, roles, attributes and error codes; engineering and support contacts; "
            + "the run of the Logic App itself (its tests 1 to 14 go through an Entra tenant).").AppendLine();
    }

    private static void WriteArea(StringBuilder text, IGrouping<Area, CheckResult> area)
    {
        text.AppendLine($"## {Heading(area.Key)}").AppendLine().AppendLine("| check | verdict | what was asked, and what came |").AppendLine("| --- | --- | --- |");
        foreach (var result in area)
        {
            var exchanges = result.Exchanges.Select(e => $"{e.Request.Method} `{Cell(ExchangeText.Shorten(e.Request.Path, 90))}` {(e.Status == 0 ? "no answer" : e.Status)}").ToList();
            if (exchanges.Count > 5)
            {
                exchanges = [.. exchanges.Take(2), $"… {exchanges.Count - 4} more", .. exchanges.TakeLast(2)];
            }
            var told = result.Verdict is Verdict.Passed or Verdict.Skipped && result.Found is { } found ? [$"**{Cell(found)}**"] : Enumerable.Empty<string>();
            text.AppendLine($"| {result.Check.Id} {Cell(result.Check.Title)} | {DoctorReport.Word(result.Verdict)} | {string.Join("<br>", told.Concat(exchanges))} |");
        }
        text.AppendLine();
    }

    /// <summary>What a part of the report is called.</summary>
    public static string Heading(Area area) => area switch
    {
        Area.Connection => "Test Connection",
        Area.Wire => "On the wire",
        Area.Discovery => "Discovery",
        Area.Users => "Web validator: users",
        Area.Groups => "Web validator: groups",
        Area.LogicApp => "Logic App",
        Area.Dialect => "What Entra sends besides",
        Area.Safety => "Safety",
        Area.Gallery => "Gallery",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Line(string? text) => (text ?? "").ReplaceLineEndings(" ");

    private static string Cell(string text) => Line(text).Replace("|", "\\|", StringComparison.Ordinal);
}
