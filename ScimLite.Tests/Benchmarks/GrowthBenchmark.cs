using System.Diagnostics;
using System.Globalization;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;

namespace ScimLite.Tests.Benchmarks;

/// <summary>
/// Measures what grows with the directory: nothing may, by more than 1.3. Each figure is a ratio of two kinds of request that were
/// sent in turn, so that a busy machine slows both.
/// </summary>
public static class GrowthBenchmark
{
    private const int Small = 1000, Samples = 400;

    /// <summary>Compares a directory of 1,000 users with one of as many as asked, on both stores or on one, and prints the tables.</summary>
    public static async Task<int> RunAsync(int size, params IEnumerable<StoreKind> stores)
    {
        var redis = new RedisServer();
        await redis.InitializeAsync();
        Console.WriteLine($"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}; Redis: {RedisServer.Description}");
        foreach (var store in stores)
        {
            using var server = await StartAsync(store);
            var small = new FilledDirectory(server, "token-of-the-small-one", "/scim/v2");
            var large = new FilledDirectory(server, "token-of-the-large-one", "/scim/v2");
            await FillAsync(small, Small, [10, 1000]);
            var clock = Stopwatch.StartNew();
            await FillAsync(large, size, [10, 1000, size]);
            Console.WriteLine($"\n{store}: {size} users and {size + 1010} memberships created in {clock.Elapsed.TotalSeconds:F0} s; the server holds {server.Memory / 1_048_576} MB");
            await GrowthAsync(small, large, size);
            if (store == StoreKind.Redis)
            {
                await SizesAsync();
            }
        }
        await redis.DisposeAsync();
        return 0;
    }

