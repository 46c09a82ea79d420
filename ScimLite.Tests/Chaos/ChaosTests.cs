using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Chaos;

/// <summary>The scenarios that are quick enough for every day; <c>dotnet run -c Release --project ScimLite.Tests -- chaos</c> runs them all, with provisioning cycles.</summary>
public sealed class ChaosTests
{
    [Theory]
    [InlineData("redis-killed")]
    [InlineData("cluster-primary-killed")]
    public async Task What_was_acknowledged_is_there_whatever_was_killed(string scenario)
    {
        RedisProcess.IsNeeded();
        var result = await ChaosScenarios.All[scenario](false);
        Assert.True(result.Good, $"{result}");
    }

    [Fact]
    public async Task A_rolling_update_fails_no_call()
    {
        RedisProcess.IsNeeded();
        var result = await ChaosScenarios.All["rolling-update"](false);
        Assert.True(result is { Good: true, Unavailable: 0, Broken: 0 }, $"{result}");
    }
}
