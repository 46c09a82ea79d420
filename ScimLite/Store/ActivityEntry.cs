using System.Buffers;
using System.Collections.ObjectModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ScimLite.Store;

/// <summary>What the activity log keeps of one provisioning call: who asked for what, by which rules it was read, and what came of it.</summary>
public sealed record ActivityEntry
{
    private static readonly SearchValues<char> InIds = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.");

    /// <summary>How many members an entry names at most.</summary>
    internal const int MostIds = 100;

    /// <summary>When, in whole milliseconds.</summary>
    public required DateTimeOffset Time { get; init => field = value.AddTicks(-(value.Ticks % TimeSpan.TicksPerMillisecond)); }

    /// <summary><c>create</c>, <c>replace</c>, <c>patch</c>, <c>delete</c>, <c>restore</c>, <c>guard</c>, or a read that was refused: <c>read</c>, <c>search</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The resource type's name.</summary>
    public required string ResourceType { get; init; }

    /// <summary>The resource's id; of a call that was refused, as it was sent, and empty where there was none.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The name of the credential used, never the credential.</summary>
    public required string Credential { get; init; }

    /// <summary>The caller's correlation id, or the one that was made for it.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>The caller's own <c>request-id</c>, where it sent one.</summary>
    public string? RequestId { get; init; }

    /// <summary>Names the call: a failure whose outcome is in doubt is left out of the log where the same call has an entry already.</summary>
    public required string Call { get; init; }

    /// <summary>Milliseconds from the call's arrival to the write, or to its refusal.</summary>
    public double Milliseconds { get; init; }

    /// <summary>The userName in a request that was refused.</summary>
    public string? UserName { get; init; }

    /// <summary>The displayName in a request that was refused.</summary>
    public string? DisplayName { get; init; }

    // Generated code gives an init property that is missing in the JSON its type's default and not its own: no list is null for that.

    /// <summary>The dialect rules that were needed to read the request.</summary>
    public IReadOnlyCollection<string> Quirks { get => field ?? []; init; } = [];

    /// <summary>The attributes sent that no schema knows, and that were left out, at most 20.</summary>
    public IReadOnlyCollection<string> Ignored { get => field ?? []; init; } = [];

    /// <summary>The values of those attributes as JSON, cut at 100 characters; without those that may be secrets.</summary>
    public IReadOnlyDictionary<string, string> IgnoredValues { get => field ?? ReadOnlyDictionary<string, string>.Empty; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The attributes that the write changed, or was to change, at most 50.</summary>
    public IReadOnlyCollection<AttributeChange> Changes { get => field ?? []; init; } = [];

    /// <summary>The document of a resource that the write creates, where it tells by itself what <see cref="Changes"/> would: the store keeps it
    /// beside the entry. It is that of the <see cref="Change"/>, or empty.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> Created { get; init; }

    /// <summary>The members that came, as the store saw it; of a call that was refused those asked to be added. At most 100.</summary>
    public IReadOnlyCollection<string> Added { get => field ?? []; init; } = [];

    /// <summary>The members that went, as the store saw it; of a call that was refused those asked to be removed. At most 100.</summary>
    public IReadOnlyCollection<string> Removed { get => field ?? []; init; } = [];

    /// <summary>What was answered to a call that was refused or failed.</summary>
    public ActivityError? Error { get; init; }

    /// <summary>Whether the store may have done the write all the same, since its answer was lost.</summary>
    [JsonIgnore]
    public bool InDoubt { get; init; }

    /// <summary>How entries are trimmed as new ones come.</summary>
    [JsonIgnore]
    public ActivityRetention Retention { get; init; } = new();

    /// <summary>What an entry that tells of no write came to: <c>refused</c>, or <c>failed</c> with a status of 500 and above.</summary>
    internal string Refusal => Error is { Status: < 500 } ? "refused" : "failed";

    /// <summary>Under which name the entry is found among those of its resource: the id where it can be one of ours, else a dash.</summary>
    internal string Trail => ResourceId.Length is > 0 and <= 64 && !ResourceId.AsSpan().ContainsAnyExcept(InIds) ? ResourceId : "-";

    /// <summary>The entry as it is stored beside its time and its trail: on one line; nothing where no log is kept.</summary>
    internal byte[] ToJson() => Retention.Entries == 0 ? [] : JsonSerializer.SerializeToUtf8Bytes(this, ActivityFormat.Entry);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The line.</param>
    /// <param name="time">When.</param>
    /// <param name="trail">What <see cref="Trail"/> said.</param>
    internal static ActivityEntry FromJson(ReadOnlySpan<byte> json, DateTimeOffset time, string trail)
    {
        var entry = JsonSerializer.Deserialize(json, ActivityFormat.Entry)!;
        return entry with { Time = time, ResourceId = entry.ResourceId ?? trail };
    }
}

/// <summary>One attribute before and after: text as it is, anything else as JSON, cut at 200 characters; null where there is no value.</summary>
/// <param name="Attribute">The attribute's path.</param>
/// <param name="Old">Before.</param>
/// <param name="New">After.</param>
public sealed record AttributeChange(string Attribute, string? Old, string? New);

/// <summary>The SCIM error that was answered, RFC 7644 §3.12.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ScimType">The keyword, if any.</param>
/// <param name="Detail">The sentence for people.</param>
public sealed record ActivityError(int Status, string? ScimType, string Detail);

/// <summary>How long activity is kept: whatever is older than <paramref name="Days"/> or beyond <paramref name="Entries"/> goes as new entries come.</summary>
/// <param name="Days">1 to 3650.</param>
/// <param name="Entries">How many entries a tenant has at most; 0 keeps no log.</param>
public sealed record ActivityRetention(int Days = 30, int Entries = 1_000_000)
{
    /// <summary>Entries before this time are let go.</summary>
    internal DateTimeOffset OldestAt(DateTimeOffset now) => now.AddDays(-Days);
}

/// <summary>An entry of the activity log with what the call came to.</summary>
/// <param name="Sequence">Its place in the log; later entries have higher numbers.</param>
/// <param name="Outcome"><c>created</c>, <c>changed</c>, <c>unchanged</c>, <c>deleted</c>, <c>restored</c>, <c>refused</c>, <c>failed</c>, or what
/// was decided about the guard.</param>
/// <param name="MembersAdded">How many members really came.</param>
/// <param name="MembersRemoved">How many members really went.</param>
/// <param name="Entry">What was asked for.</param>
public sealed record ActivityRecord(long Sequence, string Outcome, int MembersAdded, int MembersRemoved, ActivityEntry Entry)
{
    /// <summary>The resource's name for people when the entry was made.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The resource's userName when the entry was made.</summary>
    public string? UserName { get; init; }

