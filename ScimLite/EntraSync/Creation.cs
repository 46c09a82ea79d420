namespace ScimLite.EntraSync;

/// <summary>What became of a POST: a resource that it created, one that was there already, or a failure.</summary>
/// <param name="Exchange">The exchange that settled it.</param>
internal sealed record Creation(Exchange Exchange)
{
    private const int MostTries = 3;

    public TargetResource? Created { get; private init; }

    public TargetResource? Matched { get; private init; }

    /// <summary>What failed, where the status does not say it.</summary>
    public string? Reason { get; private init; }

    /// <summary>Whether this POST is one of those that are sent twice at once.</summary>
    public static bool IsDoubled(SyncLine line, ref int posts) => line.Options.DuplicateEvery > 0 && Interlocked.Increment(ref posts) % line.Options.DuplicateEvery == 0;

    /// <summary>
    /// Sends a POST. An outcome that is not known, and a refusal that an earlier POST of ours may have caused, are settled as Entra settles them:
    /// match again, and only then POST again.
    /// </summary>
    public static async Task<Creation> PostAsync(
        SyncLine line, EntraRequest request, bool doubled, Func<Task<(IReadOnlyList<TargetResource>? Found, Exchange Exchange)>> match, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, doubled ? 2 : 1).Select(_ => line.SendOnceAsync(request, cancel))).ConfigureAwait(false);
            if (doubled)
            {
                CheckSecond(line, answers);
            }
            var exchange = Array.Find(answers, a => a.Succeeded) ?? answers[0];
            if (exchange.Succeeded)
            {
                return exchange.Json is { } json && TargetResource.Read(json) is { } created
                    ? new(exchange) { Created = created } : new(exchange) { Reason = "no id in the answer" };
            }
            var maybeOurs = answers.Any(a => a.Fault != ExchangeFault.None || ((doubled || tries > 1) && a.Status == 409));
            if (!maybeOurs || tries == MostTries)
            {
                return new(exchange);
            }
            var (found, asked) = await match().ConfigureAwait(false);
            switch (found)
            {
                case null:
                    return new(asked);
                case [var one]:
                    return new(asked) { Matched = one };
                case not []:
                    return new(asked) { Reason = "more than one match, DuplicateTargetEntries" };
            }
        }
    }

    private static void CheckSecond(SyncLine line, Exchange[] answers)
    {
        var endpoint = answers[0].Request.Path;
        var ids = answers.Where(a => a.Succeeded).Select(a => a.Json is { } json ? TargetResource.Read(json)?.Id : null).Distinct().ToArray();
        if (ids.Length > 1)
        {
            line.Findings.Faulty(ServerFaults.AcceptsDuplicates, $"POST {endpoint} twice: {string.Join(" and ", ids)}");
            line.Findings.Differs($"{endpoint[1..]}/{ids[0]}", "id", "one resource", $"a second one, {ids[1]}");
        }
        foreach (var refused in answers.Where(a => a.Fault == ExchangeFault.None && !a.Succeeded && a.Status is not (409 or 429 or 503)))
        {
            line.Findings.Faulty(ServerFaults.DuplicateIsNo409, $"POST {endpoint}: {refused.Status} {refused.Received}");
        }
    }
}
