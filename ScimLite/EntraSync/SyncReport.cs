using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScimLite.EntraSync;

/// <summary>What a run of <c>sync-cycle</c> found, as its JSON file has it.</summary>
/// <param name="Converged">Whether the run came to its end with no difference, no failure left over, and no write in the cycles that repeat.</param>
/// <param name="Ended"><c>complete</c>, or why the run ended before: Ctrl-C, the cap, quarantine.</param>
/// <param name="Company">What was provisioned.</param>
/// <param name="Seconds">How long the run took.</param>
/// <param name="RequestCount">Requests sent, the repeated ones too.</param>
/// <param name="RequestsPerSecond">Those through the seconds.</param>
/// <param name="Cycles">One entry for each cycle.</param>
/// <param name="Requests">By what the request was for.</param>
/// <param name="Throttled">The answers that asked to wait.</param>
/// <param name="Errors">Failed objects by cause.</param>
/// <param name="Diagnoses">What the server does wrong, as far as the differences tell.</param>
/// <param name="DifferenceCount">How many differences there are.</param>
/// <param name="DifferencesByAttribute">How many there are of each kind, the most frequent first.</param>
/// <param name="Differences">The first of them.</param>
public sealed record SyncReport(
    bool Converged, string Ended, SyncCompany Company, double Seconds, long RequestCount, double RequestsPerSecond, IReadOnlyList<CycleResult> Cycles,
    IReadOnlyDictionary<string, RequestFigures> Requests, ThrottleFigures Throttled, IReadOnlyList<ErrorCause> Errors,
    IReadOnlyList<Diagnosis> Diagnoses, int DifferenceCount, IReadOnlyList<DifferingAttribute> DifferencesByAttribute,
    IReadOnlyList<Difference> Differences)
{
    /// <summary>Why the target can't be used: not reached, no SCIM server, credential refused. Null where it could be used to the end.</summary>
    public string? Unusable { get; init; }

    /// <summary>What the verb ends with.</summary>
    [JsonIgnore]
    public int ExitCode => Converged ? Verbs.Good : Unusable is not null ? Verbs.Unusable : Verbs.Differences;

    /// <summary>The report as JSON text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.SyncReport);
}

/// <summary>The company that was provisioned.</summary>
/// <param name="Seed">What it was made of.</param>
/// <param name="Dialect">How the requests were written.</param>
/// <param name="Users">People, with those who joined and left.</param>
/// <param name="Groups">Groups, with those that came and went.</param>
/// <param name="Memberships">Memberships at the end.</param>
public sealed record SyncCompany(int Seed, string Dialect, int Users, int Groups, int Memberships);

/// <summary>One cycle.</summary>
/// <param name="Kind"><c>initial</c>, <c>big group</c>, <c>incremental</c>, <c>escrow</c>, <c>identical</c> or <c>restart</c>.</param>
/// <param name="Seconds">How long it took, without reading back.</param>
/// <param name="Writes">POST, PATCH and DELETE requests sent, the repeated ones too.</param>
/// <param name="Failures">Objects and references that failed.</param>
public sealed record CycleResult(string Kind, double Seconds, long Writes, long Failures);

/// <summary>How requests of one kind did; times in milliseconds.</summary>
/// <param name="Count">How many were sent.</param>
/// <param name="PerSecond">How many a second while requests of this kind were sent.</param>
/// <param name="P50">Half were faster.</param>
/// <param name="P95">95 % were faster.</param>
/// <param name="P99">99 % were faster.</param>
/// <param name="Max">The slowest.</param>
public sealed record RequestFigures(long Count, double PerSecond, double P50, double P95, double P99, double Max);

/// <summary>The answers that asked to wait.</summary>
/// <param name="TooManyRequests">Requests answered 429.</param>
/// <param name="Unavailable">Requests answered 503.</param>
/// <param name="WaitedSeconds">How long requests were held back in all; waits at the same time count once.</param>
/// <param name="GivenUp">Requests whose last answer was 429 or 503 and that were not sent again.</param>
public sealed record ThrottleFigures(long TooManyRequests, long Unavailable, double WaitedSeconds, long GivenUp);

/// <summary>Why objects failed.</summary>
/// <param name="Cause">Kind of request, and the answer.</param>
/// <param name="Count">How often.</param>
/// <param name="Examples">The first few.</param>
public sealed record ErrorCause(string Cause, long Count, IReadOnlyList<string> Examples);

/// <summary>What the server does wrong.</summary>
/// <param name="Fault">Its name.</param>
/// <param name="Sentence">What it did, why that matters to Entra, and what is to be done.</param>
/// <param name="Count">How often it was seen.</param>
/// <param name="Example">Where it was seen first.</param>
public sealed record Diagnosis(string Fault, string Sentence, long Count, string Example);

/// <summary>A place where the target is not what the source is.</summary>
/// <param name="Resource">Which resource, as <c>Users/id</c>.</param>
/// <param name="Attribute">Which attribute of it.</param>
/// <param name="Expected">What was sent and should be there; null for nothing.</param>
/// <param name="Actual">What is there; null for nothing.</param>
public sealed record Difference(string Resource, string Attribute, string? Expected, string? Actual);

/// <summary>An attribute that differs.</summary>
/// <param name="Resource"><c>Users</c> or <c>Groups</c>.</param>
/// <param name="Attribute">Which attribute.</param>
/// <param name="Count">How often.</param>
/// <param name="First">One of the differences.</param>
public sealed record DifferingAttribute(string Resource, string Attribute, int Count, Difference First);

[JsonSerializable(typeof(SyncReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    // Names in every script stay readable.
    public static ReportJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
