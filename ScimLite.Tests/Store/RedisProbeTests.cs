using System.Net;
using System.Net.Sockets;
using System.Text;
using ScimLite.Store;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Store;

/// <summary>Why a Redis does not answer, in one sentence that begins with host and port and repeats no password.</summary>
public sealed class RedisProbeTests
{
    const string Check = "check host and port in ConnectionStrings:Redis";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static async Task<string?> Explain(string configuration)
    {
        var said = await new RedisProbe(RedisOptions.Read(configuration)).ExplainAsync(TimeSpan.FromSeconds(3), Cancel);
        Assert.DoesNotContain("secret", said ?? "", StringComparison.Ordinal);
        return said;
    }

    [Fact]
    public async Task Nothing_listens_there()
    {
        var port = RedisProcess.FreePort();
        Assert.Equal($"127.0.0.1:{port} refuses the connection: nothing listens there; check that Redis runs, and host and port in ConnectionStrings:Redis", await Explain($"127.0.0.1:{port}"));
    }

    [Fact]
    public async Task The_host_is_unknown() => Assert.Equal(
        "redis.invalid:6379 can't be found: the host name is unknown; check it in ConnectionStrings:Redis, and the DNS", await Explain("redis.invalid:6379,password=a-secret"));

    [Fact]
    public async Task A_password_is_missing_or_wrong_and_a_command_is_not_permitted()
    {
        RedisProcess.IsNeeded();
        await using var server = await RedisProcess.StartAsync(["--save", "", "--requirepass", "right-secret",
            "--user", "scimlite", "on", ">its-secret", "~*", "&*", "-@all", "+@connection", "+get", "+set"]);

        Assert.Null(await Explain($"{server.Address},password=right-secret"));
        Assert.Equal($"{server.Address} asks for a password (NOAUTH); add password=, and user= for an ACL user, to ConnectionStrings:Redis", await Explain(server.Address));
        Assert.Equal($"{server.Address} refuses the user name or the password (WRONGPASS); check user= and password= in ConnectionStrings:Redis", await Explain($"{server.Address},password=wrong-secret"));
        Assert.Equal($"{server.Address} refuses the user name or the password (WRONGPASS); check user= and password= in ConnectionStrings:Redis", await Explain($"{server.Address},user=nobody,password=its-secret"));
        Assert.Matches($@"^{server.Address} does not permit a command that is needed \(NOPERM .*'eval'.*\); grant the ACL user what deploy/README.md lists$",
            await Explain($"{server.Address},user=scimlite,password=its-secret"));
    }

    [Fact]
    public async Task Tls_meets_a_plain_port_and_the_other_way_round()
    {
        RedisProcess.IsNeeded();
        var folder = Directory.CreateTempSubdirectory("scimlite-tls-").FullName;
        RedisShapeTests.WriteCertificates(folder);
        string File(string name) => Path.Combine(folder, name);
        var port = RedisProcess.FreePort();
        await using var server = await RedisProcess.StartAsync(["--save", "", "--tls-port", $"{port}", "--tls-cert-file", File("server.crt"),
            "--tls-key-file", File("server.key"), "--tls-ca-cert-file", File("ca.crt"), "--tls-auth-clients", "yes"]);
        Task<string?> Tls(string authority, string certificate) => new RedisProbe(RedisOptions.Read($"127.0.0.1:{port},ssl=true,sslHost=redis.example", 0,
            authority.Length > 0 ? File(authority) : "", certificate.Length > 0 ? File(certificate + ".crt") : "", certificate.Length > 0 ? File(certificate + ".key") : "")).ExplainAsync(TimeSpan.FromSeconds(3), Cancel);

        Assert.Equal($"{server.Address} answers without TLS; remove ssl=true and the certificates of ScimLite:Redis, or use the port of Redis for TLS", await Explain($"{server.Address},ssl=true,password=a-secret"));
        Assert.Equal($"127.0.0.1:{port} speaks TLS; add ssl=true to ConnectionStrings:Redis, or use the port without TLS", await Explain($"127.0.0.1:{port}"));
        Assert.Null(await Tls("ca.crt", "client"));
        Assert.Equal($"127.0.0.1:{port} shows a certificate that is not trusted (RemoteCertificateChainErrors); check ScimLite:Redis:CertificateAuthority, and sslHost= in ConnectionStrings:Redis", await Tls("", "client"));
        Assert.Equal($"127.0.0.1:{port} ends the connection after the TLS handshake; check ScimLite:Redis:ClientCertificate and ClientKey", await Tls("ca.crt", ""));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "is not a Redis: it answers as a web server; " + Check)]
    [InlineData("SSH-2.0-OpenSSH\r\n", "is not a Redis; " + Check)]
    [InlineData("-LOADING Redis is loading the dataset in memory\r\n", "still loads its data into memory (LOADING); it answers when it is done, so wait")]
    [InlineData("-ERR max number of clients reached\r\n", "has as many clients as it takes; raise maxclients of Redis, or find out who holds the connections")]
    [InlineData("-DENIED Redis is running in protected mode\r\n", "runs in protected mode (DENIED); set a password for Redis, or bind it to an address of its own")]
    [InlineData("-MASTERDOWN Link with MASTER is down\r\n", "is not able to work (MASTERDOWN Link with MASTER is down); look into the log of Redis")]
    [InlineData("", "closes the connection without an answer: it is not a Redis, or does not admit this machine; " + Check)]
    public async Task Something_else_answers(string answer, string sentence)
    {
        await using var server = new Answering(answer);
        Assert.Equal($"127.0.0.1:{server.Port} {sentence}", await Explain($"127.0.0.1:{server.Port}"));
    }

    [Fact]
    public async Task Something_listens_and_is_silent()
    {
        await using var server = new Answering(null);
        Assert.Equal($"127.0.0.1:{server.Port} accepts the connection and does not answer: it hangs or is overloaded, or is not a Redis; look at the process that listens there",
            await new RedisProbe(RedisOptions.Read($"127.0.0.1:{server.Port}")).ExplainAsync(TimeSpan.FromMilliseconds(300), Cancel));
    }

    // Answers whatever comes first, with a text; null: not at all.
    private sealed class Answering : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource end = new();
        private readonly Task serving;

        public Answering(string? answer)
        {
            listener.Start();
            serving = ServeAsync(answer);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await serving;
            listener.Dispose();
            end.Dispose();
        }

        private async Task ServeAsync(string? answer)
        {
            var clients = new List<TcpClient>();
            try
            {
                while (true)
                {
                    var client = await listener.AcceptTcpClientAsync(end.Token);
                    clients.Add(client);
                    if (answer is not null)
                    {
                        _ = await client.GetStream().ReadAsync(new byte[1000], end.Token);
                        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(answer), end.Token);
                        client.Close();
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                clients.ForEach(client => client.Dispose());
            }
        }
    }
}
