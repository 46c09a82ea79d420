using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.EntraSync.Checks;

namespace ScimLite.EntraSync;

/// <summary>What a run of <c>doctor</c> found.</summary>
/// <param name="Options">What was examined.</param>
/// <param name="Prefix">What the names of everything that the run made begin with.</param>
/// <param name="Begun">When the run began.</param>
/// <param name="Took">How long it took, cleaning up included.</param>
/// <param name="Requests">How many requests were sent, without those that cleaned up.</param>
/// <param name="Results">The checks, in the order in which they were asked.</param>
/// <param name="LeftBehind">Addresses, and filters, of what was made and may still be there.</param>
public sealed record DoctorReport(
    DoctorOptions Options, string Prefix, DateTimeOffset Begun, TimeSpan Took, long Requests, IReadOnlyList<CheckResult> Results, IReadOnlyList<string> LeftBehind)
{
    private const int LongestBody = 4000;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Microsoft's check-list for the gallery, as far as a server can show it, with the checks that show it.</summary>
    public static readonly IReadOnlyList<(string Demand, string[] Checks)> Gallery =
    [
        ("SCIM 2.0 user endpoint", ["M1", "M3", "M8"]), ("Group endpoint", ["M16", "M19", "M23", "M24"]),
        ("25 requests a second and tenant", ["G1"]), ("429 with Retry-After over the limit", ["G2"]),
        ("Soft delete (disable and restore)", ["M9", "S5", "S6"]), ("Hard delete", ["M13", "M25"]),
        ("Nobody found is 200 with an empty list", ["C1", "C6", "M4", "M17"]), ("Every matching attribute can be filtered", ["C2", "C3", "C4", "C5", "C7", "C8", "C9", "C10", "C11", "C12"]),
        ("/Schemas complete, with canonicalValues", ["L15", "D1", "D2"]), ("Several members in one PATCH", ["G3"]), ("Paging", ["L23", "L24"]),
        ("OAuth client credentials or federation", ["L21"]), ("Access tokens live 60 minutes to 6 hours", ["G4"]), ("Several secrets at once, which expire", ["G7", "G8"]),
        ("TLS 1.2 and a public certificate", ["W8"]), ("Error bodies that say what to do", ["W7"]),
    ];

    /// <summary>Why nothing could be examined; null when something was.</summary>
    public string? Unusable { get; init; }

    /// <summary>Whether somebody ended the run before its end.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Whether nothing stands between this server and Entra: no check failed, and all was cleaned up.</summary>
    public bool Ready => Unusable is null && !Interrupted && LeftBehind.Count == 0 && Count(Verdict.Failed) == 0;

    /// <summary>The exit code of the verb.</summary>
    public int ExitCode => Interrupted ? Verbs.Differences : Unusable is not null ? Verbs.Unusable : Ready ? Verbs.Good : Verbs.Differences;

    /// <summary>The result in one line.</summary>
    public string Summary => Unusable ?? string.Create(CultureInfo.InvariantCulture,
        $"{Count(Verdict.Passed)} passed, {Count(Verdict.Warning)} with a warning, {Count(Verdict.Failed)} failed, {Count(Verdict.Skipped)} skipped; {Requests} requests in {Took.TotalSeconds:0.0} s");

    /// <summary>How many checks ended so.</summary>
    public int Count(Verdict verdict) => Results.Count(r => r.Verdict == verdict);

    /// <summary>What the checks behind a demand of the gallery say together: the worst of them, a skipped one before a warning.</summary>
    public Verdict? VerdictOf(IEnumerable<string> checks)
    {
        var verdicts = Results.Where(r => checks.Contains(r.Check.Id)).Select(r => r.Verdict).ToHashSet();
        return verdicts.Count == 0 ? null : ((Verdict[])[Verdict.Failed, Verdict.Skipped, Verdict.Warning, Verdict.Passed]).First(verdicts.Contains);
    }

    /// <summary>The report for machines, with the exchanges of every check.</summary>
    public string ToJson()
    {
        var json = new JsonObject
        {
            ["target"] = Options.Target,
            ["ready"] = Ready,
            ["summary"] = Options.Clean(Summary),
            ["unusable"] = Clean(Unusable),
            ["interrupted"] = Interrupted,
            ["begun"] = Begun.ToString("O", CultureInfo.InvariantCulture),
            ["seconds"] = Math.Round(Took.TotalSeconds, 3),
            ["requests"] = Requests,
            ["prefix"] = Prefix,
            ["passed"] = Count(Verdict.Passed),
            ["warnings"] = Count(Verdict.Warning),
            ["failed"] = Count(Verdict.Failed),
            ["skipped"] = Count(Verdict.Skipped),
            ["leftBehind"] = new JsonArray([.. LeftBehind.Select(l => JsonValue.Create(l))]),
            ["gallery"] = new JsonArray([.. Gallery.Select(g => new JsonObject { ["demand"] = g.Demand, ["verdict"] = Word(VerdictOf(g.Checks)), ["checks"] = new JsonArray([.. g.Checks.Select(c => JsonValue.Create(c))]) })]),
            ["checks"] = new JsonArray([.. Results.Select(r => new JsonObject
            {
                ["id"] = r.Check.Id,
                ["area"] = r.Check.Area.ToString(),
                ["title"] = r.Check.Title,
                ["verdict"] = Word(r.Verdict),
                ["expected"] = Clean(r.Expected),
                ["found"] = Clean(r.Found),
                ["why"] = r.Check.Why,
                ["mend"] = r.Check.Mend,
                ["exchanges"] = new JsonArray([.. r.Exchanges.Select(Json)]),
            })]),
        };
        return json.ToJsonString(Readable);
    }

    /// <summary>A verdict in the word of the reports.</summary>
    public static string Word(Verdict? verdict) => verdict switch
    {
        Verdict.Passed => "passed",
        Verdict.Warning => "warning",
        Verdict.Failed => "failed",
        Verdict.Skipped => "skipped",
        null => "not asked",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string? Clean(string? text) => text is null ? null : Options.Clean(text);

    private JsonObject Json(Exchange exchange) => new()
    {
        ["method"] = exchange.Request.Method,
        ["path"] = Clean(exchange.Request.Path),
        ["sent"] = exchange.Request.Body is { } body ? ExchangeText.Shorten(Options.Clean(body), LongestBody) : null,
        ["status"] = exchange.Status,
        ["contentType"] = exchange.Headers.GetValueOrDefault("Content-Type"),
        ["received"] = ExchangeText.Shorten(Options.Clean(exchange.Received), LongestBody),
        ["milliseconds"] = Math.Round(exchange.Duration.TotalMilliseconds, 2),
    };
}
