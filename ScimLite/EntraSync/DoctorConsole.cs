using ScimLite.EntraSync.Checks;

namespace ScimLite.EntraSync;

/// <summary>Prints a run as it goes: a line for each check, and what to do below those that fail. Colours are for terminals alone.</summary>
/// <param name="output">Where to print.</param>
/// <param name="colours">Whether a terminal shows it.</param>
/// <param name="clean">Takes secrets out of a text.</param>
public sealed class DoctorConsole(TextWriter output, bool colours, Func<string, string> clean)
{
    private Area? area;

    /// <summary>Prints one result.</summary>
    public void Tell(CheckResult result)
    {
        if (area != result.Check.Area)
        {
            area = result.Check.Area;
            output.WriteLine();
            output.WriteLine(Bold(DoctorMarkdown.Heading(result.Check.Area)));
        }
        var note = result.Verdict is Verdict.Passed or Verdict.Skipped && result.Found is { } found ? $"  ({found})" : "";
        output.WriteLine($"  {Word(result.Verdict)}  {result.Check.Id,-4} {clean(result.Check.Title + note)}");
        if (result.Verdict is Verdict.Failed or Verdict.Warning)
        {
            Below("expected", result.Expected);
            Below("found", result.Found);
            Below("mend", result.Check.Mend);
        }
    }

    /// <summary>Prints the end.</summary>
    public void Tell(DoctorReport report)
    {
        output.WriteLine();
        output.WriteLine(clean(Bold(report.Interrupted ? $"Interrupted. {report.Summary}" : report.Summary)));
        foreach (var left in report.LeftBehind)
        {
            output.WriteLine($"  {Paint("31", "left behind")}  {clean(left)}");
        }
        if (report.Unusable is null && !report.Interrupted)
        {
            output.WriteLine(report.Ready ? Paint("32", "Ready for Entra.") : Paint("31", "Not ready for Entra."));
        }
    }

    private void Below(string what, string? text) => output.WriteLine($"           {what + ":",-10}{clean(ExchangeText.Shorten((text ?? "").ReplaceLineEndings(" "), 600))}");

    private string Word(Verdict verdict) => verdict switch
    {
        Verdict.Passed => Paint("32", "passed "),
        Verdict.Warning => Paint("33", "warning"),
        Verdict.Failed => Paint("31", "failed "),
        Verdict.Skipped => Paint("90", "skipped"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Bold(string text) => Paint("1", text);

    private string Paint(string code, string text) => colours ? $"\e[{code}m{text}\e[0m" : text;
}
