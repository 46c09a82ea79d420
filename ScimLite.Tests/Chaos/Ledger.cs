using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ScimLite.Tests.Chaos;

/// <summary>
/// A load that writes down each write that was acknowledged, repeats those that were not as Entra does, and asks for all of them in the
/// end. Each worker creates a user and makes it a member of one group that all share.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private const string Nothing = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[]}""";

    // A client that tries again at once would be a load of its own.
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly Func<int, string> target;
    private readonly ConcurrentDictionary<string, string> users = new();
    private readonly ConcurrentDictionary<string, bool> members = new();
    private readonly ConcurrentQueue<long> acknowledged = new();
    private readonly ConcurrentDictionary<int, int> statuses = new();
    private string group = "";
    private int next;

    /// <summary>Makes a load.</summary>
    /// <param name="target">The Tenant URL for the try of that number.</param>
    public Ledger(Func<int, string> target)
    {
        this.target = target;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ServiceReplica.Token);
    }

    public int Acknowledged => acknowledged.Count;

    /// <summary>Answers by status; 0 are those that never came.</summary>
    public IReadOnlyDictionary<int, int> Statuses => statuses;

    /// <summary>The longest time in which nothing was acknowledged, in seconds.</summary>
    public double LongestGap => acknowledged.Order().ToArray() is { Length: > 1 } times ? times.Zip(times.Skip(1), (a, b) => Stopwatch.GetElapsedTime(a, b).TotalSeconds).Max() : double.PositiveInfinity;

    /// <summary>Writes until it is told to end; what is under way is brought to its end.</summary>
    public async Task RunAsync(int workers, CancellationToken until)
    {
        group = Id((await UntilAcknowledgedAsync("POST", "/Groups", $$"""{"displayName":"everybody {{Guid.NewGuid()}}"}""", null)).Text);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(until)));
    }

    /// <summary>How many acknowledged writes are not there.</summary>
    public async Task<int> CountLostAsync()
    {
        var lost = 0;
        await Parallel.ForEachAsync(users, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (user, _) =>
        {
            if ((await UntilAnsweredAsync($"/Users/{user.Value}")).Status != 200)
            {
                Interlocked.Increment(ref lost);
            }
        });
        var held = JsonNode.Parse((await UntilAnsweredAsync($"/Groups/{group}")).Text)!["members"]?.AsArray().Select(m => (string)m!["value"]!).ToHashSet() ?? [];
        return lost + members.Keys.Count(member => !held.Contains(member));
    }

    public void Dispose() => client.Dispose();

    private async Task WorkAsync(CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var name = $"user{Interlocked.Increment(ref next)}-{Guid.NewGuid():N}";
            var id = Id((await UntilAcknowledgedAsync("POST", "/Users", $$"""{"userName":"{{name}}"}""", $"/Users?filter=userName%20eq%20%22{name}%22")).Text);
            users[name] = id;
            var (status, _) = await UntilAcknowledgedAsync("PATCH", $"/Groups/{group}",
                $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"{{id}}"}]}]}""", null);
            if (status < 300)
            {
                members[id] = true;
            }
        }
    }

    // A creation that may have been done is looked for, as Entra does when it is told 409. Neither the 409 nor the read acknowledges it: a primary
    // that is being replaced may show what its replicas never got. A write to it does, even one that changes nothing.
    private async Task<(int Status, string Text)> UntilAcknowledgedAsync(string method, string path, string body, string? find)
    {
        while (true)
        {
            var answer = await SendAsync(method, path, body);
            if (answer.Status is >= 200 and < 300)
            {
                acknowledged.Enqueue(Stopwatch.GetTimestamp());
                return answer;
            }
            if (answer.Status == 409 && find is not null && await SendAsync("GET", find, null) is { Status: 200 } found)
            {
                if (JsonNode.Parse(found.Text)!["Resources"] is JsonArray { Count: 1 } users
                    && await SendAsync("PATCH", $"/Users/{(string)users[0]!["id"]!}", Nothing) is { Status: 200 } confirmed)
                {
                    acknowledged.Enqueue(Stopwatch.GetTimestamp());
                    return confirmed;
                }
                continue;
            }
            if (answer.Status is 404 or 400)
            {
                // The user or the group is gone, though it was acknowledged: it is missed when all is counted.
                return method == "PATCH" ? answer : throw new InvalidOperationException($"{method} {path} was answered {answer.Status}: {answer.Text}");
            }
            await Task.Delay(BetweenTries);
        }
    }

    private async Task<(int Status, string Text)> UntilAnsweredAsync(string path)
    {
        while (true)
        {
            if (await SendAsync("GET", path, null) is { Status: not (0 or 503) } answer)
            {
                return answer;
            }
            await Task.Delay(BetweenTries);
        }
    }

    private async Task<(int Status, string Text)> SendAsync(string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target(Interlocked.Increment(ref next)) + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/scim+json");
        try
        {
            using var answer = await client.SendAsync(request);
            statuses.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            statuses.AddOrUpdate(0, 1, (_, count) => count + 1);
            return (0, "");
        }
    }

    private static string Id(string resource) => (string)JsonNode.Parse(resource)!["id"]!;
}