    /// <summary>Puts a record together; of a resource that does not exist the names are those that were sent.</summary>
    internal static ActivityRecord Of(long sequence, string outcome, int added, int removed, ActivityEntry entry, Label? label) => new(sequence, outcome, added, removed, entry)
    {
        DisplayName = label?.Display ?? entry.DisplayName,
        UserName = label is { UserName.Length: > 0 } named ? named.UserName : entry.UserName,
    };
}

/// <summary>Which entries of the log to read, newest first; with <see cref="After"/>, oldest first.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Count">At most so many.</param>
public sealed record ActivityRange(string Tenant, int Count)
{
    /// <summary>The trail of all calls that were refused or failed.</summary>
    public const string Failures = "!";

    /// <summary>How many entries of a trail are passed over to find one before <see cref="Before"/>, where that is no entry of it; behind them it ends.</summary>
    internal const int MostSteps = 5000;

    /// <summary>Only entries of the resource with this id, or <see cref="Failures"/>; null reads the whole log.</summary>
    public string? Trail { get; init; }

    /// <summary>Only entries with a smaller sequence number.</summary>
    public long Before { get; init; } = long.MaxValue;

    /// <summary>Only entries with a higher sequence number, of the whole log; null reads backwards.</summary>
    public long? After { get; init; }
}

/// <summary>How an entry is stored: on one line, names as people read them, nothing that is empty or stands beside it.</summary>
internal static class ActivityFormat
{
    public static JsonTypeInfo<ActivityEntry> Entry { get; } = (JsonTypeInfo<ActivityEntry>)new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = ActivityJson.Default.WithAddedModifier(static type =>
        {
            foreach (var property in type.Properties.Where(p => p.PropertyType.IsGenericType))
            {
                property.ShouldSerialize = static (_, value) => value is System.Collections.ICollection { Count: > 0 } or IReadOnlyCollection<string> { Count: > 0 };
            }
            foreach (var property in type.Properties.Where(p => p.Name is "time" or "resourceId"))
            {
                property.IsRequired = false;
                property.ShouldSerialize = static (entry, value) => value is string id && id != ((ActivityEntry)entry).Trail;
            }
        }),
    }.GetTypeInfo(typeof(ActivityEntry));
}

[JsonSerializable(typeof(ActivityEntry))]
internal sealed partial class ActivityJson : JsonSerializerContext;
