namespace ScimLite.Tests.Hosting;

/// <summary>Says which Redis-compatible server the run used: a store that was not tested must not look as if it had been.</summary>
public sealed class RedisServerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_store_tests_run_on_a_real_server()
    {
        output.WriteLine($"The store tests ran on {RedisServer.Description}");
        await using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(RedisServer.ConnectionString);
        Assert.Equal("yes", (string?)await connection.GetDatabase().ScriptEvaluateAsync("return 'yes'"));
    }
}
