using System.Collections.Concurrent;

namespace ScimLite.EntraSync;

/// <summary>Collects what a run finds: differences, faults of the server, and failures by cause. Safe for many threads.</summary>
internal sealed class SyncFindings
{
    private const int MostDifferences = 200;
    private const int MostExamples = 3;
    private const int LongestExample = 300;

    private readonly ConcurrentDictionary<Difference, byte> differences = new();
    private readonly ConcurrentDictionary<string, (long Count, string Example)> faults = new();
    private readonly ConcurrentDictionary<string, (long Count, string[] Examples)> errors = new();

    public int DifferenceCount => differences.Count;

    /// <summary>The first differences, in the order of the resources.</summary>
    public IReadOnlyList<Difference> Differences =>
        [.. differences.Keys.OrderBy(d => d.Resource, StringComparer.Ordinal).ThenBy(d => d.Attribute, StringComparer.Ordinal).Take(MostDifferences)];

    public IReadOnlyList<DifferingAttribute> DifferencesByAttribute => [.. differences.Keys.GroupBy(d => (Type: d.Resource.Split('/', '?')[0], d.Attribute))
        .Select(same => new DifferingAttribute(same.Key.Type, same.Key.Attribute, same.Count(), same.MinBy(d => d.Resource, StringComparer.Ordinal)!))
        .OrderByDescending(d => d.Count).ThenBy(d => d.Attribute, StringComparer.Ordinal)];

    public IReadOnlyList<Diagnosis> Diagnoses => [.. faults.OrderBy(f => f.Key, StringComparer.Ordinal)
        .Select(f => new Diagnosis(f.Key, ServerFaults.Sentences[f.Key], f.Value.Count, f.Value.Example))];

    public IReadOnlyList<ErrorCause> Errors => [.. errors.OrderByDescending(e => e.Value.Count).Select(e => new ErrorCause(e.Key, e.Value.Count, e.Value.Examples))];

    /// <summary>Notes a difference; one that was found after an earlier cycle already counts once.</summary>
    public void Differs(string resource, string attribute, string? expected, string? actual) =>
        differences.TryAdd(new Difference(resource, attribute, expected, actual), 0);

    /// <summary>Notes a fault of <see cref="ServerFaults"/>.</summary>
    public void Faulty(string fault, string example) =>
        faults.AddOrUpdate(fault, (1, Short(example)), (_, known) => (known.Count + 1, known.Example));

    /// <summary>Notes a failure.</summary>
    public void Failed(Exchange exchange, string? reason)
    {
        var answer = exchange.Fault switch
        {
            ExchangeFault.None => $"{exchange.Status}{(ScimType(exchange) is { } type ? " " + type : "")}",
            ExchangeFault.Unreachable => "not reachable",
            ExchangeFault.Broken => "connection broken",
            ExchangeFault.TimedOut => "timed out",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var example = Short($"{exchange.Request.Method} {exchange.Request.Path}: {exchange.Received}");
        errors.AddOrUpdate($"{exchange.Request.Kind}: {reason ?? answer}", (1, [example]),
            (_, known) => (known.Count + 1, known.Examples.Length < MostExamples ? [.. known.Examples, example] : known.Examples));
    }

    private static string? ScimType(Exchange exchange) => exchange.Json is { } json && json.TryGetProperty("scimType", out var type) ? type.ToString() : null;

    private static string Short(string text) => text.Length <= LongestExample ? text : text[..LongestExample] + "…";
}
