using System.Net;
using System.Net.Sockets;
using ScimLite.Handlers;
using ScimLite.Tests.Chaos;
using ScimLite.Tests.Hosting;
using ScimLite.Validation;

namespace ScimLite.Tests.Validation;

/// <summary>What stops a start is one sentence on standard error and exit code 2: unknown keys, arguments, addresses, files.</summary>
public sealed class StartFaultTests
{
    const string Form = "allowed is scheme, host and port, such as http://localhost:5080, http://127.0.0.1:5080 or http://*:5080.";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ScimLite__Tenants__contoso__Tokn", "a-secret", "ScimLite:Tenants:contoso:Tokn is not a setting; the nearest is ScimLite:Tenants:contoso:Token.")]
    [InlineData("ASPNETCORE_URLS", "http://256.0.0.1:abc", "urls is 'http://256.0.0.1:abc'; the port is 'abc', and allowed is 0 to 65535.")]
    [InlineData("ASPNETCORE_URLS", "http://192.0.2.1:18080", "http://192.0.2.1:18080 is not an address of this machine; choose one that it has, or http://*:5080 for all of them.")]
    [InlineData("Kestrel__Endpoints__Public__Url", "ftp://x", $"Kestrel:Endpoints:Public:Url is 'ftp://x'; the scheme has to be http or https, and {Form}")]
    [InlineData("Logging__LogLevel__Default", "Loud", "Logging:LogLevel:Default is 'Loud'; allowed is Trace, Debug, Information, Warning, Error, Critical, None.")]
    public async Task A_fault_is_one_sentence_and_exit_code_2(string key, string value, string sentence)
    {
        Assert.Equal(sentence, await Refusal("Production", (key, value)));
    }

    [Fact]
    public async Task A_port_in_use_is_one_sentence_without_a_stack()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://{other.LocalEndpoint}";

