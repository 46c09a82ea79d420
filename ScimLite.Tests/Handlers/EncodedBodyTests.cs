using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Handlers;

/// <summary>Bodies with a <c>Content-Encoding</c> (RFC 9110 §8.4, RFC 7694), on every endpoint that reads one.</summary>
public sealed class EncodedBodyTests
{
    const string Gzip = "gzip";

    static byte[] Encode(string text, string encoding) => Encode(Encoding.UTF8.GetBytes(text), encoding);

    static byte[] Encode(byte[] bytes, string encoding)
    {
        using var output = new MemoryStream();
        using (Stream encoder = encoding switch
        {
            "deflate" => new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true),
            _ => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            encoder.Write(bytes);
        }

        return output.ToArray();
    }

    static async Task<HttpAnswer> Send(
        HttpClient client, string method, string target, byte[] body, string encoding, string type = HttpAnswer.MediaType)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(client.BaseAddress!, target)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        Assert.True(request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new HttpAnswer(
            (int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [OnBothStores(Gzip)]
    [OnBothStores("GZIP")]
    [OnBothStores("x-gzip")]
    [OnBothStores("deflate")]
    [OnBothStores("br")]
    public async Task An_encoded_body_is_read_on_every_write(StoreKind store, string encoding)
    {
        await using var host = await ScimHost.StartAsync(store);
        Task<HttpAnswer> Call(string method, string target, string body) => Send(
            host.Client, method, target, Encode(body, encoding.ToLowerInvariant()), encoding);

        var user = (await Call("POST", "Users", """{"userName":"ada"}""")).Is(201).Id;
        Assert.Equal("x", (string?)(await Call("PUT", $"Users/{user}", """{"userName":"ada","title":"x"}""")).Is(200).Json["title"]);
        Assert.Equal("y", (string?)(
            await Call("PATCH", $"Users/{user}", HttpCalls.Patch("""{"op":"add","path":"title","value":"y"}"""))).Is(200).Json["title"]);
        Assert.Equal(1, (await Call("POST", "Users/.search", """{"filter":"title eq \"y\""}""")).Is(200).Total);
        (await Call("POST", "Bulk", """{"Operations":[]}""")).Is(200);
        (await Call("POST", "Users", """{"userName":"ada"}""")).Refuses(409, "uniqueness");
        (await Call("POST", "Users", "{")).Refuses(400, "invalidSyntax");
        (await Send(host.Client, "POST", "Users", """{"userName":"bob"}"""u8.ToArray(), "identity")).Is(201);
    }

    [Theory, OnBothStores] // RFC 7694 §3: "the 415 response … with the Accept-Encoding header field"
    public async Task An_encoding_that_is_not_read_is_415_and_says_which_are(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var encoding in (string[])["zstd", "compress", "gzip, gzip", "br, gzip", "aes128gcm", "x"])
        {
            foreach (var (method, target) in ((string, string)[])[
                ("POST", "Users"), ("PATCH", "Groups/x"), ("POST", "Users/.search"), ("POST", "Bulk")])
            {
                var answer = (await Send(host.Client, method, target, Encode("""{"userName":"eve"}""", Gzip), encoding)).Refuses(415);
                Assert.Equal((encoding, "gzip, deflate, br"), (encoding, answer.Header("Accept-Encoding")));
                Assert.Contains("Content-Encoding", answer.Detail, StringComparison.Ordinal);
            }
        }

        Assert.Null((await host.Client.SendBytes("POST", "Users", "x"u8.ToArray(), "text/plain", [])).Refuses(415)
            .Header("Accept-Encoding"));
        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    [Theory]
    [OnBothStores(Gzip)]
    [OnBothStores("deflate")]
    [OnBothStores("br")]
    public async Task A_body_that_is_not_what_its_encoding_says_is_400(StoreKind store, string encoding)
    {
        await using var host = await ScimHost.StartAsync(store);
        var good = Encode($$"""{"userName":"eve","title":"{{Convert.ToHexString(Guid.NewGuid().ToByteArray())}}"}""", encoding);
        var flipped = good.ToArray();
        flipped[^6] ^= 0xFF;
        foreach (var bad in (byte[][])[
            """{"userName":"eve"}"""u8.ToArray(), good[..^9], good[..12], good[3..], [0xFF, 0xFF, 0xFF, 0xFF], [],
            .. encoding == "br" ? [] : new[] { flipped }])
        {
            (await Send(host.Client, "POST", "Users", bad, encoding)).Refuses(400, "invalidSyntax");
        }

        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    [Theory]
    [OnBothStores(Gzip)]
    [OnBothStores("deflate")]
    [OnBothStores("br")]
    public async Task The_limit_holds_after_decompression(StoreKind store, string encoding)
    {
        var settings = new Dictionary<string, string>
            { ["ScimLite:Limits:MaxBodyBytes"] = "4096", ["ScimLite:Limits:MaxGroupBodyBytes"] = "8192" };
        await using var host = await ScimHost.StartAsync(store, settings: settings);
        string Sized(string start, int bytes) => start + new string(' ', bytes - start.Length - 1) + "}";
        var bomb = Encode(Encoding.ASCII.GetBytes(Sized("""{"userName":"eve" """, 16 * 1_048_576)), encoding);

        (await Send(host.Client, "POST", "Users", Encode(Sized("""{"userName":"ada" """, 4096), encoding), encoding)).Is(201);
        Assert.Contains(
            "MaxBodyBytes",
            (await Send(host.Client, "POST", "Users", Encode(Sized("""{"userName":"eve" """, 4097), encoding), encoding))
            .Refuses(413).Detail, StringComparison.Ordinal);
        (await Send(host.Client, "POST", "Groups", Encode(Sized("""{"displayName":"a" """, 8192), encoding), encoding)).Is(201);
        Assert.Contains(
            "8192 bytes (the setting MaxGroupBodyBytes)", (await Send(host.Client, "POST", "Groups", bomb, encoding)).Refuses(413).Detail,
            StringComparison.Ordinal);
        (await Send(host.Client, "POST", "Bulk", bomb, encoding)).Refuses(413);
        (await Send(host.Client, "POST", "Users", bomb, encoding)).Refuses(413);
    }

    [Theory, OnBothStores]
    public async Task The_admin_API_and_the_token_endpoint_read_and_refuse_the_same_in_their_own_shapes(StoreKind store)
    {
        await using var admin = await AdminHost.StartAsync(store);
        using var client = admin.Host.Connect(AdminHost.Key);
        using var stranger = admin.Host.Connect(null);
        Task<HttpAnswer> Admin(byte[] body, string encoding) => Send(
            client, "POST", "/admin/api/tenants", body, encoding, "application/json");
        Task<HttpAnswer> Session(byte[] body, string encoding) => Send(
            client, "POST", "/admin/session", body, encoding, "application/json");
        Task<HttpAnswer> Token(byte[] body, string encoding) => Send(
            stranger, "POST", "/oauth2/token", body, encoding, "application/x-www-form-urlencoded");
        var tenant = $$"""{"id":"{{admin.Tenant}}"}""";
        var bomb = Encode(new string(' ', 8 * 1_048_576), Gzip);

        (await Admin(Encode(tenant, Gzip), Gzip)).Is(201);
        foreach (var call in (Func<byte[], string, Task<HttpAnswer>>[])[Admin, Session])
        {
            Assert.Equal("gzip, deflate, br", (await call(Encode(tenant, Gzip), "zstd")).Problem(415).Header("Accept-Encoding"));
            (await call(Encode(tenant, Gzip)[..14], Gzip)).Problem(400);
            (await call([1, 2, 3], "br")).Problem(400);
            (await call(bomb, Gzip)).Problem(413);
        }

        Assert.Equal("unsupported_grant_type", (string?)(await Token(Encode("grant_type=x&client_id=a&client_secret=b", "br"), "br"))
            .Is(400).Json["error"]);
        var unknown = (await Token(Encode("grant_type=x", Gzip), "zstd")).Is(415);
        Assert.Equal(("invalid_request", "gzip, deflate, br"), ((string?)unknown.Json["error"], unknown.Header("Accept-Encoding")));
        Assert.Equal("invalid_request", (string?)(await Token([1, 2, 3], Gzip)).Is(400).Json["error"]);
        Assert.Equal("invalid_request", (string?)(await Token(bomb, Gzip)).Is(413).Json["error"]);
    }
}
