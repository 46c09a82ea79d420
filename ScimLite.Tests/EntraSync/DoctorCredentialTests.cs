using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using ScimLite.EntraSync;
using ScimLite.EntraSync.Checks;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.EntraSync;

/// <summary>The checks of <c>doctor</c> about access tokens, secrets, their rotation, and TLS.</summary>
public sealed class DoctorCredentialTests
{
    private const string One = "secret+one/&=";
    private const string Two = "secret-two";
    private const string Old = "secret-old";

    private static readonly string[] Checks = ["L21", "G4", "G5", "G6", "G7", "G8", "G9"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_endpoint_with_two_secrets_and_an_expired_one_passes()
    {
        var report = await Examine(3600, One, Two);

        Assert.All(report.Results, r => Assert.Equal((Verdict.Passed, r.Check.Id), (r.Verdict, r.Check.Id)));
        foreach (var text in (string[])[report.ToJson(), DoctorMarkdown.Write(report)])
        {
            Assert.DoesNotContain(One, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(One), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Two, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Old, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(60, One + " " + Two, "G4")]
    [InlineData(86400, One + " " + Two, "G4")]
    [InlineData(3600, One, "G7")]
    [InlineData(3600, One + " " + Two + " " + Old, "G8")]
    [InlineData(3600, "*", "G6 G8")]
    public async Task A_fault_of_the_token_endpoint_is_named(int lifetime, string valid, string failing)
    {
        var report = await Examine(lifetime, valid.Split(' '));

        Assert.Equal(failing.Split(' '), report.Results.Where(r => r.Verdict == Verdict.Failed).Select(r => r.Check.Id));
    }

    [Fact]
    public async Task An_access_token_that_the_server_does_not_know_fails_the_check_of_credentials()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var way = new TokenEndpointDouble(host.Server.CreateHandler(), "unknown", 3600, One);

        var report = await new Doctor(Options(host) with { Only = ["L21"] }, way).RunAsync(_ => { }, Cancel);

        Assert.Equal("200 with the new token", report.Results.Single().Expected);
    }

    [Fact]
    public async Task A_handshake_tells_the_suite_the_key_and_that_nobody_vouches_for_the_certificate()
    {
        await using var server = await StartAsync(SslProtocols.Tls12 | SslProtocols.Tls13);

        var found = await Handshake.TryAsync("localhost", Port(server), Cancel);

        Assert.Null(found.Failure);
        Assert.True(found.KeyIsLong);
        Assert.False(found.Trusted);
        Assert.StartsWith("Tls12, TLS_ECDHE_", found.Told, StringComparison.Ordinal);
        Assert.Contains("ECC 256, certificate not trusted", found.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_speaks_TLS_1_3_alone_is_found_out()
    {
        await using var server = await StartAsync(SslProtocols.Tls13);

        Assert.NotNull((await Handshake.TryAsync("localhost", Port(server), Cancel)).Failure);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_makes_a_target_unusable()
    {
        await using var server = await StartAsync(SslProtocols.Tls12);

        var report = await new Doctor(new DoctorOptions($"https://localhost:{Port(server)}/scim/v2", "token")).RunAsync(_ => { }, Cancel);

        Assert.Equal(Verbs.Unusable, report.ExitCode);
        Assert.Contains("certificate", report.Unusable, StringComparison.OrdinalIgnoreCase);
    }

    private static DoctorOptions Options(ScimHost host) => new("http://localhost/scim/v2", host.Token)
    {
        Rate = 0,
        Only = Checks,
        TokenEndpoint = "http://localhost/oauth2/token",
        ClientId = "entra client",
        ClientSecret = One,
        SecondSecret = Two,
        ExpiredSecret = Old,
        SecondToken = host.Token,
    };

    private static async Task<DoctorReport> Examine(int lifetime, params string[] valid)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        using var way = new TokenEndpointDouble(host.Server.CreateHandler(), host.Token, lifetime, valid);
        return await new Doctor(Options(host), way).RunAsync(_ => { }, Cancel);
    }

    private static int Port(WebApplication server) => new Uri(server.Urls.Single()).Port;

    private static async Task<WebApplication> StartAsync(SslProtocols protocols)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.SslProtocols = protocols;
        })));
        var server = builder.Build();
        await server.StartAsync(Cancel);
        return server;
    }
}
