using System.Diagnostics;
using ScimLite.Protocol;
using ScimLite.Protocol.Bulk;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Provisioning;

/// <summary>One Bulk on its way through its plan.</summary>
internal sealed class BulkRun(Caller caller, BulkRequest request, BulkPlan plan, Provisioner provisioner, ActivityLog log, ScimTelemetry telemetry)
{
    private readonly BulkResult?[] results = new BulkResult?[request.Operations.Count];

    // What was created, by bulkId.
    private readonly Dictionary<string, string> ids = new(StringComparer.Ordinal);

    // The operations whose resource is there without the references that go in a circle.
    private readonly HashSet<int> incomplete = [];

    private int errors;

    public IReadOnlyList<BulkResult?> Results => results;

    public StoreUnavailableException? Away { get; private set; }

    private int ErrorsLeft => (request.FailOnErrors ?? int.MaxValue) - errors;

    public async ValueTask RunAsync(CancellationToken cancel)
    {
        try
        {
            for (var next = 0; next < plan.Steps.Count && ErrorsLeft > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                // Never larger than the errors that are still accepted: though all of it fail, no operation too many was begun.
                var most = Math.Min(BulkRunner.Width, ErrorsLeft);
                var wave = plan.Steps.Skip(next).TakeWhile(s => s.Wave == plan.Steps[next].Wave).Take(most).ToList();
                next += wave.Count;
                var outcomes = await Task.WhenAll(wave.Select(step => DoAsync(step, cancel))).ConfigureAwait(false);
                for (var i = 0; i < wave.Count; i++)
                {
                    Record(wave[i], outcomes[i]);
                }
                foreach (var failed in incomplete.Where(i => results[i] is not null).ToList())
                {
                    await UndoAsync(failed).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            foreach (var begun in incomplete.ToList())
            {
                await UndoAsync(begun).ConfigureAwait(false);
            }
        }
    }

    private async Task<Provisioned> DoAsync(BulkStep step, CancellationToken cancel)
    {
        var operation = request.Operations[step.Operation];
        if (results[step.Operation]?.Error is { } failed)
        {
            return new Provisioned.Refused(failed);
        }
        if (operation.Type is not { } type)
        {
            return new Provisioned.Refused(operation.Fault!);
        }
        var verb = step.Completes ? "replace" : operation.Method switch { "POST" => "create", "PUT" => "replace", "PATCH" => "patch", "DELETE" => "delete", _ => throw new UnreachableException() };
        using var call = telemetry.StartCall(caller.Tenant, verb, type.Name);
        var outcome = await DoAsync(step, operation, type, call, cancel).ConfigureAwait(false);
        if (outcome is Provisioned.Refused refused)
        {
            // What the provisioner refused it has told itself.
            log.Refused(caller.Tenant, log.Entry(caller, type.Name, IdOf(operation) ?? "", verb, call), refused.Error, inDoubt: false, call);
            call.ConcernsReferences |= refused.Error.ConcernsReferences;
            call.Refuse(refused.Error.Status, refused.Error.ScimType);
        }
        return outcome;
    }

    private async ValueTask<Provisioned> DoAsync(BulkStep step, BulkOperation operation, ResourceType type, ScimCall call, CancellationToken cancel)
    {
        if ((plan.Faults[step.Operation] ?? Unmet(step)) is { } fault)
        {
            return new Provisioned.Refused(fault);
        }
        try
        {
            using var resolved = step.References.Count == 0 || operation.Method == "DELETE" ? null
                : BulkReferences.Resolve(operation.Data, ids, step.Completes ? [] : step.Left);
            var data = resolved?.RootElement ?? operation.Data;
            var id = IdOf(operation);
            var expected = EntityTags.Expect(operation.Version, null);
            var outcome = operation.Method switch
            {
                "POST" when step.Completes => await provisioner.ReplaceAsync(caller, type, id!, data, Expected.Any, call, cancel).ConfigureAwait(false),
                "POST" => await provisioner.CreateAsync(Creator(step), type, data, call, cancel).ConfigureAwait(false),
                "PUT" => await provisioner.ReplaceAsync(caller, type, id!, data, expected, call, cancel).ConfigureAwait(false),
                "PATCH" => await provisioner.PatchAsync(caller, type, id!, data, expected, call, cancel).ConfigureAwait(false),
                "DELETE" => await provisioner.DeleteAsync(caller, type, id!, expected, call, cancel).ConfigureAwait(false),
                _ => throw new UnreachableException(),
            };
            return outcome is Provisioned.Refused refused ? new Provisioned.Refused(InCircle(step, refused.Error)) : outcome;
        }
        catch (ScimException e)
        {
            return new Provisioned.Refused(InCircle(step, e.Error));
        }
        catch (StoreUnavailableException e)
        {
            Away = e;
            return new Provisioned.Refused(ScimError.Of(503, "The directory's storage did not answer, so it is not known whether this was done. Send the operation again in a few seconds."));
        }
    }

    private void Record(BulkStep step, Provisioned outcome)
    {
        var operation = request.Operations[step.Operation];
        if (results[step.Operation] is not null)
        {
            // The second step of what failed in its first.
            return;
        }
        if (outcome is Provisioned.Refused refused)
        {
            errors++;
            results[step.Operation] = new BulkResult(refused.Error.Status, operation.Method == "POST" ? null : LocationOf(operation), null, refused.Error);
            return;
        }
        var done = (Provisioned.Done)outcome;
        if (operation.Method == "POST")
        {
            ids[operation.BulkId!] = done.Id;
        }
        if (step.Left.Count > 0 && !step.Completes)
        {
            incomplete.Add(step.Operation);
            return;
        }
        incomplete.Remove(step.Operation);
        results[step.Operation] = new BulkResult(StatusOf(operation), LocationOf(operation), operation.Method == "DELETE" ? null : done.Version, null);
    }

    // A resource whose references could not be set in full is not kept: an operation is done as a whole or not at all.
    private async ValueTask UndoAsync(int place)
    {
        var operation = request.Operations[place];
        var type = operation.Type!;
        using var call = telemetry.StartCall(caller.Tenant, "delete", type.Name);
        try
        {
            // Whoever called is owed this, though it may be gone.
            await provisioner.DeleteAsync(caller, type, IdOf(operation)!, Expected.Any, call, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException e)
        {
            Away = e;
            call.Refuse(503, null);
            results[place] = new BulkResult(503, null, null, ScimError.Of(503, $"The storage stopped answering in the middle of this. {LocationOf(operation)} may be left without its references; delete it or send them."));
        }
        incomplete.Remove(place);
        ids.Remove(operation.BulkId!);
    }

    // A POST in a circle of references is deleted again if its second step fails. A user that was there before must not be deleted by that.
    private Caller Creator(BulkStep step) => step.Left.Count > 0 ? caller with { Reactivates = false } : caller;

    private ScimError? Unmet(BulkStep step)
    {
        foreach (var reference in step.References)
        {
            var bulkId = request.Operations[reference].BulkId!;
            if (!ids.ContainsKey(bulkId) && (step.Completes || !step.Left.Contains(bulkId)))
            {
                return ScimError.Of(409, $"'{BulkReferences.Prefix}{ScimError.Shorten(bulkId)}' was not created, so nothing can refer to it. See the answer to that operation, and send both again.")
                    with { ConcernsReferences = true };
            }
        }
        return null;
    }

    // RFC 7644 §3.7.1: circles are resolved where that can be done, and otherwise answered 409.
    private static ScimError InCircle(BulkStep step, ScimError error) => step.Left.Count == 0 || error.Status != 400 ? error : ScimError.Of(409,
        $"The references of this operation lead back to it, so it was tried without {string.Join(", ", step.Left.Take(3).Select(l => BulkReferences.Prefix + ScimError.Shorten(l)))} first, and then with: {error.Detail}");

    private string? IdOf(BulkOperation operation) => operation.Method == "POST" ? ids.GetValueOrDefault(operation.BulkId ?? "")
        : operation.Id is { } id && BulkReferences.TryRead(id, out var bulkId) ? ids.GetValueOrDefault(bulkId) : operation.Id;

    private string? LocationOf(BulkOperation operation) =>
        operation.Type is { } type && IdOf(operation) is { } id ? ResourceView.Location(caller.BaseUrl, type, id) : null;

    // What the single request would have been answered with.
    private int StatusOf(BulkOperation operation) => operation.Method switch
    {
        "POST" => 201,
        "DELETE" => 204,
        "PATCH" when operation.Type!.HasMembers && caller.Dialect == Dialect.Entra => 204,
        _ => 200,
    };
}
