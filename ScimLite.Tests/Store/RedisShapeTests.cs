using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>Redis in every shape in which it is run: each takes the same calls and gives the same answers.</summary>
public sealed partial class RedisShapeTests
{
    /// <summary>The rule for an ACL file that README and the operator's guide give: what ScimLite needs, and no more.</summary>
    public const string AclRule = "~scimlite:* resetchannels &__Booksleeve_MasterChanged -@all +@read +@write +@connection +@scripting -@dangerous +info +cluster|nodes +wait +subscribe";

    [Fact]
    public async Task A_primary_with_a_replica()
    {
        RedisProcess.IsNeeded();
        await using var servers = await RedisTopology.ReplicatedAsync(1);
        await Converse(RedisOptions.Read(servers.ConnectionString));
    }

    [Fact]
    public async Task A_primary_that_sentinels_tell()
    {
        RedisProcess.IsNeeded();
        await using var servers = await RedisTopology.SentinelAsync(1);
        await Converse(RedisOptions.Read(servers.ConnectionString));
    }

    [Fact]
    public async Task A_cluster_whose_tenants_live_on_different_primaries()
    {
        RedisProcess.IsNeeded();
        await using var servers = await RedisTopology.ClusterAsync(0);
        await Converse(RedisOptions.Read(servers.ConnectionString), tenants: 12);
        foreach (var server in servers.Servers)
        {
            Assert.NotEqual("0", await server.AskAsync("DBSIZE"));
        }
    }

    [Fact]
    public async Task A_user_who_may_do_what_the_guide_says_and_no_more()
    {
        RedisProcess.IsNeeded();
        await using var server = await RedisProcess.StartAsync(["--save", ""]);
        Assert.Equal("OK", await server.AskAsync("ACL", "SETUSER", "scimlite", "on", ">a-password", AclRule));
        await using var other = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync($"{server.Address},user=scimlite,password=a-password,allowAdmin=true");

        await Converse(RedisOptions.Read($"{server.Address},user=scimlite,password=a-password"));

        await Assert.ThrowsAsync<StackExchange.Redis.RedisServerException>(() => other.GetDatabase().StringSetAsync("somebody-elses", "x"));
        await Assert.ThrowsAsync<StackExchange.Redis.RedisServerException>(() => other.GetDatabase().ExecuteAsync("KEYS", "*"));
        Assert.Contains(AclRule, await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "README.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_with_an_authority_and_client_certificates_of_ones_own()
    {
        RedisProcess.IsNeeded();
        var folder = Directory.CreateTempSubdirectory("scimlite-tls-").FullName;
        WriteCertificates(folder);
        string File(string name) => Path.Combine(folder, name);
        var port = RedisProcess.FreePort();
        await using var server = await RedisProcess.StartAsync(
        [
            "--save", "", "--tls-port", $"{port}", "--tls-cert-file", File("server.crt"), "--tls-key-file", File("server.key"), "--tls-ca-cert-file", File("ca.crt"), "--tls-auth-clients", "yes",
        ]);

        // Shaking hands takes its time on a busy machine.
        await Converse(RedisOptions.Read($"127.0.0.1:{port},ssl=true,sslHost=redis.example,connectTimeout=5000", authority: File("ca.crt"), certificate: File("client.crt"), key: File("client.key")));

        // Without the client's certificate nobody gets in, and without the authority nobody is believed.
        await using var stranger = new RedisConnection(RedisOptions.Read($"127.0.0.1:{port},ssl=true,sslHost=redis.example", authority: File("ca.crt")));
        await using var doubter = new RedisConnection(RedisOptions.Read($"127.0.0.1:{port},ssl=true,sslHost=redis.example", certificate: File("client.crt"), key: File("client.key")));
        await Task.WhenAll(new[] { stranger, doubter }.Select(connection => Assert.ThrowsAsync<StoreUnavailableException>(
            () => connection.ExecuteAsync(static (d, _) => d.PingAsync(), 0, TestContext.Current.CancellationToken).AsTask())));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Files_that_hold_no_certificate_are_refused_without_a_stack()
    {
        var file = Path.GetTempFileName();
        var said = Assert.Throws<ArgumentException>(() => RedisOptions.Read("localhost", certificate: file));
        File.Delete(file);
        Assert.Contains("ScimLite:Redis:", said.Message, StringComparison.Ordinal);
    }

    // What every kind of call leaves behind is as on any other store.
    static async Task Converse(RedisOptions options, int tenants = 1)
    {
        using var telemetry = new ScimTelemetry();
        await using var connection = new RedisConnection(options, telemetry);
        var store = new RedisStore(connection, SchemaCatalog.Core, telemetry);
        for (var i = 0; i < tenants; i++)
        {
            var tenant = new TestTenant(store);
            var model = new TestTenant(new InMemoryStore());
            foreach (var t in (TestTenant[])[tenant, model])
            {
                await t.CreateUsers("a", "b", "c");
                await t.CreateGroup("g", "a", "b");
                await t.Change("g", add: ["c"], remove: ["a"]);
                await t.Rename(User, "b", "renamed");
                await t.Delete(User, "c");
                Assert.IsType<CommitOutcome.Taken>(await t.Commit(t.Document(User, "d", "RENAMED", Expected.Absent)));
                await t.Scan(User, 0, 10);
            }
            Assert.Equal(CallId().Replace(await model.Everything(), ""), CallId().Replace(await tenant.Everything(), ""));
            Assert.Equal(32, (await store.GetSecretAsync("shape", TestContext.Current.CancellationToken)).Length);
        }
    }

    internal static void WriteCertificates(string folder)
    {
        using var authorityKey = RSA.Create(2048);
        var authority = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, false));
        var (from, to) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var root = authority.CreateSelfSigned(from, to);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), root.ExportCertificatePem());
        foreach (var (name, host) in ((string, string)[])[("server", "redis.example"), ("client", "scimlite")])
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(root, from.AddYears(1), to.AddYears(-1), Guid.NewGuid().ToByteArray());
            File.WriteAllText(Path.Combine(folder, $"{name}.crt"), certificate.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, $"{name}.key"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    // Each write has one of its own.
    [GeneratedRegex("\"call\":\"[0-9a-f]+\"")]
    private static partial Regex CallId();
}
