using System.Globalization;
using BenchmarkDotNet.Running;
using ScimLite.Tests.Benchmarks;
using ScimLite.Tests.Chaos;
using ScimLite.Tests.Hosting;
using Xunit.Runner.InProc.SystemConsole;

namespace ScimLite.Tests;

/// <summary>
/// Runs the tests, or a benchmark when asked:
/// <c>dotnet run -c Release --project ScimLite.Tests -- benchmark</c> measures the service beside a bare API,
/// <c>… -- benchmark-growth</c> what its requests cost in a small and in a large directory
/// (<c>… -- benchmark-growth 1000000</c>: in one of a million users, on Redis),
/// <c>… -- benchmark-activity</c> what the activity log costs,
/// <c>… -- chaos</c> breaks what the service stands on, under load, <c>… -- soak 20</c> runs cycles for 20 minutes,
/// <c>… -- benchmark-protocol</c> the protocol floor and the allocations of whole requests, with BenchmarkDotNet.
/// </summary>
public static class EntryPoint
{
    /// <summary>Chooses by the first argument.</summary>
    public static async Task<int> Main(string[] args) => args switch
    {
        ["benchmark"] => await LoadBenchmark.RunAsync(),
        ["benchmark", var kind] => await LoadBenchmark.RunAsync(kind),
        ["benchmark-growth"] => await GrowthBenchmark.RunAsync(100_000, Enum.GetValues<StoreKind>()),
        ["benchmark-growth", var size] => await GrowthBenchmark.RunAsync(int.Parse(size, CultureInfo.InvariantCulture), StoreKind.Redis),
        ["benchmark-activity"] => await ActivityBenchmark.RunAsync(),
        ["benchmark-protocol", .. var rest] => BenchmarkSwitcher.FromTypes([typeof(ProtocolBenchmarks), typeof(RequestBenchmarks)])
            .Run(rest is [] ? ["--filter", "*"] : rest).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0,
        ["chaos", .. var names] => await ChaosCommand.RunAsync(names),
        ["soak", .. var minutes] => await ChaosCommand.SoakAsync(minutes is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 20),
        ["bare", var url, var redis] => await BareApi.RunAsync(url, redis),
        _ => await ConsoleRunner.Run(args),
    };
}
