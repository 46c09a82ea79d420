using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Handlers;

/// <summary>
/// The same requests to a directory in memory and to one in Redis are answered alike, but for ids, cursors and parts of a second. Each run
/// has a seed of its own; a failure names it, and <c>SCIMLITE_SEED</c> makes it come again (<c>SCIMLITE_ROUNDS</c> sets its length).
/// </summary>
public sealed partial class StoresAgreeTests
{
    static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    static readonly string[] Compared = ["ETag", "Location", "Preference-Applied", "Allow", "Content-Type"];

    [Theory]
    [InlineData("entra", "false")]
    [InlineData("rfc", "true")]
    public async Task Both_stores_answer_the_same_to_whatever_is_asked(string dialect, string indirect)
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("SCIMLITE_SEED"), out var given) ? given : (ulong)Environment.TickCount64;
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("SCIMLITE_ROUNDS"), out var some) ? some : 600;
        await using var memory = await Side.StartAsync(StoreKind.Memory, dialect, indirect);
        await using var redis = await Side.StartAsync(StoreKind.Redis, dialect, indirect);
        var requests = new RandomRequests(new PCG(1, seed));
        var done = 0;
        for (var i = 1; i <= rounds; i++)
        {
            var request = requests.Next();
            var answers = (Memory: await memory.Ask(request, i), Redis: await redis.Ask(request, i));
            var told = (Memory: memory.Tell(answers.Memory), Redis: redis.Tell(answers.Redis));
            foreach (var (type, inMemory, inRedis) in Created(request, answers.Memory).Zip(Created(request, answers.Redis), (m, r) => (m.Type, m.Id, r.Id)))
            {
                var name = requests.Name(type);
                memory.Ids[name] = inMemory;
                redis.Ids[name] = inRedis;
            }
            if (request.Target.Contains("cursor=", StringComparison.Ordinal) && (memory.Turn(answers.Memory, i), redis.Turn(answers.Redis, i)) is not (true, true))
            {
                requests.Walk = null;
            }
            Assert.True(told.Memory == told.Redis && answers.Memory.Status < 500,
                $"SCIMLITE_SEED={seed} {dialect}, request {i}: {memory.Fill(request)}\nin memory {told.Memory}\nin Redis  {told.Redis}");
            done += answers.Memory.Status < 300 ? 1 : 0;
        }
        Assert.InRange(done, rounds / 3, rounds);
        var last = new RandomRequest("GET", "/scim/v2?count=1000", null);
        Assert.Equal(memory.Tell(await memory.Ask(last, rounds + 1)), redis.Tell(await redis.Ask(last, rounds + 1)));
    }

    // What a request created: the resource of a single one, those of a Bulk in its order.
    static IEnumerable<(string Type, string Id)> Created(RandomRequest request, HttpAnswer answer)
    {
        var locations = answer.Status == 201 ? [answer.Headers["Location"]]
            : request.Target == "Bulk" && answer.Status == 200 ? answer.Json["Operations"]!.AsArray().Where(o => (string?)o!["status"] == "201").Select(o => (string)o!["location"]!) : [];
        return locations.Select(l => l.Split('/')).Select(parts => (parts[^2][..^1], parts[^1]));
    }

    [GeneratedRegex("""(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d)\d\dZ""")]
    private static partial Regex Moment();

    [GeneratedRegex("""(?<=(?:next|previous)Cursor":")[^"]+""")]
    private static partial Regex Cursors();

    [GeneratedRegex("""[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}""")]
    private static partial Regex AnyId();

    // The hash of a user's groups is one of their ids.
    [GeneratedRegex("""(?<=W/\\?"[0-9]+\.)[0-9a-f]{12}(?=\\?")""")]
    private static partial Regex GroupsHash();

    [GeneratedRegex("‹[^›]*›")]
    private static partial Regex Mark();

    sealed class Side(ScimHost host, FakeTimeProvider clock) : IAsyncDisposable
    {
        public Dictionary<string, string> Ids { get; } = [];

        // Time goes on with each look at it, so that ids have an order; each request begins at a time of its own.
        public static async Task<Side> StartAsync(StoreKind kind, string dialect, string indirect)
        {
            var clock = new FakeTimeProvider(Start) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
            return new Side(await OwnSchemas.StartAsync(kind, RandomRequests.Files, dialect, tenantSettings: new Dictionary<string, string> { ["IndirectGroups"] = indirect },
                services: s => s.AddSingleton<TimeProvider>(clock)), clock);
        }

        public async Task<HttpAnswer> Ask(RandomRequest request, int step)
        {
            clock.SetUtcNow(Start.AddMilliseconds(100 * step) is var begin && begin > clock.GetUtcNow() ? begin : clock.GetUtcNow());
            var filled = Fill(request);
            return await host.Client.Send(filled.Method, filled.Target, filled.Body, filled.Headers);
        }

        public RandomRequest Fill(RandomRequest request) => request with { Target = Fill(request.Target), Body = request.Body is null ? null : Fill(request.Body) };

        string Fill(string text) => Mark().Replace(text, m => Ids.GetValueOrDefault(m.Value, "unknown"));

        // Goes on or back; at an end the walk is over.
        public bool Turn(HttpAnswer answer, int step)
        {
            var way = answer.Status != 200 ? null : step % 3 > 0 ? answer.Json["nextCursor"] : answer.Json["previousCursor"] ?? answer.Json["nextCursor"];
            Ids["‹cursor›"] = way?.GetValue<string>() ?? "";
            return way is not null;
        }

        public string Tell(HttpAnswer answer)
        {
            var names = Ids.Where(p => p.Key != "‹cursor›").ToDictionary(p => p.Value, p => p.Key);
            var text = $"{answer.Status} {string.Join(' ', Compared.Select(h => answer.Headers.GetValueOrDefault(h)))} {answer.Text}";
            text = GroupsHash().Replace(text, "‹hash›");
            text = AnyId().Replace(text, m => names.GetValueOrDefault(m.Value, "‹new›"));
            return Cursors().Replace(Moment().Replace(text, "$1"), "‹cursor›");
        }

        public async ValueTask DisposeAsync() => await host.DisposeAsync();
    }
}
