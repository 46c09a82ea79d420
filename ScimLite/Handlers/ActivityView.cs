using ScimLite.Store;

namespace ScimLite.Handlers;

/// <summary>An entry of the activity log as the admin API shows it.</summary>
/// <param name="Position">Its place in the log: give it as <c>before</c> to read on behind it.</param>
/// <param name="Time">When.</param>
/// <param name="Operation">What was asked for.</param>
/// <param name="Outcome">What it came to.</param>
/// <param name="ResourceType">The type of the resource.</param>
/// <param name="ResourceId">Its id; empty where nothing was created.</param>
/// <param name="UserName">Its userName then, or the one that was sent.</param>
/// <param name="DisplayName">Its name for people then, or the one that was sent.</param>
/// <param name="Credential">The name of the credential.</param>
/// <param name="Changes">The attributes changed, before and after.</param>
/// <param name="MembersAdded">How many members came.</param>
/// <param name="MembersRemoved">How many members went.</param>
/// <param name="Added">Their first ids; of a call that was refused those that were to be added.</param>
/// <param name="Removed">Their first ids; of a call that was refused those that were to be removed.</param>
/// <param name="Ignored">The names of the attributes that were left out, since they are in no schema.</param>
/// <param name="Quirks">The rules by which the request was read.</param>
/// <param name="Error">What was answered to a call that was refused or failed.</param>
/// <param name="Milliseconds">From the call's arrival to the write or the refusal.</param>
/// <param name="CorrelationId">What joins the call to the caller's own log, Entra's client-request-id.</param>
/// <param name="RequestId">Entra's request-id.</param>
/// <param name="IgnoredValues">The values of the attributes that were left out, by name, as JSON of at most 100 characters; without those that may be secrets.</param>
public sealed record ActivityView(
    long Position, DateTimeOffset Time, string Operation, string Outcome, string ResourceType, string ResourceId, string? UserName, string? DisplayName,
    string Credential, IReadOnlyCollection<AttributeChange> Changes, int MembersAdded, int MembersRemoved, IReadOnlyCollection<string> Added,
    IReadOnlyCollection<string> Removed, IReadOnlyCollection<string> Ignored, IReadOnlyCollection<string> Quirks, ActivityError? Error,
    double Milliseconds, string CorrelationId, string? RequestId, IReadOnlyDictionary<string, string> IgnoredValues)
{
    /// <summary>The entry as it is shown.</summary>
    public static ActivityView Of(ActivityRecord record)
    {
        var entry = record.Entry;
        return new ActivityView(
            record.Sequence, entry.Time, entry.Operation, record.Outcome, entry.ResourceType, entry.ResourceId, record.UserName, record.DisplayName,
            entry.Credential, entry.Changes, record.MembersAdded, record.MembersRemoved, entry.Added, entry.Removed, entry.Ignored, entry.Quirks,
            entry.Error, entry.Milliseconds, entry.CorrelationId, entry.RequestId, entry.IgnoredValues);
    }
}

/// <summary>A page of the log.</summary>
/// <param name="Entries">Newest first.</param>
/// <param name="Next">Give it as <c>before</c> to read on; null at the end.</param>
public sealed record ActivityAnswer(IReadOnlyList<ActivityView> Entries, long? Next);
