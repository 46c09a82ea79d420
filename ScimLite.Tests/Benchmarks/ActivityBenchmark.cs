using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using ScimLite.Validation;

namespace ScimLite.Tests.Benchmarks;

/// <summary>
/// What the activity log costs: a write with it beside the same write without, and a page of a log of a million entries beside one
/// of a thousand. Each figure is a ratio of two things done in turn.
/// </summary>
public static class ActivityBenchmark
{
    private const int Short = 1000, Long = 1_000_000, Samples = 3000, Reads = 200;

    private static readonly ActivityRetention With = new(30, Long), Without = new(30, 0);

    /// <summary>Runs everything and prints the ratios.</summary>
    public static async Task<int> RunAsync()
    {
        var redis = new RedisServer();
        await redis.InitializeAsync();
        using var telemetry = new ScimTelemetry();
        await using var connection = new RedisConnection(RedisServer.ConnectionString);
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}; Redis: {RedisServer.Description}");
        await RunAsync("memory", new InMemoryStore(), telemetry);
        await RunAsync("redis", new RedisStore(connection, SchemaCatalog.Core, telemetry), telemetry);
        await redis.DisposeAsync();
        return 0;
    }

    private static async Task RunAsync<TStore>(string name, TStore store, ScimTelemetry telemetry) where TStore : IResourceStore, IActivityStore
    {
        var (told, untold) = (new Writer(store, store, With, telemetry), new Writer(store, store, Without, telemetry));
        Print(name, "POST a user, with the log by without", await InTurnAsync(Samples, told.CreateAsync, untold.CreateAsync));
        Print(name, "PATCH an attribute, with the log by without", await InTurnAsync(Samples, told.PatchAsync, untold.PatchAsync));
        Print(name, "PATCH one member, with the log by without", await InTurnAsync(Samples, told.AddAsync, untold.AddAsync));

        await FillAsync(store, "short", Short);
        await FillAsync(store, "long", Long);
        var reader = new ActivityReader(store, SchemaCatalog.Core);
        await ReadAsync("the newest page of 50", new ActivityFilter(), long.MaxValue);
        await ReadAsync("a page of 50 deep inside", new ActivityFilter(), 500);
        await ReadAsync("the time line of one resource", new ActivityFilter(Resource: "r7"), long.MaxValue);
        await ReadAsync("a text that nobody has", new ActivityFilter(Text: "nobody"), long.MaxValue);

        async Task ReadAsync(string what, ActivityFilter filter, long before) => Print(name, $"{what}: {Long} by {Short} entries", await InTurnAsync(Reads,
            async () => await reader.ReadAsync("long", filter, before, 50, CancellationToken.None),
            async () => await reader.ReadAsync("short", filter, before, 50, CancellationToken.None)));
    }

    // Every thousandth entry is of the same resource in both logs.
    private static async Task FillAsync(IActivityStore store, string tenant, int entries)
    {
        for (var first = 0; first < entries; first += 100)
        {
            await store.AppendActivityAsync(tenant, [.. Enumerable.Range(first, 100).Select(i => new ActivityEntry
            {
                Time = TimeProvider.System.GetUtcNow(),
                Operation = "patch",
                ResourceType = "User",
                ResourceId = i < 1000 ? $"r{i % 20}" : $"s{i}",
                Credential = "Entra",
                Call = Guid.NewGuid().ToString("N"),
                CorrelationId = "0b8c6a0e-1c9f-4f5e-9a55-3d6a6f1e2b77",
                UserName = $"user-{i}@contoso.com",
                Changes = [new AttributeChange("title", "Countess", "Engineer"), new AttributeChange("name.givenName", "Ada", "Augusta")],
                Error = new ActivityError(409, "uniqueness", "userName 'ada@contoso.com' is already used by another User."),
                Retention = With,
            })], CancellationToken.None);
        }
    }

    // The medians of what was done in turn.
    private static async Task<double> InTurnAsync(int samples, Func<Task> one, Func<Task> other)
    {
        var (first, second) = (new List<double>(), new List<double>());
        for (var i = 0; i < samples; i++)
        {
            first.Add(await TimeAsync(one));
            second.Add(await TimeAsync(other));
        }
        return Median(first[(samples / 10)..]) / Median(second[(samples / 10)..]);
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var start = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(string store, string what, double ratio) => Console.WriteLine($"{store,-6} {what}: {ratio:F2}");

    // Writes to a directory of its own.
    private sealed class Writer
    {
        private readonly Provisioner provisioner;
        private readonly ScimTelemetry telemetry;
        private readonly Caller caller = new($"w{Guid.NewGuid():N}", "Entra", Dialect.Entra, true, "c", "https://scim.example.com/scim/v2");
        private string user = "", group = "";
        private int count;

        public Writer(IResourceStore store, IActivityStore activity, ActivityRetention retention, ScimTelemetry telemetry)
        {
            this.telemetry = telemetry;
            var log = new ActivityLog(activity, retention, telemetry, TimeProvider.System, NullLogger<ActivityLog>.Instance);
            provisioner = new Provisioner(store, SchemaCatalog.Core, log, new RestoreSettings(), TimeProvider.System);
        }

        public async Task CreateAsync()
        {
            user = await SendAsync("create", "User", Texts.User($"user-{++count}"));
        }

        public async Task PatchAsync() => await SendAsync("patch", "User", Texts.Title($"{++count}"));

        public async Task AddAsync()
        {
            group = group.Length > 0 ? group : await SendAsync("create", "Group", Texts.Group("Engines"));
            await SendAsync("patch", "Group", Texts.Member("Add", $"m{++count}"));
        }

        private async Task<string> SendAsync(string operation, string type, string body)
        {
            using var json = JsonDocument.Parse(body);
            using var call = telemetry.StartCall(caller.Tenant, operation, type);
            var resourceType = SchemaCatalog.Core.FindType(type)!;
            var outcome = operation == "create"
                ? await provisioner.CreateAsync(caller, resourceType, json.RootElement, call, CancellationToken.None)
                : await provisioner.PatchAsync(caller, resourceType, type == "User" ? user : group, json.RootElement, null, call, CancellationToken.None);
            return ((Provisioned.Done)outcome).Id;
        }
    }
}
