using Microsoft.AspNetCore.Http;
using ScimLite.Tenancy;

namespace ScimLite.Tests.Tenancy;

/// <summary>Which <c>aud</c> an assertion may have, by what was registered. Microsoft shows one form and signs another.</summary>
public sealed class AudienceTests
{
    const string Id = "53bae17c-9e2a-4e2c-8f6d-0d4f8c3b1a77", Other = "63bae17c-9e2a-4e2c-8f6d-0d4f8c3b1a77";

    static readonly string[] Hosts = ["scim.example.com", "scim.example.com:8443"];

    public static TheoryData<string> Registered =>
    [
        Id, $"api://{Id}", $"api://{Id}/.default", $"api://{Id}/scim.example.com", $"api://{Id}/", Id.ToUpperInvariant(),
            $"API://{Id.ToUpperInvariant()}/.DEFAULT",
        $"  {Id}\t", $" api://{Id} ", $"\napi://{Id}/.default\n", $" api://{Id}/SCIM.example.com ", $"{Id}/.default",
    ];

    [Theory]
    [MemberData(nameof(Registered))]
    public void Every_form_that_is_registered_accepts_the_forms_that_entra_signs_and_nothing_else(string registered)
    {
        var audience = Audience.Of(registered);
        foreach (var aud in (string[])[Id, $"api://{Id}", $"api://{Id}/.default", $"api://{Id}/scim.example.com",
            $"api://{Id}/scim.example.com:8443", $"api://{Id}/Scim.Example.Com", Id.ToUpperInvariant(),
            $"api://{Id.ToUpperInvariant()}/.default"])
        {
            Assert.True(audience.Accepts([aud], Hosts), aud);
            Assert.True(audience.Accepts(["https://other.example.com", aud], Hosts), $"a list with {aud}");
        }
        foreach (var aud in (string[])
        [
            "", " ", $"{Id}/", $"api://{Id}/", $"api://{Id}//", $"api://{Id}/.default/", $"api://{Id}/scim.example.com/",
                $"api://{Id}/other.example.com", $"api://{Id}/scim.example.com.evil.example",
            $"api://{Id}/x.scim.example.com", $"api://{Id}/scim.example.com:443", $"api://{Id}/scim.example.com/scim/v2",
                $"api://{Id}/user_impersonation", $"api://{Other}", Other, $"api://{Other}/.default",
            $"{Id}/.default", $"{Id}/scim.example.com", $"https://{Id}", $"api:/{Id}", $"api://x{Id}", $"api://{Id}x", $" {Id}", $"{Id} ",
                $"api://{Id}/.default?x", "api://", Id.Replace("-", "", StringComparison.Ordinal),
            $"{{{Id}}}", $"api://{Id}/.DEFAULT", $"API://{Id}", "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
        ])
        {
            Assert.False(audience.Accepts([aud], Hosts), aud);
        }
        Assert.False(audience.Accepts([], Hosts));
    }

    [Theory]
    [InlineData("https://scim.example.com/")]
    [InlineData("https://scim.example.com")]
    [InlineData("api://contoso-scim")]
    [InlineData("api://contoso.example.com/53bae17c-9e2a-4e2c-8f6d-0d4f8c3b1a77")]
    [InlineData("api://53bae17c-9e2a-4e2c-8f6d-0d4f8c3b1a77/a/b")]
    [InlineData("a")]
    public void An_audience_that_is_no_application_id_accepts_itself_alone(string registered)
    {
        var audience = Audience.Of(registered);
        Assert.True(audience.Accepts([registered], Hosts));
        Assert.Equal(registered, audience.Expected(Hosts));
        foreach (var aud in (string[])[registered + "/", registered.TrimEnd('/') + "//", registered.ToUpperInvariant(),
            registered + "/.default", $"{registered}/scim.example.com", Id, $"api://{Id}", registered[..^1]])
        {
            Assert.False(audience.Accepts([aud], Hosts), aud);
        }
    }

    [Fact]
    public void A_host_that_was_registered_before_keeps_working_and_opens_no_other()
    {
        var audience = Audience.Of($"api://{Id}/old.example.com");

        Assert.True(audience.Accepts([$"api://{Id}/old.example.com"], Hosts));
        Assert.True(audience.Accepts([$"api://{Id}"], Hosts));
        Assert.False(audience.Accepts([$"api://{Id}/old.example.com/"], Hosts));
        Assert.False(audience.Accepts([$"api://{Id}/older.example.com"], Hosts));
        Assert.Equal($"{Id}, api://{Id}, api://{Id}/.default, api://{Id}/scim.example.com, api://{Id}/scim.example.com:8443, api://{Id}/old.example.com", audience.Expected(Hosts));
    }

    [Theory]
    [InlineData("https://scim.example.com", "evil.example.com", "scim.example.com")]
    [InlineData("https://scim.example.com:8443/", "evil.example.com", "scim.example.com,scim.example.com:8443")]
    [InlineData("", "scim.example.com", "scim.example.com")]
    [InlineData("", "127.0.0.1:5080", "127.0.0.1,127.0.0.1:5080")]
    [InlineData("", "", "")]
    public void The_own_host_is_that_of_the_public_address_or_else_of_the_request(string publicUrl, string host, string hosts)
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new HostString(host);

        Assert.Equal(hosts, string.Join(',', Audience.HostsOf(http.Request, publicUrl)));
        Assert.False(Audience.Of(Id).Accepts([$"api://{Id}/"], Audience.HostsOf(http.Request, publicUrl)));
    }
}