        Assert.Equal($"another process listens on {url}; end it, or choose another address with --urls.", await Refusal("Production", ("ASPNETCORE_URLS", url)));
    }

    [Fact]
    public async Task Https_without_a_certificate_is_one_sentence()
    {
        // In Development a certificate of the developer's may be there.
        Assert.Equal("https://127.0.0.1:18443 needs a certificate for https; set Kestrel:Certificates:Default:Path, or listen on http and let a proxy end TLS.",
            await Refusal("Production", ("ASPNETCORE_URLS", "https://127.0.0.1:18443"), ("HOME", Path.GetTempPath()), ("XDG_DATA_HOME", Path.GetTempPath())));
    }

    [Theory]
    [InlineData("localhost:5080", $"urls is 'localhost:5080'; {Form}")]
    [InlineData(";", $"urls is ';'; {Form}")]
    [InlineData("http://127.0.0.1:70000", "urls is 'http://127.0.0.1:70000'; the port is 70000, and allowed is 0 to 65535.")]
    [InlineData("http://127.0.0.1:-1", "urls is 'http://127.0.0.1:-1'; the port is -1, and allowed is 0 to 65535.")]
    [InlineData("http://[::1]:x", "urls is 'http://[::1]:x'; the port is 'x', and allowed is 0 to 65535.")]
    [InlineData("http://localhost:0", "urls is 'http://localhost:0'; port 0 (any free port) needs an IP address, such as http://127.0.0.1:0.")]
    [InlineData("http://localhost:5080/scim", $"urls is 'http://localhost:5080/scim'; a path is not allowed, and {Form}")]
    [InlineData("http://127.0.0.1:1;http://scim.example.com:1", "urls is 'http://scim.example.com:1'; 'scim.example.com' is not an IP address, and the server would listen on all addresses; allowed is localhost, an IP address of this machine, or * for all.")]
    public void An_address_that_the_server_would_misread_is_refused(string urls, string sentence)
    {
        Assert.Equal(sentence, Assert.Throws<SettingsException>(() => ListenAddresses.Check(Configuration.Of(("urls", urls)))).Message);
    }

    [Theory]
    [InlineData("urls", "http://localhost:5080;https://127.0.0.1:5443")]
    [InlineData("urls", "http://*:80")]
    [InlineData("urls", "HTTP://+:80/")]
    [InlineData("urls", "http://[::]:80")]
    [InlineData("urls", "http://scim.localhost:80")]
    [InlineData("urls", "http://unix:/run/scimlite.sock")]
    [InlineData("http_ports", "8080;8081")]
    public void An_address_that_the_server_reads_as_it_is_meant_passes(string key, string value) => ListenAddresses.Check(Configuration.Of((key, value)));

    [Fact]
    public void Ports_are_checked_as_well_and_endpoints_go_before_urls()
    {
        Assert.Equal("https_ports is '1;abc'; the port is 'abc', and allowed is 0 to 65535.",
            Assert.Throws<SettingsException>(() => ListenAddresses.Check(Configuration.Of(("https_ports", "1;abc")))).Message);
        Assert.Equal(("Kestrel:Endpoints:A:Url", "http://localhost:1"),
            Assert.Single(ListenAddresses.Read(Configuration.Of(("urls", "http://localhost:2"), ("Kestrel:Endpoints:A:Url", "http://localhost:1")))));
    }

    [Theory]
    [InlineData(SocketError.AccessDenied, "this user may not listen on http://127.0.0.1:80; choose a port of 1024 or more, or grant the capability NET_BIND_SERVICE.")]
    [InlineData(SocketError.AddressFamilyNotSupported, "this machine does not support the kind of address in http://127.0.0.1:80; choose an IPv4 address, such as http://127.0.0.1:5080.")]
    public void What_the_system_refuses_is_explained(SocketError error, string sentence)
    {
        var fault = new IOException("Failed to bind.", new AggregateException(new SocketException((int)error)));

        Assert.Equal(sentence, ListenAddresses.Explain(fault, Configuration.Of(("urls", "http://127.0.0.1:80"))));
    }

    [Theory]
    [InlineData("--urls", "the argument '--urls' has no value; allowed are --KEY=VALUE and --KEY VALUE, such as --urls http://localhost:5080.")]
    [InlineData("-p|8080", "the argument '-p' is not read; allowed are --KEY=VALUE and --KEY VALUE, such as --urls http://localhost:5080.")]
    [InlineData("--urls|http://localhost:1|a-secret", "the argument number 3 is not read; allowed are --KEY=VALUE and --KEY VALUE, such as --urls http://localhost:5080.")]
    public void An_argument_that_would_be_left_out_is_refused(string arguments, string sentence)
    {
        Assert.Equal(sentence, Assert.Throws<SettingsException>(() => ServiceStart.CreateBuilder(arguments.Split('|'))).Message);
    }

    [Fact]
    public void The_tenant_that_Development_makes_is_not_throttled()
    {
        var made = DevelopmentDefaults.Make(new Settings());

        Assert.Equal(100_000, made.Settings.Tenants["default"].RequestsPerSecond);
        Assert.Equal((made.Token, made.AdminKey), (made.Settings.Tenants["default"].Token, made.Settings.AdminKey));
    }

    [Fact]
    public async Task The_verb_health_says_in_one_line_what_it_saw()
    {
        var port = RedisProcess.FreePort();
        var (code, said) = await ServiceReplica.RunAsync("", "health", "--url", $"http://127.0.0.1:{port}");
        Assert.Equal((1, $"Not ready: http://127.0.0.1:{port}/health/ready can't be asked: Connection refused (127.0.0.1:{port})"), (code, said));

        await using var host = await ScimHost.StartAsync(StoreKind.Memory, onKestrel: true);
        var ready = new Uri(host.Address, "/health/ready");
        Assert.Equal((0, $"Ready: {ready} answers 200."), await ServiceReplica.RunAsync("", "health", "--url", host.Address.ToString()));
    }

    static async Task<string> Refusal(string environment, params (string Key, string Value)[] settings)
    {
        using var program = ScimProgram.Start(environment, settings);
        var (output, error) = (program.StandardOutput.ReadToEndAsync(Cancel), program.StandardError.ReadToEndAsync(Cancel));
        await program.WaitForExitAsync(Cancel);

        Assert.Equal(2, program.ExitCode);
        Assert.DoesNotContain("fail", await output, StringComparison.Ordinal);
        Assert.DoesNotContain("Error", await output, StringComparison.Ordinal);
        var said = Assert.Single((await error).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("ScimLite does not start: ", said, StringComparison.Ordinal);
        return said["ScimLite does not start: ".Length..];
    }
}
