using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Store;
using StackExchange.Redis;

namespace ScimLite.Tests.Validation;

/// <summary>The real program in a process of its own: how it waits for Redis as it starts, and how it ends.</summary>
public sealed partial class LifeTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_waits_for_a_redis_that_comes_later_says_so_and_is_ready_when_it_is_there()
    {
        await using var server = new OwnServer();
        using var program = ScimProgram.Start("Production", ("ConnectionStrings__Redis", server.Address), ("ScimLite__Tenants__acme__Token", "a-token"));
        try
        {
            var log = await ScimProgram.ReadUntil(program.StandardOutput, $"Waiting for Redis at {server.Address}");
            log += log.Contains("Now listening on", StringComparison.Ordinal) ? "" : await ScimProgram.ReadUntil(program.StandardOutput, "Now listening on");
            using var client = Connect(log, "a-token");
            (await client.Send("GET", "/health/live")).Is(200);
            Assert.Equal(503, (await client.Send("GET", "/health/ready")).Status);
            (await client.Send("GET", "Users")).Refuses(503);

            await server.StartAsync();

            await ScimProgram.ReadUntil(program.StandardOutput, $"Redis at {server.Address} answers");
            await Poll.Until(async () => (await client.Send("GET", "/health/ready")).Status == 200, "it is ready");
            await client.CreateUser("ada");
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task An_outage_of_redis_is_one_line_at_its_start_and_one_at_its_end_without_any_call()
    {
        await using var server = await OwnServer.StartedAsync();
        using var program = ScimProgram.Start("Production", ("ConnectionStrings__Redis", server.Address), ("ScimLite__AdminKey", "an-admin-key-of-the-test"), ("ScimLite__Tenants__acme__Token", "a-token"));
        try
        {
            var log = await ScimProgram.ReadUntil(program.StandardOutput, "Application started");
            log += log.Contains($"Redis at {server.Address} answers", StringComparison.Ordinal) ? "" : await ScimProgram.ReadUntil(program.StandardOutput, $"Redis at {server.Address} answers");
            using var client = Connect(log, "a-token");
            using var admin = Connect(log, "an-admin-key-of-the-test");
            using var follower = await admin.GetAsync("/admin/api/tenants/acme/activity/live", HttpCompletionOption.ResponseHeadersRead, Cancel);
            using var events = new StreamReader(await follower.Content.ReadAsStreamAsync(Cancel));
            (await client.Send("GET", "/health/ready")).Is(200);

            await server.KillAsync();
            var away = await ScimProgram.ReadUntil(program.StandardOutput, "is away");
            // The counts of calls, the sweeper and the follower go on meanwhile.
            (await client.Send("GET", "Users")).Refuses(503);
            Assert.Equal(503, (await client.Send("GET", "/health/ready")).Status);
            Assert.Equal(503, (await client.Send("GET", "/health/ready")).Status);
            await server.StartAsync();
            away += await ScimProgram.ReadUntil(program.StandardOutput, $"Redis at {server.Address} is back after ");

            Assert.Contains($"Redis at {server.Address} is away, and calls are answered 503: {server.Address} refuses the connection: nothing listens there;", away, StringComparison.Ordinal);
            Assert.Single(Regex.Matches(away, "\"Message\":\"Redis at [^\"]* is away"));
            Assert.Single(Regex.Matches(away, $"\"Message\":\"Not ready: {server.Address} refuses the connection"));
            Assert.DoesNotContain("Could not", away, StringComparison.Ordinal);
            Assert.DoesNotContain("did not answer", away, StringComparison.Ordinal);
            Assert.DoesNotContain("\"LogLevel\":\"Error\"", away, StringComparison.Ordinal);
            await Poll.Until(async () => (await client.Send("GET", "/health/ready")).Status == 200, "it is ready");
            await client.CreateUser("ada");
            await Poll.Until(async () => await events.ReadLineAsync(Cancel) == "event: entry", "the follower hears of it");
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task A_redis_that_hangs_makes_readiness_fail_within_a_second_or_two_and_leaves_liveness()
    {
        RedisProcess.IsNeeded();
        await using var server = await RedisProcess.StartAsync(["--save", ""]);
        using var program = ScimProgram.Start("Production", ("ConnectionStrings__Redis", server.Address), ("ScimLite__Tenants__acme__Token", "a-token"));
        try
        {
            using var client = Connect(await ScimProgram.ReadUntil(program.StandardOutput, "Now listening on"), "a-token");
            await Poll.Until(async () => (await client.Send("GET", "/health/ready")).Status == 200, "it is ready");
            await server.SignalAsync("STOP");

            var watch = Stopwatch.StartNew();
            Assert.Equal(503, (await client.Send("GET", "/health/ready")).Status);
            // 0.8 s on a machine with time to spare; it was three seconds.
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);
            (await client.Send("GET", "/health/live")).Is(200);
            var log = await ScimProgram.ReadUntil(program.StandardOutput, "is away");

            Assert.Contains($"{server.Address} accepts the connection and does not answer: it hangs or is overloaded", log, StringComparison.Ordinal);
            await server.SignalAsync("CONT");
            await ScimProgram.ReadUntil(program.StandardOutput, "is back after");
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task A_wrong_password_is_named_as_the_cause_at_the_start_and_is_not_repeated()
    {
        RedisProcess.IsNeeded();
        await using var server = await RedisProcess.StartAsync(["--save", "", "--requirepass", "right-secret"]);
        using var program = ScimProgram.Start("Development", ("ConnectionStrings__Redis", $"{server.Address},password=wrong-secret"));
        try
        {
            var log = await ScimProgram.ReadUntil(program.StandardOutput, "Waiting for Redis");
            log += log.Contains("Press Ctrl+C", StringComparison.Ordinal) ? "" : await ScimProgram.ReadUntil(program.StandardOutput, "Press Ctrl+C");

            Assert.Matches($@"Waiting for Redis at {server.Address}, for \d s now, and answering 503: {server.Address} refuses the user name or the password \(WRONGPASS\)", log);
            Assert.DoesNotContain("wrong-secret", log, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    [Fact]
    public async Task On_a_store_of_a_later_build_it_ends_with_3_and_says_what_to_do()
    {
        await using var server = await OwnServer.StartedAsync();
        await using (var raw = await ConnectionMultiplexer.ConnectAsync(server.Address))
        {
            await raw.GetDatabase().StringSetAsync("scimlite:layout", "99");
        }
        using var program = ScimProgram.Start("Production", ("ConnectionStrings__Redis", server.Address), ("ScimLite__AdminKey", "an-admin-key-of-the-test"));
        var output = program.StandardOutput.ReadToEndAsync(Cancel);

        await program.WaitForExitAsync(Cancel);

        Assert.Equal(3, program.ExitCode);
        Assert.Contains("and this build knows 2 at most", await output, StringComparison.Ordinal);
        Assert.Contains("Run the newer build", await output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_to_end_it_is_not_ready_first_finishes_what_is_under_way_and_ends_with_0()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        using var program = ScimProgram.Start("Production", ("ScimLite__Tenants__acme__Token", "a-token"), ("ScimLite__ShutdownDelaySeconds", "2"));
        try
        {
            using var client = Connect(await ScimProgram.ReadUntil(program.StandardOutput, "Now listening on"), "a-token");
            using var body = new OverloadTests.SlowBody("""{"userName":"slow"}"""u8.ToArray());
            var slow = client.PostAsync("Users", body, Cancel);
            await body.Begun;
            (await client.Send("GET", "/health/ready")).Is(200);

            await Signal.SendAsync(program.Id, "TERM");

            await Poll.Until(async () => (await client.Send("GET", "/health/ready")).Status == 503, "it is not ready");
            (await client.Send("GET", "/health/live")).Is(200);
            Assert.Equal("close", (await client.CreateUser("meanwhile")).Header("Connection"));
            await ScimProgram.ReadUntil(program.StandardOutput, "Application is shutting down");
            // The delay is over and no connection is taken any more; what was under way still is.
            await Poll.Until(async () => await Record.ExceptionAsync(() => client.Send("GET", "/health/live")) is HttpRequestException, "it takes no connection");
            Assert.False(slow.IsCompleted);
            body.Finish();
            Assert.Equal(HttpStatusCode.Created, (await slow).StatusCode);
            await program.WaitForExitAsync(Cancel);
            Assert.Equal(0, program.ExitCode);
        }
        finally
        {
            await ScimProgram.Stop(program);
        }
    }

    static HttpClient Connect(string log, string token)
    {
        var client = new HttpClient { BaseAddress = new Uri(ListensOn().Match(log).Groups[1].Value + "/scim/v2/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListensOn();
}
