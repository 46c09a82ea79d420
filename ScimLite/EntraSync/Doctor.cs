using ScimLite.EntraSync.Checks;

namespace ScimLite.EntraSync;

/// <summary>
/// Examines a SCIM server the way Microsoft's validators, Entra's provisioning service and the gallery's reviewers do, and removes what it
/// made. It never sends more than the options allow.
/// </summary>
/// <param name="options">What to examine.</param>
/// <param name="handler">The way to the server, if it is not the network.</param>
/// <param name="clock">The time that pauses and rates are measured in.</param>
public sealed class Doctor(DoctorOptions options, HttpMessageHandler? handler = null, TimeProvider? clock = null)
{
    private readonly TimeProvider clock = clock ?? TimeProvider.System;

    /// <summary>Every check, in the order in which it is asked; the last ones look back at all exchanges of the run.</summary>
    public static readonly IReadOnlyList<Check> Checks =
    [
        .. ConnectionChecks.All, .. DiscoveryChecks.All, .. UserChecks.All, .. GroupChecks.All, .. LogicAppChecks.All, .. DialectChecks.All,
        .. SafetyChecks.All, .. GalleryChecks.All, .. WireChecks.All,
    ];

    /// <summary>Asks every check, or those that the options name, and cleans up; when cancelled it cleans up as well.</summary>
    /// <param name="told">Is told each result as soon as it is known.</param>
    /// <param name="cancel">Ends the run; checks that were not asked are in the report as skipped.</param>
    public async Task<DoctorReport> RunAsync(Action<CheckResult> told, CancellationToken cancel)
    {
        using var client = Client(options.Rate, retries: 4);
        using var hasty = Client(rate: 0, retries: 0);
        var subject = new Subject(client, hasty, options, clock, cancel);
        var (begun, start) = (clock.GetUtcNow(), clock.GetTimestamp());
        var results = new List<CheckResult>();
        IReadOnlyList<string> left = [];
        string? unusable = null;
        try
        {
            unusable = await ReachAsync(subject).ConfigureAwait(false);
            foreach (var check in unusable is null ? Checks.Where(c => options.Only.Count == 0 || options.Only.Contains(c.Id, StringComparer.OrdinalIgnoreCase)) : [])
            {
                results.Add(await AskAsync(check, subject).ConfigureAwait(false));
                if (!cancel.IsCancellationRequested)
                {
                    told(results[^1]);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            unusable = "Interrupted before the first check.";
        }
        finally
        {
            using var cleaner = Client(options.Rate, retries: 4);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(cancel.IsCancellationRequested ? 20 : 120));
            left = await subject.CleanUpAsync(cleaner, deadline.Token).ConfigureAwait(false);
        }
        return new DoctorReport(options, subject.Prefix, begun, clock.GetElapsedTime(start), subject.Requests, results, left)
        {
            Unusable = unusable,
            Interrupted = cancel.IsCancellationRequested,
        };
    }

    // The network's handler belongs to its client, a given one to the caller.
    private EntraClient Client(int rate, int retries) => new(
        new EntraClientOptions([options.Target], options.Token) { RequestsPerSecond = rate, Retries = retries }, handler);

    /// <returns>Null when the server can be examined, else why not.</returns>
    private static async Task<string?> ReachAsync(Subject subject)
    {
        var probe = await subject.SendAsync(new EntraRequest("GET", "/Users?startIndex=1&count=1")).ConfigureAwait(false);
        if (probe.Status == 0)
        {
            return $"{subject.Options.Target} can't be reached: {probe.Received}";
        }
        if (probe.RefusesCredential)
        {
            return $"The credential is refused: {probe.Brief()} Paste the Secret Token without \"Bearer\" before it.";
        }
        if (probe.Status != 200)
        {
            // A server may know filters alone.
            probe = await subject.SendAsync(new EntraRequest("GET", $"/Users?filter={Entra.Escape(Entra.Eq("userName", subject.NewUserName()))}")).ConfigureAwait(false);
        }
        if (probe.Json is null)
        {
            return $"No SCIM server answers at {subject.Options.Target}/Users: {probe.Brief()} The Tenant URL is what comes before /Users.";
        }
        var groups = await subject.SendAsync(new EntraRequest("GET", "/Groups?startIndex=1&count=1")).ConfigureAwait(false);
        // A 404 may also be the answer of a server that takes an empty list for one that is missing: only a creation tells.
        subject.HasGroups = groups.Status is not (404 or 405 or 501)
            || (await subject.SendAsync(new EntraRequest("POST", "/Groups", Entra.Group(subject.NewName()))).ConfigureAwait(false)).Succeeded;
        return null;
    }

    private static async Task<CheckResult> AskAsync(Check check, Subject subject)
    {
        var exam = new Examination(subject);
        if (subject.Cancel.IsCancellationRequested)
        {
            return Result(Verdict.Skipped, null, "Interrupted.");
        }
        if (check.NeedsGroups && !subject.HasGroups)
        {
            return Result(Verdict.Skipped, null, "The server has no group endpoint.");
        }
        try
        {
            await check.Run(exam).ConfigureAwait(false);
            return exam.Warnings is [var (expected, found), ..] ? Result(Verdict.Warning, expected, found) : Result(Verdict.Passed, null, exam.Proof);
        }
        catch (CheckFailedException e)
        {
            return Result(Verdict.Failed, e.Expected, e.Found);
        }
        catch (CheckSkippedException e)
        {
            return Result(Verdict.Skipped, null, e.Message);
        }
        catch (RequestCapException e)
        {
            return Result(Verdict.Skipped, null, e.Message);
        }
        catch (OperationCanceledException) when (subject.Cancel.IsCancellationRequested)
        {
            return Result(Verdict.Skipped, null, "Interrupted.");
        }
        catch (InvalidOperationException e)
        {
            // What System.Text.Json throws at half a surrogate pair: a text that no SCIM client can read.
            return Result(Verdict.Failed, "an answer that can be read", e.Message);
        }

        CheckResult Result(Verdict verdict, string? expected, string? found) => new(check, verdict, expected, found, exam.Exchanges);
    }
}
