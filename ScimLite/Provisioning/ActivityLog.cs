using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Provisioning;

/// <summary>
/// What each tenant's administrator can read about every call that changed something, tried to, or failed. A write carries its
/// entry with it and the store keeps both in one step. A call that wrote nothing is told afterwards, in the background, so that
/// nobody waits for it; when the store is away for long the oldest thousands wait and the rest is counted as dropped.
/// </summary>
public sealed class ActivityLog(IActivityStore store, ActivityRetention retention, ScimTelemetry telemetry, TimeProvider clock, ILogger<ActivityLog> logger)
    : BackgroundService
{
    /// <summary>How many failures wait to be written at most.</summary>
    public const int MostWaiting = 10_000;

    private const int BatchSize = 100;

    private readonly Channel<(string Tenant, ActivityEntry Entry)> waiting =
        Channel.CreateBounded<(string, ActivityEntry)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>How long after a failed attempt the store is asked again.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether there is a log at all.</summary>
    public bool IsKept => retention.Entries > 0;

    /// <summary>The entry of a call as far as it is known.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="resourceType">The resource type's name.</param>
    /// <param name="id">The resource's id, as it was sent.</param>
    /// <param name="operation">What was asked for.</param>
    /// <param name="call">What is measured of it.</param>
    /// <param name="name">What <see cref="ActivityEntry.Call"/> says; null where no other attempt has to be known by it.</param>
    public ActivityEntry Entry(Caller caller, string resourceType, string id, string operation, ScimCall call, string? name = null) => new()
    {
        Call = name ?? Guid.NewGuid().ToString("N"),
        Time = clock.GetUtcNow(),
        Operation = operation,
        ResourceType = resourceType,
        ResourceId = ScimError.Shorten(id),
        Credential = caller.Credential,
        CorrelationId = caller.CorrelationId,
        RequestId = caller.RequestId,
        Milliseconds = Math.Round(call.Elapsed.TotalMilliseconds, 2),
        Retention = retention,
    };

    /// <summary>The entry of what an administrator decided about the guard.</summary>
    public ActivityEntry Decision(string credential, string correlationId) => new()
    {
        Call = Guid.NewGuid().ToString("N"),
        Time = clock.GetUtcNow(),
        Operation = "guard",
        ResourceType = "",
        ResourceId = "",
        Credential = credential,
        CorrelationId = correlationId,
        Retention = retention,
    };

    /// <summary>Tells of a call that was refused or failed.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="entry">What is known of it.</param>
    /// <param name="error">What is answered.</param>
    /// <param name="inDoubt">Whether the store may have done it all the same.</param>
    /// <param name="call">The call; it is told once.</param>
    public void Refused(string tenant, ActivityEntry entry, ScimError error, bool inDoubt, ScimCall call)
    {
        if (call.IsTold || !IsKept)
        {
            return;
        }
        call.IsTold = true;
        var told = entry with { Error = new ActivityError(error.Status, error.ScimType, error.Detail), InDoubt = inDoubt };
        if (!waiting.Writer.TryWrite((tenant, told)))
        {
            telemetry.ActivityDropped();
        }
    }

    /// <summary>Warns that a tenant's removals are paused; the write that paused them does so, once.</summary>
    public void RemovalsPaused(string tenant)
    {
        telemetry.Warned(tenant, "removals-paused");
        Log.RemovalsPaused(logger, tenant);
    }

    /// <summary>Writes what waits.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await waiting.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
        {
            await WriteAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops, and writes what still waits.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(CancellationToken cancel)
    {
        var batch = new List<(string Tenant, ActivityEntry Entry)>();
        while (batch.Count < BatchSize && waiting.Reader.TryRead(out var next))
        {
            batch.Add(next);
        }
        foreach (var of in batch.GroupBy(b => b.Tenant, b => b.Entry))
        {
            ActivityEntry[] entries = [.. of];
            while (!await TryAppendAsync(of.Key, entries, cancel).ConfigureAwait(false))
            {
                await Task.Delay(Pause, clock, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> TryAppendAsync(string tenant, ActivityEntry[] entries, CancellationToken cancel)
    {
        try
        {
            await store.AppendActivityAsync(tenant, entries, cancel).ConfigureAwait(false);
            return true;
        }
        catch (StoreUnavailableException e)
        {
            Log.StoreAway(logger, StoreUnavailableException.LevelOf(e), "append", "activity", e.InnerException!.Message);
            return false;
        }
    }
}

/// <summary>A call on its way into the activity log: what is learnt of it is added until it is written or refused.</summary>
internal sealed class ActivityDraft(ActivityLog log, Caller caller, ResourceKey key, string operation, JsonElement body, ScimCall call)
{
    // One name for all attempts of the call, so that a replay of any of them is recognised.
    private readonly string name = Guid.NewGuid().ToString("N");
    private IReadOnlyCollection<AttributeChange> changes = [];
    private MembershipDelta members = MembershipDelta.None;
    private JsonObject? created;
    private bool reactivates;

    /// <summary>Which resource it is about; a creation may learn that it is another one.</summary>
    public ResourceKey Key { get; set; } = key;

    public EntraDialect Dialect { get; } = new(caller.Dialect);

    /// <summary>The rules that the request needed: those of the dialect, and <c>reprovisioned-inactive</c> for a creation that brings a
    /// deactivated user back.</summary>
    public IReadOnlyCollection<string> Quirks => reactivates ? [.. Dialect.Quirks, "reprovisioned-inactive"] : Dialect.Quirks;

    /// <summary>Notes that the creation brings a deleted or deactivated user back, and how the user differs from what it was.</summary>
    public void Revives(JsonObject before, Revival revival)
    {
        changes = log.IsKept ? AttributeChanges.Between(before, created!, Key.Type) : [];
        created = null;
        reactivates = revival == Revival.Reactivate;
    }

    /// <summary>Tells what the call changes, or is to change; nothing where no log is kept.</summary>
    public void Compare(JsonObject before, JsonObject after, IReadOnlySet<string> only, MembershipDelta delta) =>
        (changes, members) = (log.IsKept ? AttributeChanges.Between(before, after, Key.Type, only) : [], delta);

    /// <summary>Tells what the call creates, or is to create.</summary>
    public void Creates(JsonObject resource, MembershipDelta delta) => (created, members, reactivates) = (resource, delta, false);

    /// <summary>Tells what the call does to the membership.</summary>
    public void Moves(MembershipDelta delta) => members = delta;

    /// <summary>What is known of the call so far.</summary>
    public ActivityEntry Entry() =>
        Entry(created is null || !log.IsKept ? changes : AttributeChanges.Between(null, created, Key.Type), default);

    /// <summary>What is known of a creation that is about to write this document.</summary>
    public ActivityEntry Entry(ReadOnlyMemory<byte> document) => created is not null && AttributeChanges.AreToldBy(document) ? Entry([], document) : Entry();

    private ActivityEntry Entry(IReadOnlyCollection<AttributeChange> told, ReadOnlyMemory<byte> document)
    {
        call.Ignored = Dialect.Ignored;
        return log.Entry(caller, Key.Type.Name, Key.Id, operation, call, name) with
        {
            Quirks = Quirks,
            Ignored = Dialect.Ignored,
            IgnoredValues = Dialect.Ignored.Count == 0 ? ReadOnlyDictionary<string, string>.Empty
                : Dialect.IgnoredValues.Where(i => i.Value is not null).ToDictionary(i => i.Key, i => i.Value!, StringComparer.Ordinal),
            Changes = told,
            Created = document,
        };
    }

    /// <summary>Runs the call, and tells of it where it is refused or fails.</summary>
    public async ValueTask<Provisioned> RunAsync(Func<ActivityDraft, ValueTask<Provisioned>> verb)
    {
        try
        {
            var outcome = await verb(this).ConfigureAwait(false);
            if (outcome is Provisioned.Refused refused)
            {
                Refuse(refused.Error, inDoubt: false);
            }
            return outcome;
        }
        catch (ScimException e)
        {
            Refuse(e.Error, inDoubt: false);
            throw;
        }
        catch (StoreUnavailableException)
        {
            Refuse(ScimError.Of(503, "The store did not answer. What was asked for may have been done or not."), inDoubt: true);
            throw;
        }
    }

    private void Refuse(ScimError error, bool inDoubt)
    {
        call.ConcernsReferences = operation switch
        {
            "patch" => ReferenceWrites.AreAllOf(body, Key.Type) || error.ConcernsReferences,
            "create" or "replace" => ReferenceWrites.CausedRefusal(body, Key.Type, caller.Dialect, error),
            _ => false,
        };
        log.Refused(Key.Tenant, Entry() with
        {
            // Nothing has the id of a resource that was not created.
            ResourceId = operation == "create" && !inDoubt ? "" : ScimError.Shorten(Key.Id),
            Added = Some(members.Added),
            Removed = Some(members.Removed),
            UserName = Text("userName"),
            DisplayName = Text("displayName"),
        }, error, inDoubt, call);
    }

    // The body of a PATCH holds operations and names nobody.
    private string? Text(string attribute) => operation != "patch" && body.ValueKind == JsonValueKind.Object
        && ScimJson.Find(body, attribute) is { ValueKind: JsonValueKind.String } text
        ? ScimError.Shorten(ScimJson.Text(text)) : null;

    private static string[] Some(IReadOnlyCollection<string> ids) => [.. ids.Take(ActivityEntry.MostIds)];
}
