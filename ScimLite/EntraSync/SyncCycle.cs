namespace ScimLite.EntraSync;

/// <summary>
/// Plays Entra's provisioning job: an initial cycle, incremental ones, then one in which nothing has changed and one after a restart that forgot every
/// link, which must both write nothing. After each cycle it reads the directory back.
/// </summary>
internal sealed class SyncCycle
{
    // Time enough for two more tries, one and then two cycles later.
    private const int EscrowCycles = 3;

    private readonly SyncLine line;
    private readonly FakeDirectory source;
    private readonly UserSync users;
    private readonly GroupSync groups;
    private readonly ReferenceSync references;
    private readonly TimeProvider clock;
    private readonly List<CycleResult> cycles = [];
    private bool isReached;

    /// <summary>Prepares a run; nothing is sent yet.</summary>
    /// <param name="options">What it does.</param>
    /// <param name="client">The wire; its recorder should tell <paramref name="measures"/>.</param>
    /// <param name="measures">The figures, for whoever watches.</param>
    /// <param name="clock">The time that cycles are measured in.</param>
    public SyncCycle(SyncOptions options, EntraClient client, SyncMeasures measures, TimeProvider clock)
    {
        this.clock = clock;
        line = new SyncLine(options, client, new SyncState(), new SyncFindings(), measures);
        source = new FakeDirectory(options);
        (users, groups, references) = (new UserSync(line), new GroupSync(line), new ReferenceSync(line));
    }

    /// <summary>Runs to the end, or to where the run has to stop; the report tells which.</summary>
    public async Task<SyncReport> RunAsync(CancellationToken cancel)
    {
        var (ended, unusable) = ("complete", (string?)null);
        try
        {
            await RunCyclesAsync(cancel).ConfigureAwait(false);
        }
        catch (QuarantineException e)
        {
            (ended, unusable) = e.Unusable ? (e.Message, e.Message) : ($"quarantine: {e.Message}", null);
        }
        catch (RequestCapException e)
        {
            ended = $"stopped: {e.Message} Raise it with --max-requests.";
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            ended = "interrupted";
        }
        return Report(ended, unusable);
    }

    private async Task RunCyclesAsync(CancellationToken cancel)
    {
        var options = line.Options;
        for (var number = 1; number <= options.Cycles; number++)
        {
            var kind = number == 1 ? "initial" : "incremental";
            await CycleAsync(kind, () => SyncAsync(kind, IsChanged, IsChanged, mayCreate: true, cancel), cancel).ConfigureAwait(false);
            if (number == 1 && options.BigGroup > 0)
            {
                await CycleAsync("big group", () => StormAsync(cancel), cancel).ConfigureAwait(false);
            }
            if (number < options.Cycles)
            {
                source.Advance();
            }
        }
        for (var i = 0; i < EscrowCycles && line.State.InEscrow > 0; i++)
        {
            await CycleAsync("escrow", () => SyncAsync("escrow", IsChanged, IsChanged, mayCreate: true, cancel), cancel).ConfigureAwait(false);
        }
        await RepeatAsync("identical", cancel).ConfigureAwait(false);
        line.State.Links.Clear();
        await RepeatAsync("restart", cancel).ConfigureAwait(false);
    }

    private bool IsChanged(SourceUser user) => IsChanged(user.ObjectId, user.Revision) && (user.State != SourceState.Deleted || line.State.Links.ContainsKey(user.ObjectId));

    private bool IsChanged(SourceGroup group) => IsChanged(group.ObjectId, group.Revision) && (!group.Deleted || line.State.Links.ContainsKey(group.ObjectId));

    private bool IsChanged(string objectId, int revision) => line.State.MayTry(objectId) && line.State.Provisioned.GetValueOrDefault(objectId) != revision;

    // Everything that is in the target is compared again, and nothing may be left to write.
    private async Task RepeatAsync(string kind, CancellationToken cancel)
    {
        var waiting = line.State.InEscrow;
        bool IsThere(string objectId) => line.State.Provisioned.ContainsKey(objectId) && line.State.MayTry(objectId);
        await CycleAsync(kind, () => SyncAsync(kind, u => u.State != SourceState.Deleted && IsThere(u.ObjectId), g => !g.Deleted && IsThere(g.ObjectId), mayCreate: false, cancel),
            cancel).ConfigureAwait(false);
        // A failed object that is tried again writes for a reason.
        if (cycles[^1].Writes > 0 && waiting == 0)
        {
            line.Findings.Faulty(ServerFaults.WritesAgain, $"{kind} cycle: {cycles[^1].Writes} writes");
        }
    }

    private async Task CycleAsync(string kind, Func<Task> run, CancellationToken cancel)
    {
        var measures = line.Measures;
        line.State.Cycle++;
        var (start, writes, failures) = (clock.GetTimestamp(), measures.Writes, measures.Failures);
        try
        {
            await run().ConfigureAwait(false);
        }
        finally
        {
            measures.End();
            cycles.Add(new CycleResult(kind, Math.Round(clock.GetElapsedTime(start).TotalSeconds, 2), measures.Writes - writes, measures.Failures - failures));
        }
        Func<CancellationToken, Task>[] plan = [.. new ReadBack(line, source).Plan()];
        await InParallelAsync($"{kind}: reading back", plan, (read, token) => read(token), cancel).ConfigureAwait(false);
        measures.End();
    }

