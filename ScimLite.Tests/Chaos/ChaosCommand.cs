using System.Diagnostics;
using System.Globalization;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Chaos;

/// <summary>The commands <c>chaos</c> and <c>soak</c>, which are too long for everyday's tests.</summary>
internal static class ChaosCommand
{
    /// <summary>Runs the scenarios named, or all, with provisioning cycles beside the ledger, and prints a table.</summary>
    /// <returns>0 when each came to a good end; those that wait for too few replicas may lose what they don't promise.</returns>
    public static async Task<int> RunAsync(string[] names)
    {
        var good = true;
        Console.WriteLine("| scenario | acknowledged | lost | 503 | no answer | other 5xx | longest pause | verify | cycle |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (name, run) in ChaosScenarios.All.Where(s => names.Length == 0 || names.Contains(s.Key)))
        {
            var r = await run(true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {r.Acknowledged} | {r.Lost} | {r.Unavailable} | {r.Broken} | {r.Wrong} | {r.Gap:F1} s | {(r.Verify == 0 ? "agrees" : r.Verify)} | {(r.Cycle == 0 ? "converged" : r.Cycle)} |"));
            Console.Write(r.Said.Length == 0 ? "" : r.Said + "\n");
            good &= r.Good || (ChaosScenarios.MayLose.Contains(name) && r.Wrong == 0);
        }
        return good ? 0 : 1;
    }

    /// <summary>Runs provisioning cycles against one process for so many minutes, and prints each minute what the process holds.</summary>
    public static async Task<int> SoakAsync(int minutes)
    {
        await using var redis = await RedisProcess.StartAsync(["--appendonly", "yes", "--save", ""]);
        await using var replica = new ServiceReplica(redis.Address, 0);
        await replica.StartAsync();
        var (clock, cycles, failed) = (Stopwatch.StartNew(), 0, 0);
        using var pace = new PeriodicTimer(TimeSpan.FromMinutes(1));
        var cycling = Task.Run(async () =>
        {
            while (clock.Elapsed < TimeSpan.FromMinutes(minutes))
            {
                var (code, said) = await ServiceReplica.RunAsync("", "sync-cycle", "--target", replica.Url + "/scim/v2", "--token", ServiceReplica.Token + "-cycle", "--users", "300", "--groups", "20", "--cycles", "5", "--parallel", "4", "--seed", $"{++cycles}");
                if (code != 0)
                {
                    failed++;
                    Console.WriteLine(said);
                }
            }
        });
        Console.WriteLine("minute  working set MB  threads  handles  connections of Redis  runs");
        while (!cycling.IsCompleted)
        {
            await pace.WaitForNextTickAsync();
            replica.Process.Refresh();
            var handles = Directory.EnumerateFileSystemEntries($"/proc/{replica.Process.Id}/fd").Count();
            var clients = (await redis.AskAsync("INFO", "clients")).Split('\n').First(l => l.StartsWith("connected_clients:", StringComparison.Ordinal))["connected_clients:".Length..].Trim();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalMinutes,6:F0}{replica.Process.WorkingSet64 / 1_048_576,16}{replica.Process.Threads.Count,9}{handles,9}{clients,22}{cycles,6}"));
        }
        await cycling;
        var (verify, found) = await ServiceReplica.RunAsync(redis.Address, "verify");
        Console.WriteLine($"{cycles} runs of five cycles, {failed} did not converge; {found}");
        return failed + verify;
    }
}
