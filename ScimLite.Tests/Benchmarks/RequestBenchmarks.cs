using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Benchmarks;

/// <summary>
/// Whole requests through the service's pipeline on the in-memory store, without a socket, to see what each allocates. The baseline
/// is a request that no route takes, so the difference is ScimLite's own.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class RequestBenchmarks
{
    private ScimHost host = null!;
    private string user = "", group = "";
    private byte[] add = [], remove = [];
    private int sent;

    /// <summary>Starts the service with one user and one group.</summary>
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        host = await ScimHost.StartAsync(StoreKind.Memory);
        user = await CreateAsync("Users", Texts.User("ada"));
        group = await CreateAsync("Groups", Texts.Group("engines"));
        add = Encoding.UTF8.GetBytes(Texts.Member("Add", user));
        remove = Encoding.UTF8.GetBytes(Texts.Member("Remove", user));
    }

    /// <summary>Stops the service.</summary>
    [GlobalCleanup]
    public void Stop() => host.Dispose();

    /// <summary>What the server and the benchmark allocate by themselves.</summary>
    [Benchmark(Baseline = true)]
    public Task<int> No_route() => SendAsync("GET", "/none", null, 404);

    /// <summary>GET by id.</summary>
    [Benchmark]
    public Task<int> Get_a_user() => SendAsync("GET", "/scim/v2/Users/" + user, null, 200);

    /// <summary>PATCH of one member, there and back.</summary>
    [Benchmark]
    public Task<int> Patch_one_member() => SendAsync("PATCH", "/scim/v2/Groups/" + group, sent++ % 2 == 0 ? add : remove, 204);

    private async Task<int> SendAsync(string method, string path, byte[]? body, int status)
    {
        var answer = await host.Server.SendAsync(http =>
        {
            http.Request.Method = method;
            http.Request.Path = path;
            http.Request.Headers.Authorization = "Bearer " + host.Token;
            if (body is not null)
            {
                http.Request.ContentType = "application/scim+json";
                http.Request.ContentLength = body.Length;
                http.Request.Body = new MemoryStream(body);
            }
        });
        FilledDirectory.Check(answer.Response.StatusCode == status, $"{answer.Response.StatusCode}");
        await answer.Response.Body.CopyToAsync(Stream.Null);
        return answer.Response.StatusCode;
    }

    private async Task<string> CreateAsync(string path, string text)
    {
        using var body = new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("application/scim+json"));
        var answer = await host.Client.PostAsync(new Uri(path, UriKind.Relative), body);
        using var resource = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return resource.RootElement.GetProperty("id").GetString()!;
    }
}
