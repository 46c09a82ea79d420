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
