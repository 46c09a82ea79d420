using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Telemetry;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Handlers;

/// <summary>Bodies that break HTTP's own rules, byte for byte on a socket: endpoints answer 400, and log no error.</summary>
public sealed class BrokenBodyTests
{
    const string Chunked = "Transfer-Encoding: chunked\r\n\r\n";

    static readonly (string Why, string Sent)[] Broken =
    [
        ("a chunk size of 17 digits", Chunked + "FFFFFFFFFFFFFFFFF\r\n{"),
        ("a chunk size of 16 digits", Chunked + "FFFFFFFFFFFFFFFF\r\n{"), ("a chunk size of 9 digits", Chunked + "FFFFFFFFF\r\n{"),
        ("a chunk size that is no number", Chunked + "xyz\r\n{}\r\n0\r\n\r\n"),
        ("a negative chunk size", Chunked + "-2\r\n{}\r\n0\r\n\r\n"),
        ("a chunk that is longer than its size", Chunked + "1\r\n{}\r\n0\r\n\r\n"),
    ];

    static readonly string[] CutOff = [
        Chunked + "10\r\n{\"a\"", Chunked + "2\r\n{}\r\n", "Content-Length: 100\r\n\r\n{\"userName\":\"eve\"}"];

    static readonly (string Method, string Target)[] Scim =
        [("POST", "/scim/v2/Users"), ("PUT", "/scim/v2/Groups/x"), ("PATCH", "/scim/v2/Users/x"), ("POST", "/scim/v2/.search"),
            ("POST", "/scim/v2/Bulk")];

    // Sends the bytes and reads the answer to its end; after the bytes of a body that is cut off, the connection is closed.
    static async Task<string> Exchange(
        ScimHost host, string method, string target, string token, string type, string rest, bool cutOff = false)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port, cancel);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + $"Authorization: Bearer {token}\r\nContent-Type: {type}\r\n{rest}"), cancel);
        if (cutOff)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        var (answer, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await stream.ReadAsync(buffer, cancel) is > 0 and var read)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // The server resets a connection on which it does not read on. What it answered before is here.
        }

        return answer.ToString();
    }

    static async Task<(int Status, string Type, string Body)> Send(
        ScimHost host, string method, string target, string token, string type, string rest)
    {
        var answer = await Exchange(host, method, target, token, type, rest);
        Assert.StartsWith("HTTP/1.1 ", answer, StringComparison.Ordinal);
        var (head, body) =
            (answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)],
            answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var sent = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Type: ", StringComparison.Ordinal))
            ?["Content-Type: ".Length..] ?? "";
        return (int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), sent,
            body[body.IndexOf('{', StringComparison.Ordinal)..(body.LastIndexOf('}') + 1)]);
    }

    [Theory, OnBothStores]
    public async Task A_body_that_can_not_be_read_is_400_in_the_shape_of_its_endpoint(StoreKind store)
    {
        using var log = new CapturedLog();
        await using var host = await ScimHost.StartAsync(
            store, onKestrel: true, settings: new Dictionary<string, string>
                { ["ScimLite:AdminKey"] = AdminHost.Key, ["Logging:LogLevel:Default"] = "Information" },
            services: s => s.AddLogging(l => l.AddProvider(log)));
        foreach (var (why, rest) in Broken)
        {
            foreach (var (method, target) in Scim)
            {
                var (status, type, body) = await Send(host, method, target, host.Token, HttpAnswer.MediaType, rest);
                Assert.Equal((why, target, 400, HttpAnswer.MediaType), (why, target, status, type));
                Assert.Equal((why, target, "invalidSyntax"), (why, target, (string?)JsonNode.Parse(body)!["scimType"]));
                Assert.Contains("Send the request again", (string?)JsonNode.Parse(body)!["detail"], StringComparison.Ordinal);
            }

            foreach (var target in (string[])["/admin/api/tenants", "/admin/session"])
            {
                var problem = await Send(host, "POST", target, AdminHost.Key, "application/json", rest);
                Assert.Equal((why, target, 400, "application/problem+json"), (why, target, problem.Status, problem.Type));
            }

            var refused = await Send(host, "POST", "/oauth2/token", "x", "application/x-www-form-urlencoded", rest);
            Assert.Equal((why, 400, "invalid_request"), (why, refused.Status, (string?)JsonNode.Parse(refused.Body)!["error"]));
        }

        // The client is gone then, and may get no answer. An answer that it gets is a 400.
        foreach (var rest in CutOff)
        {
            foreach (var (method, target) in (IEnumerable<(string, string)>)[
                .. Scim, ("POST", "/admin/api/tenants"), ("POST", "/admin/session"), ("POST", "/oauth2/token")])
            {
                var type = target == "/oauth2/token" ? "application/x-www-form-urlencoded" : "application/json";
                var answer = await Exchange(
                    host, method, target, target.StartsWith("/admin", StringComparison.Ordinal) ? AdminHost.Key : host.Token, type, rest,
                    cutOff: true);
                Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), $"{target}: {answer}");
            }
        }

        Assert.DoesNotContain(
            log.Lines, l => l.StartsWith("Error", StringComparison.Ordinal) || l.StartsWith("Critical", StringComparison.Ordinal));
        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }
}
