using System.Globalization;
using System.Text;

namespace ScimLite.EntraSync;

/// <summary>The report as a person reads it, on a terminal and in a log.</summary>
internal static class ReportText
{
    public static string Write(SyncReport report)
    {
        var text = new StringBuilder();
        if (report.Unusable is { } reason)
        {
            Line($"{reason}");
            if (report.Cycles.All(c => c.Writes == 0))
            {
                return text.ToString();
            }
        }
        Line($"{(report.Converged ? "CONVERGED" : "NOT CONVERGED")}: {Count(report.DifferenceCount, "difference")}, {Requests(report)}");
        var company = report.Company;
        Line($"company: {Count(company.Users, "user")}, {Count(company.Groups, "group")}, {Count(company.Memberships, "membership")}, {Kind(company)}");
        if (report.Throttled is { TooManyRequests: > 0 } or { Unavailable: > 0 })
        {
            Line($"throttled: {Waits(report.Throttled)}, {Count(report.Throttled.GivenUp, "request")} given up");
        }
        if (report.Ended != "complete" && report.Unusable is null)
        {
            Line($"ended: {report.Ended}");
        }
        Line($"");
        Line($"{"cycle",-20}{"seconds",10}{"writes",10}{"failures",10}");
        foreach (var cycle in report.Cycles)
        {
            Line($"{cycle.Kind,-20}{cycle.Seconds,10:N2}{cycle.Writes,10:N0}{cycle.Failures,10:N0}");
        }
        Line($"");
        Line($"{"request",-20}{"count",10}{"requests/s",12}{"p50 ms",10}{"p95 ms",10}{"p99 ms",10}{"max ms",10}");
        foreach (var (kind, figures) in report.Requests)
        {
            Line($"{kind,-20}{figures.Count,10:N0}{figures.PerSecond,12:N0}{figures.P50,10:N2}{figures.P95,10:N2}{figures.P99,10:N2}{figures.Max,10:N2}");
        }
        foreach (var diagnosis in report.Diagnoses)
        {
            Line($"\n{diagnosis.Fault}, seen {Count(diagnosis.Count, "time")}: {diagnosis.Sentence}\n  first: {diagnosis.Example}");
        }
        foreach (var error in report.Errors)
        {
            Line($"\nfailed {Count(error.Count, "time")}: {error.Cause}");
            foreach (var example in error.Examples)
            {
                Line($"  {example}");
            }
        }
        if (report.DifferenceCount > 0)
        {
            Line($"\n{"differences",11}  attribute");
        }
        foreach (var (resource, attribute, count, first) in report.DifferencesByAttribute)
        {
            Line($"{count,11:N0}  {resource} {attribute}; {first.Resource}: expected {first.Expected ?? "nothing"}, found {first.Actual ?? "nothing"}");
        }
        return text.ToString();

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

        static string Count(long number, string what) => Text($"{number:N0} {what}{(number == 1 ? "" : "s")}");

        static string Kind(SyncCompany company) => Text($"seed {company.Seed}, dialect {company.Dialect}");

        static string Requests(SyncReport report) =>
            Text($"{Count(report.RequestCount, "request")} in {report.Seconds:N1} s, {report.RequestsPerSecond:N0} requests/s");

        static string Waits(ThrottleFigures throttled) =>
            Text($"{Count(throttled.TooManyRequests, "answer")} 429, {Count(throttled.Unavailable, "answer")} 503, waited {throttled.WaitedSeconds:N1} s");

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
