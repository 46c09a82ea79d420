using System.Globalization;
using System.Text;

namespace ScimLite.EntraSync;

/// <summary>The report as a person reads it, on a terminal and in a log.</summary>
internal static class ReportText
{
    public static string Write(SyncReport report)
    {
        var text = new StringBuilder();
        Line($"{(report.Converged ? "CONVERGED" : "NOT CONVERGED")}: {report.DifferenceCount} differences, {report.RequestCount:N0} requests in {report.Seconds:N1} s, {report.RequestsPerSecond:N0} requests/s");
        Line($"company: {report.Company.Users:N0} users, {report.Company.Groups:N0} groups, {report.Company.Memberships:N0} memberships, seed {report.Company.Seed}, dialect {report.Company.Dialect}");
        if (report.Ended != "complete")
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
            Line($"\n{diagnosis.Fault}, seen {diagnosis.Count:N0} times: {diagnosis.Sentence}\n  first: {diagnosis.Example}");
        }
        foreach (var error in report.Errors)
        {
            Line($"\nfailed {error.Count:N0} times: {error.Cause}");
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

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }
}
