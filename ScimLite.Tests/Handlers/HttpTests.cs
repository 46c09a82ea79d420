using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Handlers;

/// <summary>What holds for SCIM over HTTP whatever the resource: addresses, methods, media types, correlation, proxies.</summary>
public sealed class HttpTests
{
    [Theory, OnBothStores] // RFC 9110 §9.3.2
    public async Task Head_answers_what_get_does_but_for_the_body(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var user = (await host.Client.CreateUser("zoë")).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        string[] targets =
        [
            "Users", "Groups", $"Users/{user}", $"Groups/{group}", $"Users/{user}?attributes=userName", "Users?filter=userName%20eq%20%22none%22", "Users?count=0", "Users/none", "Users?count=x",
            "Users?filter=(", "Schemas", $"Schemas/{HttpCalls.UserSchema}", "Schemas/none", "Schemas?filter=x", "ResourceTypes", "ResourceTypes/User", "ResourceTypes/none", "ServiceProviderConfig", "none", "/scim",
        ];
        foreach (var target in targets)
        {
            var (get, head) = (await host.Client.Send("GET", target), await host.Client.Send("HEAD", target));
            Assert.Equal((target, get.Status), (target, head.Status));
            Assert.Equal((target, ""), (target, head.Text));
            Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(get.Text).ToString(CultureInfo.InvariantCulture), head.Header("Content-Length"));
            foreach (var name in (string[])["Content-Type", "ETag", "Location", "Content-Location", "WWW-Authenticate", "Allow"])
            {
                Assert.Equal((target, get.Header(name)), (target, head.Header(name)));
            }
        }
    }

    [Theory, OnBothStores]
    public async Task Every_spelling_of_an_address_leads_to_the_same_answer_without_a_redirect(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var id = (await host.Client.CreateUser("ada")).Id;
        foreach (var target in (string[])["Users", $"Users/{id}", "Groups", "Schemas", "ResourceTypes/User", "ServiceProviderConfig", $"Schemas/{HttpCalls.GroupSchema}"])
        {
            var expected = (await host.Client.Send("GET", target)).Is(200).Text;
            var (upper, lower) = (target.Replace(id, "#", StringComparison.Ordinal).ToUpperInvariant().Replace("#", id, StringComparison.Ordinal), target.ToLowerInvariant());
            foreach (var spelling in (string[])
            [
                $"/scim/{target}", $"/scim/v2/{target}/", $"/scim/v2//{target}", $"/scim//v2/{target}", $"//scim/v2/{target}", $"/scim/v2/{target}//", $"/scim//{target}///", $"/SCIM/V2/{target}", $"/Scim/{upper}",
                $"/scim/v2/{upper}", $"/scim/v2/{lower}", $"/scim/v2/{target}?aadOptscim062020", $"/scim/v2/{target}?aadOptscim062020&shoe=1&shoe=2&=&%00&x[]=%5B", $"/scim/v2/{target}?", $"/scim/v2/{target}?sortBy=shoe&cursor2=x",
            ])
            {
                var answer = await host.Client.Send("GET", spelling);
                Assert.Equal((spelling, 200, expected), (spelling, answer.Status, answer.Text));
            }
        }
    }

    [Theory, OnBothStores]
    public async Task Writes_take_every_spelling_of_an_address_too(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        var id = (await host.Client.Send("POST", "/SCIM//v2/users/?x=y", """{"userName":"ada"}""")).Is(201).Id;
        (await host.Client.Send("PUT", $"/scim/Users//{id}/", """{"userName":"ada","title":"a"}""")).Is(200);
        (await host.Client.Send("PATCH", $"//scim/v2/USERS/{id}?aadOptscim062020", HttpCalls.Patch("""{"op":"add","path":"title","value":"b"}"""))).Is(200);
        Assert.Equal("b", (await host.Client.Send("GET", $"Users/{id}")).Is(200).Json["title"]!.GetValue<string>());
        (await host.Client.Send("DELETE", $"/scim/users/{id}//")).Is(204);
        (await host.Client.Send("GET", $"Users/{id}")).Refuses(404);
    }

    [Theory, OnBothStores]
    public async Task Every_answer_has_the_one_content_type_and_a_correlation_id(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        using var stranger = host.Connect(null);
        var id = (await host.Client.CreateUser("ada")).Id;
        (HttpClient Client, string Method, string Target, string? Body, int Status)[] calls =
        [
            (host.Client, "GET", "Users", null, 200), (host.Client, "GET", $"Users/{id}", null, 200), (host.Client, "POST", "Users", """{"userName":"eve"}""", 201),
            (host.Client, "PUT", $"Users/{id}", """{"userName":"ada"}""", 200), (host.Client, "PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}"""), 200),
            (host.Client, "GET", "Schemas", null, 200), (host.Client, "GET", "ServiceProviderConfig", null, 200), (host.Client, "GET", "Users/none", null, 404), (host.Client, "GET", "Shoes", null, 404),
            (host.Client, "GET", "/scim", null, 200), (host.Client, "GET", "/scim/v2", null, 200), (host.Client, "GET", "/scim/v2/", null, 200), (host.Client, "DELETE", "/scim/v2", null, 405), (host.Client, "GET", "/scim/v3/Users", null, 404), (host.Client, "GET", "//scim//v2//Shoes", null, 404),
            (host.Client, "DELETE", "Users", null, 405), (host.Client, "PUT", "Users", "{}", 405), (host.Client, "POST", $"Users/{id}", "{}", 405), (host.Client, "POST", "Schemas", "{}", 405), (host.Client, "OPTIONS", "Users", null, 405),
            (host.Client, "TRACE", "Users", null, 405), (host.Client, "DELETE", "//scim/v2/Users", null, 405), (host.Client, "DELETE", "ServiceProviderConfig", null, 405), (host.Client, "SHOE", $"Users/{id}", null, 405), (host.Client, "PATCH", "ResourceTypes/User", "{}", 405),
            (host.Client, "POST", "Users", "{", 400), (host.Client, "POST", "Users", """{"userName":"ada"}""", 409), (host.Client, "GET", "Schemas?filter=x", null, 403), (stranger, "GET", "Users", null, 401),
            (stranger, "GET", "//scim/v2/Users", null, 401), (stranger, "POST", "Users", "{}", 401), (stranger, "GET", "Schemas", null, 401), (stranger, "GET", "/SCIM/v2/serviceproviderconfig", null, 401),
        ];
        foreach (var (client, method, target, body, status) in calls)
        {
            var answer = await client.Send(method, target, body);
            Assert.Empty(answer.Faults(status, null).Select(f => $"{method} {target}: {f}"));
            Assert.Equal(HttpAnswer.MediaType, answer.Header("Content-Type"));
            Assert.True(status != 405 || answer.Header("Allow") is { Length: > 2 }, $"{method} {target} does not say what is allowed");
        }

        Assert.Equal(["DELETE", "GET", "HEAD", "PATCH", "PUT"], Allowed(await host.Client.Send("POST", $"Users/{id}", "{}")));
        Assert.Equal(["GET", "HEAD", "POST"], Allowed(await host.Client.Send("DELETE", "Groups")));
        Assert.Equal(["GET", "HEAD"], Allowed(await host.Client.Send("PUT", "Schemas", "{}")));
        Assert.Equal((405, ""), (await host.Client.Send("OPTIONS", "Users/x?attributes=shoe") is var o ? (o.Status, o.Header("ETag") ?? "") : default));
    }

    [Theory, OnBothStores]
    public async Task What_a_client_accepts_or_calls_itself_never_matters(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await host.Client.CreateUser("ada");
        var expected = (await host.Client.Send("GET", "Users")).Is(200).Text;
        foreach (var (name, value) in ((string, string)[])
        [
            ("Accept", "text/html"), ("Accept", "application/json"), ("Accept", "*/*;q=0"), ("Accept", "application/scim+json;q=0"), ("Accept", "; ;garbage,,"), ("Accept", ""), ("User-Agent", ""), ("User-Agent", "curl/8"),
            ("User-Agent", new string('x', 4000)), ("Accept-Encoding", "gzip, br"), ("Accept-Language", "de"), ("Accept-Charset", "utf-16"), ("Expect", "200-ok"), ("Origin", "https://evil.example"), ("Cookie", "a=b"),
            ("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/scim/v2/Groups"), ("Range", "bytes=0-10"), ("If-Modified-Since", "Thu, 01 Jan 2099 00:00:00 GMT"), ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ])
        {
            var answer = (await host.Client.Send("GET", "Users", null, (name, value))).Is(200);
            Assert.Equal((name, expected, HttpAnswer.MediaType), (name, answer.Text, answer.Header("Content-Type")));
            Assert.Null(answer.Header("Set-Cookie") ?? answer.Header("Server") ?? answer.Header("Content-Encoding"));
        }
    }

    [Theory, OnBothStores]
    public async Task The_correlation_id_is_the_callers_or_its_traces_or_made(StoreKind store)
    {
        // An activity is made where anybody listens; in production the log does.
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Critical" });
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        const string parent = $"00-{trace}-b7ad6b7169203331-01";

        Assert.Equal("6f1c-7", (await host.Client.Send("GET", "Users", null, ("client-request-id", "6f1c-7"))).Header("X-Correlation-Id"));
        Assert.Equal("6f1c-7", (await host.Client.Send("GET", "Users", null, ("client-request-id", "6f1c-7"), ("traceparent", parent))).Header("X-Correlation-Id"));
        Assert.Equal(trace, (await host.Client.Send("GET", "Users", null, ("traceparent", parent))).Header("X-Correlation-Id"));
        var made = new HashSet<string>();
        foreach (var broken in (string[])["", "00-x", $"00-{trace}", "00-00000000000000000000000000000000-b7ad6b7169203331-01", new string('0', 4000)])
        {
            var id = (await host.Client.Send("GET", "Users/none", null, ("traceparent", broken))).Refuses(404).Header("X-Correlation-Id")!;
            Assert.Matches("^[0-9a-f]{32}$", id);
            Assert.True(made.Add(id));
        }

        foreach (var (method, target, body, status) in ((string, string, string?, int)[]) [("GET", "none", null, 404), ("POST", "Users", "{", 400), ("DELETE", "Users", null, 405), ("POST", "Users", """{"userName":"ada"}""", 201)])
        {
            Assert.Equal("c-1", (await host.Client.Send(method, target, body, ("client-request-id", "c-1"))).Is(status).Header("X-Correlation-Id"));
        }
    }

    [Theory, OnBothStores]
    public async Task A_public_url_stands_in_every_address_that_is_told(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:PublicUrl"] = "https://scim.example.com:8443/" });
        var user = await host.Client.Send("POST", "Users", """{"userName":"ada"}""", ("X-Forwarded-Host", "evil.example"));
        var group = await host.Client.CreateGroup("Engines", user.Id);

        Assert.Equal($"https://scim.example.com:8443/scim/v2/Users/{user.Id}", user.Is(201).Header("Location"));
        var listed = (await host.Client.Send("GET", "/scim/Groups")).Is(200);
        Assert.Equal($"https://scim.example.com:8443/scim/v2/Groups/{group.Id}", listed.Json["Resources"]![0]!["meta"]!["location"]!.GetValue<string>());
        Assert.Equal($"https://scim.example.com:8443/scim/v2/Users/{user.Id}", listed.Json["Resources"]![0]!["members"]![0]!["$ref"]!.GetValue<string>());
        Assert.DoesNotContain("localhost", listed.Text + (await host.Client.Send("GET", "Schemas")).Text + (await host.Client.Send("GET", "ResourceTypes")).Text
            + (await host.Client.Send("GET", "ServiceProviderConfig")).Text + (await host.Client.Send("GET", $"Users/{user.Id}")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "203.0.113.7", false)]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.0/24", "203.0.113.200", true)]
    [InlineData("203.0.113.0/24", "203.0.114.1", false)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::1", "2001:db8::2", false)]
    [InlineData("203.0.113.7", "127.0.0.1", false)]
    [InlineData("203.0.113.7", "::1", false)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    public async Task Forwarded_headers_are_believed_from_known_proxies_alone(string known, string caller, bool believed)
    {
        var settings = known.Length == 0 ? null : new Dictionary<string, string> { ["ScimLite:KnownProxies:0"] = known };
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, settings: settings);
        var cancel = TestContext.Current.CancellationToken;

        var http = await host.Server.SendAsync(request =>
        {
            request.Connection.RemoteIpAddress = IPAddress.Parse(caller);
            (request.Request.Method, request.Request.Path, request.Request.Scheme, request.Request.Host) = ("GET", "/scim/v2/ServiceProviderConfig", "http", new HostString("inside:5080"));
            request.Request.Headers.Authorization = $"Bearer {host.Token}";
            request.Request.Headers["X-Forwarded-For"] = "198.51.100.1";
            request.Request.Headers["X-Forwarded-Proto"] = "https";
            request.Request.Headers["X-Forwarded-Host"] = "scim.example.com";
        }, cancel);

        using var reader = new StreamReader(http.Response.Body);
        var body = await reader.ReadToEndAsync(cancel);
        Assert.Equal(200, http.Response.StatusCode);
        Assert.Contains(believed ? "\"https://scim.example.com/scim/v2/ServiceProviderConfig\"" : "\"http://inside:5080/scim/v2/ServiceProviderConfig\"", body, StringComparison.Ordinal);
    }

    static string[] Allowed(HttpAnswer answer) => [.. answer.Is(405).Header("Allow")!.Split(',', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)];
}