    /// <summary>Starts ScimLite with two tenants, at a rate that nothing reaches.</summary>
    public static Task<ServerProcess> StartAsync(StoreKind store, int activityEntries = 50_000) => ServerProcess.StartAsync("ScimLite", url => ["--urls", url], new Dictionary<string, string>
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["Logging__LogLevel__Default"] = "Warning",
        ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Warning",
        ["ConnectionStrings__Redis"] = store == StoreKind.Redis ? RedisServer.ConnectionString : "",
        // Fewer than the users, so that the log is in its steady state.
        ["ScimLite__Activity__MaxEntries"] = activityEntries.ToString(CultureInfo.InvariantCulture),
        ["ScimLite__Tenants__small__Token"] = "token-of-the-small-one",
        ["ScimLite__Tenants__small__RequestsPerSecond"] = "100000",
        ["ScimLite__Tenants__large__Token"] = "token-of-the-large-one",
        ["ScimLite__Tenants__large__RequestsPerSecond"] = "100000",
    });

    private static async Task FillAsync(FilledDirectory directory, int users, int[] groups)
    {
        await directory.AddUsersAsync(users);
        foreach (var members in groups)
        {
            await directory.AddGroupAsync(members);
        }
    }

    // One request at a time, small and large in turn: the medians differ by what the size costs.
    private static async Task GrowthAsync(FilledDirectory small, FilledDirectory large, int size)
    {
        Console.WriteLine($"{"step (one request at a time, median)",-44}{"small",10}{"large",10}{"ratio",8}");
        await large.AddUsersAsync(Samples + 50);
        await CompareAsync("add one member: group of 10 / 1,000", i => Member(large, size, 10, i), i => Member(large, size, 1000, i));
        await CompareAsync($"add one member: group of 10 / {size:N0}", i => Member(large, size, 10, i), i => Member(large, size, size, i));
        await CompareAsync($"20 members: of 1,000 / end of {size:N0}", _ => Members(large, 1000, 1), _ => Members(large, size, size - 100));
        await CompareAsync("find by userName", i => Find(small, i), i => Find(large, i));
        await CompareAsync("POST a user", _ => Post(small), _ => Post(large));
        await CompareAsync("Bulk of 20 new users", _ => Bulk(small), _ => Bulk(large));
        await CompareAsync("GET a user", i => Get(small, i), i => Get(large, i));
        await CompareAsync("PATCH a user", i => Patch(small, i), i => Patch(large, i));
        await CompareAsync("page of 20, at the start", _ => Page(small, 1), _ => Page(large, 1));
        await CompareAsync("page of 20 of the large one: start / end", _ => Page(large, 1), _ => Page(large, size - 100));
        await CompareAsync("20 of a range of names", _ => Range(small), _ => Range(large));
        await CompareAsync("20 in the middle, sorted", _ => Sorted(small, Small / 2), _ => Sorted(large, size / 2));
        var (smallCursor, largeCursor) = (await CursorAsync(small), await CursorAsync(large));
        await CompareAsync("page of 20 by cursor", _ => OnFrom(small, smallCursor), _ => OnFrom(large, largeCursor));
        await CompareAsync("DELETE a user", _ => Delete(small), _ => Delete(large));
    }

    // What Redis needs for each key, and so for each user or entry of it.
    private static async Task SizesAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(RedisServer.ConnectionString);
        var database = connection.GetDatabase();
        var users = await database.HashLengthAsync("scimlite:{large}:documents:User");
        Console.WriteLine($"{"key",-34}{"bytes",16}{"for each user",16}");
        await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: "scimlite:{large}:*"))
        {
            var bytes = (long)await database.ExecuteAsync("MEMORY", "USAGE", key, "SAMPLES", 500);
            if (bytes > users)
            {
                Console.WriteLine($"{key,-34}{bytes,16:N0}{bytes / users,16:N0}");
            }
        }
    }

    private static async Task CompareAsync(string step, Func<int, Task<double>> small, Func<int, Task<double>> large)
    {
        var times = (Small: new List<double>(), Large: new List<double>());
        for (var i = 0; i < Samples + 50; i++)
        {
            var (first, second) = (await small(i), await large(i));
            if (i >= 50)
            {
                times.Small.Add(first);
                times.Large.Add(second);
            }
        }
        var (a, b) = (Median(times.Small), Median(times.Large));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step,-44}{a,7:F3} ms{b,7:F3} ms{b / a,8:F2}"));
    }

    private static Task<double> Find(FilledDirectory directory, int i) => TimeAsync(directory, "GET", "/Users" + Texts.Match($"u{1 + (i * 7 % Small):D7}"), null, 200);

    private static async Task<double> Post(FilledDirectory directory)
    {
        var user = Texts.User(directory.NextName());
        var start = Stopwatch.GetTimestamp();
        directory.Users.Add(await directory.CreateAsync("/Users", user));
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<double> Bulk(FilledDirectory directory)
    {
        var body = Texts.Bulk(Enumerable.Range(0, 20).Select(_ => Texts.User(directory.NextName())));
        return await TimeAsync(directory, "POST", "/Bulk", body, 200);
    }

    private static Task<double> Members(FilledDirectory directory, int size, int start) =>
        TimeAsync(directory, "GET", $"/Groups/{directory.Groups[size]}/members?startIndex={start}&count=20", null, 200);

    private static Task<double> Get(FilledDirectory directory, int i) => TimeAsync(directory, "GET", "/Users/" + directory.Users[i * 11 % Small], null, 200);

    private static Task<double> Patch(FilledDirectory directory, int i) => TimeAsync(directory, "PATCH", "/Users/" + directory.Users[i * 13 % Small], Texts.Title($"Title {Guid.NewGuid()}"), 200);

    private static Task<double> Page(FilledDirectory directory, int start) => TimeAsync(directory, "GET", $"/Users?startIndex={start}&count=20", null, 200);

    private static Task<double> Range(FilledDirectory directory) =>
        TimeAsync(directory, "GET", $"/Users?filter={Uri.EscapeDataString("userName ge \"u0000500\" and userName lt \"u0000520\"")}", null, 200);

    private static Task<double> Sorted(FilledDirectory directory, int start) => TimeAsync(directory, "GET", $"/Users?sortBy=userName&sortOrder=descending&startIndex={start}&count=20", null, 200);

    private static Task<double> OnFrom(FilledDirectory directory, string cursor) => TimeAsync(directory, "GET", $"/Users?count=20&cursor={cursor}", null, 200);

    // Thirty pages into a walk.
    private static async Task<string> CursorAsync(FilledDirectory directory)
    {
        var cursor = "";
        for (var page = 0; page < 30; page++)
        {
            var (status, body) = await directory.SendAsync("GET", $"/Users?count=20&cursor={cursor}", null, readBody: true);
            FilledDirectory.Check(status == 200, body);
            using var list = System.Text.Json.JsonDocument.Parse(body);
            cursor = list.RootElement.GetProperty("nextCursor").GetString()!;
        }
        return cursor;
    }

    private static async Task<double> Delete(FilledDirectory directory)
    {
        var id = directory.Users[^1];
        directory.Users.RemoveAt(directory.Users.Count - 1);
        return await TimeAsync(directory, "DELETE", "/Users/" + id, null, 204);
    }

    // A user who is no member yet is added and taken out again; the adding is timed.
    private static async Task<double> Member(FilledDirectory directory, int users, int size, int i)
    {
        var (group, user) = (directory.Groups[size], directory.Users[users + i]);
        var time = await TimeAsync(directory, "PATCH", "/Groups/" + group, Texts.Member("Add", user), 204);
        await TimeAsync(directory, "PATCH", "/Groups/" + group, Texts.Member("Remove", user), 204);
        return time;
    }

    private static async Task<double> TimeAsync(FilledDirectory directory, string method, string path, string? body, int status)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await directory.SendAsync(method, path, body);
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        FilledDirectory.Check(answer.Status == status, $"{method} {path}: {answer.Status}");
        return time;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
