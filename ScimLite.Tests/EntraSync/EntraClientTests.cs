using System.Net;
using Microsoft.Extensions.Time.Testing;
using ScimLite.EntraSync;

namespace ScimLite.Tests.EntraSync;

/// <summary>How the client waits, repeats, stops and tells failures apart.</summary>
public sealed class EntraClientTests
{
    private static readonly EntraRequest Get = new("GET", "/Users");

    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_429_it_waits_for_Retry_After_and_sends_again()
    {
        var server = new Scripted([(429, 7), (200, null)]);
        using var client = Client(server);

        var sending = client.SendAsync(Get, Cancel);
        clock.Advance(TimeSpan.FromSeconds(6.9));
        Assert.Equal((false, 1), (sending.IsCompleted, server.Asked));
        clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal(200, (await sending).Status);
        Assert.Equal(2, server.Asked);
        Assert.Equal((TimeSpan.FromSeconds(7), 0), (client.Paused, client.GivenUp));
    }

    [Fact]
    public async Task One_refusal_makes_every_request_wait()
    {
        var server = new Scripted([(503, 5), (200, null), (200, null)]);
        using var client = Client(server);

        var first = client.SendAsync(Get, Cancel);
        var second = client.SendAsync(Get, Cancel);
        Assert.Equal(1, server.Asked);
        clock.Advance(TimeSpan.FromSeconds(5.1));

        Assert.Equal((200, 200), ((await first).Status, (await second).Status));
    }

    [Theory]
    [InlineData(3600, 5)]
    [InlineData(1, 0)]
    public async Task It_does_not_wait_longer_than_it_may_nor_repeat_more_often(int retryAfter, int retries)
    {
        var server = new Scripted([(503, retryAfter)]);
        using var client = Client(server, o => o with { Retries = retries });

        var exchange = await client.SendAsync(Get, Cancel);

        Assert.Equal((503, TimeSpan.FromSeconds(retryAfter)), (exchange.Status, exchange.RetryAfter));
    }

    [Fact]
    public async Task A_rate_spaces_requests_evenly()
    {
        var server = new Scripted([.. Enumerable.Repeat((200, (int?)null), 5)]);
        using var client = Client(server, o => o with { RequestsPerSecond = 4 });

        var all = Enumerable.Range(0, 5).Select(_ => client.SendAsync(Get, Cancel)).ToArray();
        for (var sent = 1; sent <= 5; sent++)
        {
            Assert.Equal(sent, server.Asked);
            clock.Advance(TimeSpan.FromMilliseconds(251));
        }
        await Task.WhenAll(all);
    }

    [Fact]
    public async Task At_the_cap_nothing_more_is_sent()
    {
        var server = new Scripted([(200, null), (200, null)]);
        using var client = Client(server, o => o with { MaxRequests = 1 });

        await client.SendAsync(Get, Cancel);

        await Assert.ThrowsAsync<RequestCapException>(() => client.SendAsync(Get, Cancel));
        Assert.Equal((1, 1L), (server.Asked, client.Sent));
    }

    [Fact]
    public async Task Where_nobody_listens_the_exchange_says_unreachable()
    {
        using var client = new EntraClient(new EntraClientOptions(["http://127.0.0.1:1/scim"], "t"));

        var exchange = await client.SendAsync(Get, Cancel);

        Assert.Equal((0, ExchangeFault.Unreachable), (exchange.Status, exchange.Fault));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_told_as_such()
    {
        var server = new Scripted([]);
        using var client = Client(server);

        var sending = client.SendAsync(Get, Cancel);
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(ExchangeFault.TimedOut, (await sending).Fault);
    }

    [Fact]
    public async Task A_cut_request_reaches_the_server_and_its_answer_nobody()
    {
        var server = new Scripted([(201, null)]);
        using var client = Client(server, o => o with { CutAfter = _ => TimeSpan.FromSeconds(1) });

        var exchange = await client.SendAsync(Get, Cancel);

        Assert.Equal((1, ExchangeFault.Broken), (server.Asked, exchange.Fault));
    }

    private EntraClient Client(Scripted server, Func<EntraClientOptions, EntraClientOptions>? more = null)
    {
        var options = new EntraClientOptions(["http://localhost/scim"], "t") { Retries = 3 };
        return new EntraClient(more?.Invoke(options) ?? options, server, clock);
    }

    /// <summary>Answers at once with each status in turn, and after the last one never.</summary>
    private sealed class Scripted((int Status, int? RetryAfter)[] answers) : HttpMessageHandler
    {
        private int asked;

        public int Asked => asked;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref asked) - 1;
            if (number >= answers.Length)
            {
                return Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith<HttpResponseMessage>(_ => throw new TaskCanceledException(), TaskScheduler.Default);
            }
            var answer = new HttpResponseMessage((HttpStatusCode)answers[number].Status) { Content = new StringContent("{}") };
            if (answers[number].RetryAfter is { } seconds)
            {
                answer.Headers.Add("Retry-After", $"{seconds}");
            }
            return Task.FromResult(answer);
        }
    }
}
