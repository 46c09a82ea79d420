using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>
/// The server that is examined, with everything that one run knows of it: the client, whether it has groups, and what was made on it and
/// has to go again.
/// </summary>
public sealed class Subject(EntraClient client, EntraClient hasty, DoctorOptions options, TimeProvider clock, CancellationToken cancel)
{
    // A resource by its address; a POST without a clear outcome by the filter that finds what it may have made.
    private readonly ConcurrentDictionary<string, bool> made = new();
    private readonly ConcurrentDictionary<EntraRequest, string> unclear = new(ReferenceEqualityComparer.Instance);
    private int number;

    /// <summary>Stands at the start of every userName, displayName and externalId of this run.</summary>
    public string Prefix { get; } = $"doctor-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <summary>What the run was asked to do.</summary>
    public DoctorOptions Options { get; } = options;

    /// <summary>The time that pauses and rates are measured in.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Cancelled when somebody presses Ctrl-C.</summary>
    public CancellationToken Cancel { get; } = cancel;

    /// <summary>Whether the server has a group endpoint.</summary>
    public bool HasGroups { get; set; }

    /// <summary>Users that all checks share and none changes.</summary>
    public List<Made> People { get; } = [];

    /// <summary>Every exchange of the run so far.</summary>
    public ConcurrentQueue<Exchange> Exchanges { get; } = new();

    /// <summary>How many requests were sent, the repeated ones too.</summary>
    public long Requests => client.Sent + hasty.Sent;

    /// <summary>A name that no other resource of the server has, and of which none is the beginning of another.</summary>
    public string NewName() => $"{Prefix}-{Interlocked.Increment(ref number).ToString("0000", CultureInfo.InvariantCulture)}";

    /// <summary>The same as an address, as userPrincipalNames are.</summary>
    public string NewUserName() => $"{NewName()}@example.com";

    /// <summary>Sends a request at the pace of the options, and again after 429 or 503.</summary>
    public Task<Exchange> SendAsync(EntraRequest request) => SendAsync(client, request);

    /// <summary>Sends a request at once, and once only.</summary>
    public Task<Exchange> SendAtOnceAsync(EntraRequest request) => SendAsync(hasty, request);

    /// <summary>Deletes what the run made, groups first; also after Ctrl-C.</summary>
    /// <returns>The addresses, and the filters, of what may still be there.</returns>
    public async Task<IReadOnlyList<string>> CleanUpAsync(EntraClient cleaner, CancellationToken deadline)
    {
        var left = new ConcurrentDictionary<string, bool>(made.Concat(unclear.Values.Distinct().Select(filter => KeyValuePair.Create(filter, true))));
        try
        {
            foreach (var filter in unclear.Values.Distinct())
            {
                var found = await cleaner.SendAsync(new EntraRequest("GET", filter), deadline).ConfigureAwait(false);
                foreach (var resource in Values.Elements(Values.Property(found.Json, "Resources")))
                {
                    left[Address(filter[..filter.IndexOf('?', StringComparison.Ordinal)], resource)] = true;
                }
                if (found.Status is 200 or 404)
                {
                    left.TryRemove(filter, out _);
                }
            }
            foreach (var endpoint in (string[])["/Groups/", "/Users/"])
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = deadline };
                await Parallel.ForEachAsync(left.Keys.Where(r => r.StartsWith(endpoint, StringComparison.Ordinal)), parallel, async (resource, stop) =>
                {
                    var answer = await cleaner.SendAsync(new EntraRequest("DELETE", resource), stop).ConfigureAwait(false);
                    if (answer.Status is 200 or 204 or 404)
                    {
                        left.TryRemove(resource, out _);
                    }
                }).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // What is left is told below; there is no more time to do anything about it.
        }
        return [.. left.Keys.Order(StringComparer.Ordinal)];
    }

    private async Task<Exchange> SendAsync(EntraClient way, EntraRequest request)
    {
        if (Requests >= Options.MaxRequests)
        {
            throw new RequestCapException(Options.MaxRequests);
        }
        if (request.Method == "POST" && Filter(request) is { } filter)
        {
            unclear[request] = filter;
        }
        var exchange = await way.SendAsync(request, Cancel).ConfigureAwait(false);
        Exchanges.Enqueue(exchange);
        if (request.Method == "POST" && exchange.Succeeded && Values.Property(exchange.Json, "id") is not null)
        {
            made[Address(request.Path, exchange.Json!.Value)] = true;
            unclear.TryRemove(request, out _);
        }
        else if (request.Method == "POST" && exchange.Status is >= 400 and < 500)
        {
            unclear.TryRemove(request, out _);
        }
        else if (request.Method == "DELETE" && exchange.Status == 204)
        {
            made.TryRemove(request.Path, out _);
        }
        return exchange;
    }

    private static string Address(string endpoint, JsonElement resource) =>
        $"{endpoint}/{Uri.EscapeDataString(Values.Text(Values.Property(resource, "id")) ?? "")}";

    private static string? Filter(EntraRequest request)
    {
        try
        {
            using var body = JsonDocument.Parse(request.Body ?? "");
            var attribute = request.Path == "/Users" ? "userName" : "displayName";
            return Values.Text(Values.Property(body.RootElement, attribute)) is { } name ? $"{request.Path}?filter={Entra.Escape(Entra.Eq(attribute, name))}" : null;
        }
        catch (JsonException)
        {
            // A body that is no JSON on purpose: no server makes anything of it.
            return null;
        }
    }
}
