using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScimLite.Store;

/// <summary>What the activity log keeps of one write: who did what to which resource, and by which rules it was read.</summary>
public sealed record ActivityEntry
{
    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>create</c>, <c>replace</c>, <c>patch</c> or <c>delete</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The resource type's name.</summary>
    public required string ResourceType { get; init; }

    /// <summary>The resource's id.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The name of the credential used, never the credential.</summary>
    public required string Credential { get; init; }

    /// <summary>The caller's correlation id, or the one that was made for it.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>The dialect rules that were needed to read the request.</summary>
    public IReadOnlyCollection<string> Quirks { get; init; } = [];

    /// <summary>The attributes that the write changed, by name.</summary>
    public IReadOnlyCollection<string> Attributes { get; init; } = [];

    /// <summary>The members asked to be added, at most 100.</summary>
    public IReadOnlyCollection<string> Added { get; init; } = [];

    /// <summary>The members asked to be removed, at most 100.</summary>
    public IReadOnlyCollection<string> Removed { get; init; } = [];

    /// <summary>How entries are trimmed as new ones come.</summary>
    [JsonIgnore]
    public ActivityRetention Retention { get; init; } = new();

    /// <summary>The entry as it is stored.</summary>
    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ActivityJson.Default.ActivityEntry);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    internal static ActivityEntry FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, ActivityJson.Default.ActivityEntry)!;
}

/// <summary>How long activity is kept: whatever is older than <paramref name="Days"/> or beyond <paramref name="Entries"/> goes as new entries come.</summary>
/// <param name="Days">1 to 3650.</param>
/// <param name="Entries">How many entries a tenant has at most.</param>
public sealed record ActivityRetention(int Days = 30, int Entries = 1_000_000);

/// <summary>An entry of the activity log with what the write came to.</summary>
/// <param name="Sequence">Its place in the log; later entries have higher numbers.</param>
/// <param name="Outcome"><c>created</c>, <c>changed</c>, <c>unchanged</c> or <c>deleted</c>.</param>
/// <param name="MembersAdded">How many members really came.</param>
/// <param name="MembersRemoved">How many members really went.</param>
/// <param name="Entry">What was asked for.</param>
public sealed record ActivityRecord(long Sequence, string Outcome, int MembersAdded, int MembersRemoved, ActivityEntry Entry);

[JsonSerializable(typeof(ActivityEntry))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ActivityJson : JsonSerializerContext;
