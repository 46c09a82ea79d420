using System.Net;
using System.Net.Http.Headers;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Handlers;

/// <summary>More at once than a process may do: what is beyond that is turned away at the door, in SCIM's shape, and nothing else suffers.</summary>
public sealed class OverloadTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_beyond_the_bound_is_told_to_come_back_and_the_one_under_way_ends_well()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, settings: new Dictionary<string, string> { ["ScimLite:Limits:MaxConcurrentRequests"] = "1" });
        await host.Client.CreateUser("first");
        var (slow, first) = await OccupyAsync(host);

        var turnedAway = (await host.Client.Send("POST", "Users", """{"userName":"second"}""")).Refuses(503);
        Assert.Equal("1", turnedAway.Header("Retry-After"));
        using var stranger = host.Connect(null);
        (await stranger.Send("GET", "Users")).Refuses(503);
        (await host.Client.Send("GET", "/health/live")).Is(200);
        (await host.Client.Send("GET", "/health/ready")).Is(200);

        slow.Finish();
        Assert.Equal(HttpStatusCode.Created, (await first).StatusCode);
        Assert.Equal(2, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    /// <summary>Fills a service that takes one request at a time with one that ends when its body is told to.</summary>
    internal static async Task<(SlowBody Body, Task<HttpResponseMessage> Answer)> OccupyAsync(ScimHost host)
    {
        while (true)
        {
            var slow = new SlowBody("""{"userName":"slow"}"""u8.ToArray());
            var answer = host.Client.PostAsync("Users", slow, Cancel);
            await Poll.Until(async () => answer.IsCompleted || (await host.Client.Send("GET", "Users")).Status == 503, "another request is turned away");
            if (!answer.IsCompleted)
            {
                return (slow, answer);
            }
            // The question was under way when it came.
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await answer).StatusCode);
        }
    }

    /// <summary>A body whose end comes when it is told to.</summary>
    internal sealed class SlowBody : HttpContent
    {
        readonly byte[] body;
        readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously), finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowBody(byte[] body)
        {
            this.body = body;
            Headers.ContentType = new MediaTypeHeaderValue(HttpAnswer.MediaType);
        }

        public Task Begun => begun.Task;

        public void Finish() => finish.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, 4), Cancel);
            await stream.FlushAsync(Cancel);
            begun.TrySetResult();
            await finish.Task.WaitAsync(Cancel);
            await stream.WriteAsync(body.AsMemory(4), Cancel);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