    private async Task SyncAsync(string kind, Predicate<SourceUser> hasUser, Predicate<SourceGroup> hasGroup, bool mayCreate, CancellationToken cancel)
    {
        await ProbeAsync(kind, cancel).ConfigureAwait(false);
        SourceUser[] work = [.. source.Users.Where(u => hasUser(u))];
        var (half, started) = (work.Length / 2, 0);
        await InParallelAsync($"{kind}: users", work, (user, token) =>
        {
            if (Interlocked.Increment(ref started) > half)
            {
                line.RotateToken();
            }
            return users.ProvisionAsync(user, mayCreate, token);
        }, cancel).ConfigureAwait(false);
        await InParallelAsync($"{kind}: groups", [.. source.Groups.Where(g => hasGroup(g))], (group, token) => groups.ProvisionAsync(group, mayCreate, token), cancel).ConfigureAwait(false);
        await InParallelAsync($"{kind}: managers and members", [.. references.Plan(source, mayRemove: mayCreate)], (reference, token) => reference.SendAsync(token), cancel).ConfigureAwait(false);
    }

    // What Test Connection asks, and every cycle again before it begins.
    private async Task ProbeAsync(string kind, CancellationToken cancel)
    {
        line.Measures.Begin($"{kind}: probes", 2);
        var attribute = line.Options.Match switch
        {
            MatchingAttribute.ExternalId => "externalId",
            MatchingAttribute.Email => EntraPaths.Mail,
            _ => "userName",
        };
        foreach (var path in (string[])[EntraText.FindUser(attribute, $"{Guid.NewGuid()}"), EntraText.FindGroup("displayName", $"{Guid.NewGuid()}")])
        {
            var exchange = await line.SendAsync(new EntraRequest("GET", path) { Kind = "probe" }, cancel).ConfigureAwait(false);
            if (!isReached && await Reach.WhyNotAsync(exchange, AskAsync).ConfigureAwait(false) is { } reason)
            {
                throw new QuarantineException(reason, unusable: true);
            }
            isReached = true;
            if (line.ReadFound(exchange) is null)
            {
                line.Findings.Failed(exchange, null);
                throw new QuarantineException($"EncounteredQuarantineException: the probe GET {path} was answered {(exchange.Status == 0 ? exchange.Received : exchange.Status)}", unusable: false);
            }
            line.Measures.Step();
        }

        Task<Exchange> AskAsync(string path) => line.SendAsync(new EntraRequest("GET", path) { Kind = "probe" }, cancel);
    }

    // Half of the group is there; the other half comes while half of the first goes, all at once, and every tenth request twice.
    private async Task StormAsync(CancellationToken cancel)
    {
        if (source.AddBigGroup(line.Options.BigGroup) is not var (group, people))
        {
            return;
        }
        await groups.ProvisionAsync(group, mayCreate: true, cancel).ConfigureAwait(false);
        if (!line.State.Links.TryGetValue(group.ObjectId, out var id) || !line.State.Members.TryGetValue(group.ObjectId, out var known))
        {
            return;
        }
        var (half, quarter) = (people.Count / 2, people.Count / 4);
        foreach (var batch in Linked(people.Take(half)).Chunk(500))
        {
            var body = EntraText.AddMembers(line.Options.Dialect, batch);
            var filled = await line.SendAsync(new EntraRequest("PATCH", "/Groups/" + id, body) { Kind = "fill big group" }, cancel).ConfigureAwait(false);
            if (filled.Succeeded)
            {
                known.Add(batch);
            }
        }
        known.ReadBack([.. known.Ids], []);
        // An earlier run may have left others in the group.
        string[] gone = [.. Linked(people.Take(quarter)), .. known.Ids.Except(Linked(people))];
        ReferenceSync.Work[] storm =
        [
            .. references.Batches(group, id, known, Linked(people.Skip(half)), add: true),
            .. references.Batches(group, id, known, gone, add: false),
        ];
        storm = [.. storm, .. storm.Where((_, i) => i % 10 == 0)];
        new Random(line.Options.Seed).Shuffle(storm);
        await InParallelAsync("big group: adds and removes at once", storm, (work, token) => work.SendAsync(token), cancel).ConfigureAwait(false);

        string[] Linked(IEnumerable<SourceUser> users) =>
            [.. users.Select(u => line.State.Links.GetValueOrDefault(u.ObjectId)).OfType<string>()];
    }

    private async Task InParallelAsync<T>(string phase, T[] items, Func<T, CancellationToken, Task> run, CancellationToken cancel)
    {
        line.Measures.Begin(phase, items.Length);
        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = line.Options.Parallel, CancellationToken = cancel }, async (item, token) =>
        {
            await run(item, token).ConfigureAwait(false);
            line.Measures.Step();
        }).ConfigureAwait(false);
    }

    private SyncReport Report(string ended, string? unusable)
    {
        var (measures, findings) = (line.Measures, line.Findings);
        var seconds = measures.Elapsed.TotalSeconds;
        var repeated = cycles.Where(c => c.Kind is "identical" or "restart").ToArray();
        var converged = ended == "complete" && findings.DifferenceCount == 0 && findings.Diagnoses.Count == 0 && line.State.InEscrow == 0 && repeated.All(c => c is { Writes: 0, Failures: 0 });
        return new SyncReport(converged, ended, new SyncCompany(line.Options.Seed, line.Options.Dialect == SyncDialect.Default ? "default" : "aadOptscim062020",
                source.Users.Count, source.Groups.Count, source.Memberships), Math.Round(seconds, 2), line.Client.Sent, Math.Round(line.Client.Sent / seconds, 1),
            cycles, measures.Figures(),
            new ThrottleFigures(measures.TooMany, measures.Unavailable, Math.Round(line.Client.Paused.TotalSeconds, 1), line.Client.GivenUp),
            findings.Errors, findings.Diagnoses, findings.DifferenceCount, findings.DifferencesByAttribute, findings.Differences)
        {
            Unusable = unusable,
        };
    }
}
