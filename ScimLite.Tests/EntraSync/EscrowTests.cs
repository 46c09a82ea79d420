using System.Net;
using ScimLite.EntraSync;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.EntraSync;

/// <summary>One object that fails does not stop the others, and is tried again.</summary>
public sealed class EscrowTests
{
    private static readonly SyncOptions Few = new() { Users = 12, Groups = 3, Memberships = 20, Cycles = 2, Seed = 5 };

    [Fact]
    public async Task What_failed_once_is_there_after_the_next_cycle_and_is_reported_as_a_difference_before()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var server = new Failing(host.Server.CreateHandler(), Few, times: 1);

        var report = await SyncRun.Against(server, Few, host.Token);

        Assert.Equal([("initial", 1L), ("incremental", 0L), ("identical", 0L), ("restart", 0L)], report.Cycles.Select(c => (c.Kind, c.Failures)));
        Assert.Equal((0L, 0L), (report.Cycles[2].Writes, report.Cycles[3].Writes));
        var error = Assert.Single(report.Errors);
        Assert.Equal(("create user: 500", 1L), (error.Cause, error.Count));
        Assert.StartsWith("POST /Users: no luck today", Assert.Single(error.Examples), StringComparison.Ordinal);
        Assert.Equal((false, "id", "provisioned"), (report.Converged, report.Differences[0].Attribute, report.Differences[0].Expected));
    }

    [Fact]
    public async Task What_fails_always_is_tried_with_growing_gaps_and_the_run_ends()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        var options = Few with { Cycles = 1 };
        using var server = new Failing(host.Server.CreateHandler(), options, times: int.MaxValue);

        var report = await SyncRun.Against(server, options, host.Token);

        Assert.Equal([("initial", 1L), ("escrow", 1L), ("escrow", 0L), ("escrow", 1L), ("identical", 0L), ("restart", 0L)], report.Cycles.Select(c => (c.Kind, c.Failures)));
        Assert.Equal(("complete", Verbs.Differences), (report.Ended, report.ExitCode));
        Assert.Equal(3, Assert.Single(report.Errors).Examples.Count);
        Assert.Empty(report.Diagnoses);
    }

    [Fact]
    public async Task A_tenants_rate_is_waited_for_and_is_no_failure()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, tenantSettings: new Dictionary<string, string> { ["RequestsPerSecond"] = "60" });
        var refused = 0;

        var report = await SyncRun.Against(host, Few with { Cycles = 1 }, wire => wire with
        {
            Retries = 10,
            Recorder = exchange =>
            {
                wire.Recorder!(exchange);
                _ = exchange.Status == 429 ? Interlocked.Increment(ref refused) : 0;
            },
        });

        Assert.True(report.Converged, ReportText.Write(report));
        Assert.True(refused > 0);
        Assert.Equal((refused, 0), (report.Throttled.TooManyRequests, report.Throttled.GivenUp));
    }

    /// <summary>Refuses to create the third user, as often as it is told.</summary>
    private sealed class Failing(HttpMessageHandler sound, SyncOptions options, int times) : DelegatingHandler(sound)
    {
        private readonly string third = $"\"{new FakeDirectory(options).Users[2].ObjectId}\"";
        private int failed;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Method == HttpMethod.Post && (await request.Content!.ReadAsStringAsync(cancellationToken)).Contains(third, StringComparison.Ordinal)
                && Interlocked.Increment(ref failed) <= times
                ? new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("no luck today") }
                : await base.SendAsync(request, cancellationToken);
    }
}
