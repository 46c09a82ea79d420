using BenchmarkDotNet.Running;
using ScimLite.Tests.Benchmarks;
using Xunit.Runner.InProc.SystemConsole;

namespace ScimLite.Tests;

/// <summary>
/// Runs the tests, or a benchmark when asked:
/// <c>dotnet run -c Release --project ScimLite.Tests -- benchmark</c> measures the service (growth, and throughput beside a bare API),
/// <c>… -- benchmark-activity</c> what the activity log costs,
/// <c>… -- benchmark-protocol</c> the protocol floor and the allocations of whole requests, with BenchmarkDotNet.
/// </summary>
public static class EntryPoint
{
    /// <summary>Chooses by the first argument.</summary>
    public static async Task<int> Main(string[] args) => args switch
    {
        ["benchmark"] => await ServiceBenchmark.RunAsync(),
        ["benchmark-activity"] => await ActivityBenchmark.RunAsync(),
        ["benchmark-protocol", .. var rest] => BenchmarkSwitcher.FromTypes([typeof(ProtocolBenchmarks), typeof(RequestBenchmarks)])
            .Run(rest is [] ? ["--filter", "*"] : rest).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0,
        ["bare", var url, var redis] => await BareApi.RunAsync(url, redis),
        _ => await ConsoleRunner.Run(args),
    };
}
