using System.Globalization;
using Spectre.Console;

namespace ScimLite.EntraSync;

/// <summary>Shows how far a run is: bars on a terminal, a line now and then in a pipe or a container's log.</summary>
internal static class SyncDisplay
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <summary>Shows a run until it is over.</summary>
    /// <returns>What the run returns.</returns>
    public static async Task<SyncReport> ShowAsync(Task<SyncReport> run, SyncMeasures measures)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
        {
            await WriteLinesAsync(run, measures).ConfigureAwait(false);
        }
        else
        {
            await AnsiConsole.Progress().HideCompleted(false)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .StartAsync(context => DrawAsync(context, run, measures)).ConfigureAwait(false);
        }
        return await run.ConfigureAwait(false);
    }

    private static async Task DrawAsync(ProgressContext context, Task run, SyncMeasures measures)
    {
        ProgressTask? bar = null;
        var phase = "";
        while (!run.IsCompleted)
        {
            await Task.WhenAny(run, Task.Delay(Frame)).ConfigureAwait(false);
            if (measures.Phase != phase)
            {
                bar?.Value(bar.MaxValue).Description(Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{phase} {bar.MaxValue:N0}"))).StopTask();
                phase = measures.Phase;
                bar = context.AddTask(phase, maxValue: Math.Max(1, measures.Total));
            }
            bar?.Value(measures.Done).Description(Markup.Escape(Describe(measures)));
        }
    }

    private static async Task WriteLinesAsync(Task run, SyncMeasures measures)
    {
        while (!run.IsCompleted)
        {
            await Task.WhenAny(run, Task.Delay(BetweenLines)).ConfigureAwait(false);
            // A run that could not begin has nothing to show but its first line.
            if (!run.IsCompleted || measures.Writes > 0)
            {
                Console.WriteLine(Describe(measures));
            }
        }
    }

    private static string Describe(SyncMeasures measures) => string.Create(CultureInfo.InvariantCulture,
        $"{measures.Phase} {measures.Done:N0}/{measures.Total:N0}, {measures.PhaseRate:N0} requests/s, {Left(measures)}{Refused(measures)}");

    // The answers that ask to wait are named only if there are any.
    private static string Refused(SyncMeasures measures) => string.Join(", ", new[]
    {
        (Text: "failed", Count: measures.Failures), (Text: "answered 429", Count: measures.TooMany), (Text: "answered 503", Count: measures.Unavailable),
    }.Where((refused, i) => i == 0 || refused.Count > 0).Select(refused => string.Create(CultureInfo.InvariantCulture, $"{refused.Count:N0} {refused.Text}")));

    private static string Left(SyncMeasures measures) => measures.Left is { } left ? $"{left:m\\:ss} left, " : "";
}
