using System.Net;
using ScimLite.EntraSync;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.EntraSync;

/// <summary>Entra's cycles against ScimLite: after each the directory is the company, and what has not changed is not written again.</summary>
public sealed class ConvergenceTests
{
    [Theory]
    [InlineData(StoreKind.Memory, SyncDialect.Default)]
    [InlineData(StoreKind.Memory, SyncDialect.AadOptscim062020)]
    [InlineData(StoreKind.Redis, SyncDialect.Default)]
    [InlineData(StoreKind.Redis, SyncDialect.AadOptscim062020)]
    public async Task It_converges_and_writes_nothing_again(StoreKind store, SyncDialect dialect)
    {
        await using var host = await ScimHost.StartAsync(store);

        Converged(await SyncRun.Against(host, SyncRun.Small with { Dialect = dialect }));
    }

    [Theory]
    [InlineData(MatchingAttribute.ExternalId)]
    [InlineData(MatchingAttribute.Email)]
    public async Task It_converges_as_a_job_of_the_gallery_does_it(MatchingAttribute match)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);

        Converged(await SyncRun.Against(host, SyncRun.Small with { Match = match, MembersPerPatch = 50, CheckReferences = true, GetBeforePatch = false }));
    }

    [Theory]
    [InlineData(SyncDialect.Default)]
    [InlineData(SyncDialect.AadOptscim062020)]
    public async Task It_converges_on_two_replicas_with_doubled_posts_cut_connections_a_new_token_and_a_storm_on_one_group(SyncDialect dialect)
    {
        await using var one = await ScimHost.StartAsync(StoreKind.Redis);
        await using var two = await ScimHost.StartAsync(StoreKind.Redis, sameDirectoryAs: one);
        using var replicas = new Replicas(one, two);
        var cut = 0;

        var report = await SyncRun.Against(replicas, SyncRun.Small with { Dialect = dialect, DuplicateEvery = 5, BigGroup = 40, NextToken = "the-next-token" }, one.Token,
            wire => wire with { CutAfter = _ => Interlocked.Increment(ref cut) % 20 == 0 ? TimeSpan.FromMilliseconds(1 + (cut / 20 % 5)) : null },
            "http://one/scim/v2", "http://two/scim/v2");

        Converged(report);
        Assert.Contains(report.Cycles, c => c.Kind == "big group");
        Assert.Equal(2, replicas.TokensSeen);
        Assert.Equal(2, replicas.Asked);
    }

    [Fact]
    public async Task A_second_run_over_the_directory_of_the_first_matches_everybody_and_writes_nothing()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        var options = SyncRun.Small with { Cycles = 1 };
        Converged(await SyncRun.Against(host, options));

        var second = await SyncRun.Against(host, options);

        Converged(second);
        Assert.Equal(("initial", 0), (second.Cycles[0].Kind, second.Cycles[0].Writes));
    }

    private static void Converged(SyncReport report)
    {
        Assert.True(report.Converged, ReportText.Write(report));
        Assert.Equal(Verbs.Good, report.ExitCode);
        Assert.Equal(0, report.DifferenceCount);
        Assert.Equal(["identical", "restart"], report.Cycles.TakeLast(2).Select(c => c.Kind));
        Assert.All(report.Cycles.TakeLast(2), c => Assert.Equal((0, 0), (c.Writes, c.Failures)));
    }

    /// <summary>Two replicas by their host names. The first token ends when the next one is seen, which stands for the tenant's own.</summary>
    private sealed class Replicas(ScimHost one, ScimHost two) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker[] ways = [new(one.Server.CreateHandler()), new(two.Server.CreateHandler())];
        private readonly int[] asked = new int[2];
        private volatile bool rotated;

        public int TokensSeen => rotated ? 2 : 1;

        public int Asked => asked.Count(n => n > 0);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.Authorization!.Parameter == "the-next-token")
            {
                rotated = true;
                request.Headers.Authorization = new("Bearer", one.Token);
            }
            else if (rotated)
            {
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = new StringContent("{}") });
            }
            var replica = request.RequestUri!.Host == "one" ? 0 : 1;
            Interlocked.Increment(ref asked[replica]);
            return ways[replica].SendAsync(request, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            Array.ForEach(ways, w => w.Dispose());
            base.Dispose(disposing);
        }
    }
}
