using Microsoft.Extensions.Configuration;
using ScimLite.Protocol.Patches;
using ScimLite.Validation;

namespace ScimLite.Tests.Validation;

/// <summary>Every setting: its default, its range, and what is said of a value that can't be meant.</summary>
public sealed class SettingsTests
{
    const string Token = "a-token-of-enough-characters";

    static Settings Read(params (string Key, string? Value)[] settings) => SettingsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"ScimLite:{s.Key}", s.Value))).Build());

    static string Refusal(params (string Key, string? Value)[] settings)
    {
        var exception = Record.Exception(() => Read(settings));
        Assert.True(exception is SettingsException, $"{string.Join(", ", settings)} led to {exception?.ToString() ?? "no refusal"}");
        return exception!.Message;
    }

    [Fact]
    public void Without_settings_everything_has_the_default_that_is_promised()
    {
        var settings = Read();

        Assert.Equal("", settings.PublicUrl);
        Assert.Empty(settings.KnownProxies);
        Assert.Empty(settings.Tenants);
        Assert.Equal((1_048_576, 1000, 8192, 32), (settings.Limits.MaxBodyBytes, settings.Limits.MaxPageSize, settings.Limits.MaxFilterLength, settings.Limits.MaxFilterDepth));
        Assert.Equal(30, settings.Activity.RetentionDays);
    }

    [Fact]
    public void A_tenant_needs_a_token_alone()
    {
        var tenant = Read(("Tenants:acme:Token", Token)).Tenants["acme"];

        Assert.Equal(new TenantSettings { Token = Token, DisplayName = "", RequestsPerSecond = 100, Dialect = Dialect.Entra, UnknownMembers = UnknownMembers.Reject, ProvisioningEnabled = true }, tenant);
    }

    [Fact]
    public void Every_setting_of_a_tenant_is_read_in_any_case()
    {
        var tenant = Read(
            ("tenants:acme:token", Token), ("TENANTS:acme:DISPLAYNAME", "Acme GmbH"), ("Tenants:acme:requestspersecond", "7"), ("Tenants:acme:Dialect", "RFC"), ("Tenants:acme:UnknownMembers", "accept"),
            ("Tenants:acme:ProvisioningEnabled", "False")).Tenants["acme"];

        Assert.Equal(new TenantSettings { Token = Token, DisplayName = "Acme GmbH", RequestsPerSecond = 7, Dialect = Dialect.Rfc, UnknownMembers = UnknownMembers.Accept, ProvisioningEnabled = false }, tenant);
    }

    [Theory]
    [InlineData("Limits:MaxBodyBytes", 1024, 104_857_600)]
    [InlineData("Limits:MaxPageSize", 1, 10_000)]
    [InlineData("Limits:MaxFilterLength", 64, 65_536)]
    [InlineData("Limits:MaxFilterDepth", 1, 128)]
    [InlineData("Activity:RetentionDays", 1, 3650)]
    [InlineData("Tenants:acme:RequestsPerSecond", 1, 100_000)]
    public void A_number_is_read_within_its_range_and_refused_outside(string key, int least, int most)
    {
        foreach (var good in (int[])[least, least + 1, most - 1, most])
        {
            Assert.NotNull(Read((key, $"{good}"), ("Tenants:acme:Token", Token)));
        }

        foreach (var bad in (string[])[$"{least - 1}", $"{most + 1}", "-1", "0", "-2147483648", "2147483647"])
        {
            AssertSays(Refusal((key, bad), ("Tenants:acme:Token", Token)), $"ScimLite:{key}", bad, $"{least} to {most}");
        }

        foreach (var wrong in (string[])["abc", "1.5", "1e3", "1,000", "2147483648", "99999999999999999999", "ten", "1 0", "true", "0x", "line\nbreak", "it's"])
        {
            AssertSays(Refusal((key, wrong), ("Tenants:acme:Token", Token)), $"ScimLite:{key}", wrong, $"{least} to {most}");
        }
    }

    [Theory]
    [InlineData(null, null, 8_388_608)]
    [InlineData(null, "104857600", 104_857_600)]
    [InlineData("1048576", null, 1_048_576)]
    [InlineData("2000", "1024", 2000)]
    public void A_group_may_have_a_larger_body_than_anything_else_and_never_a_smaller_one(string? group, string? all, int bytes)
    {
        (string, string)[] sent = [
            .. new[] { ("Limits:MaxGroupBodyBytes", group), ("Limits:MaxBodyBytes", all) }.Where(s => s.Item2 is not null).Select(
            s => (s.Item1, s.Item2!))];
        Assert.Equal(bytes, Read([.. sent, ("Tenants:acme:Token", Token)]).Limits.GroupBodyBytes);

        foreach (var bad in (string[])["1048575", "1023", "104857601", "-1", "abc"])
        {
            AssertSays(Refusal(("Limits:MaxGroupBodyBytes", bad), ("Tenants:acme:Token", Token)), "ScimLite:Limits:MaxGroupBodyBytes",
                bad, "1024 to 104857600, and not below MaxBodyBytes");
        }
    }

    [Theory]
    [InlineData("Dialect", "entra or rfc", "okta", "entra,rfc x", "2", "-1", "Entra Rfc")]
    [InlineData("UnknownMembers", "reject or accept", "ignore", "2", "-1", "true")]
    [InlineData("ProvisioningEnabled", "true or false", "yes", "on", "1", "0", "2", "enabled")]
    public void A_word_is_one_of_those_that_are_known(string key, string allowed, params string[] wrong)
    {
        foreach (var value in wrong)
        {
            AssertSays(Refusal(($"Tenants:acme:{key}", value), ("Tenants:acme:Token", Token)), $"ScimLite:Tenants:acme:{key}", value, allowed);
        }
    }

    [Theory]
    [InlineData("https://scim.example.com", true)]
    [InlineData("https://scim.example.com/", true)]
    [InlineData("http://10.1.2.3:8080", true)]
    [InlineData("https://[2001:db8::1]:8443", true)]
    [InlineData("scim.example.com", false)]
    [InlineData("//scim.example.com", false)]
    [InlineData("/scim", false)]
    [InlineData("ftp://scim.example.com", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("https://scim.example.com/scim", false)]
    [InlineData("https://scim.example.com/scim/v2", false)]
    [InlineData("https://scim.example.com?x=y", false)]
    [InlineData("https://scim.example.com#x", false)]
    [InlineData("https://user:word@scim.example.com", false)]
    [InlineData("https://", false)]
    [InlineData(" ", false)]
    [InlineData("https://scim.example.com:0x50", false)]
    public void A_public_url_is_scheme_and_host_alone(string url, bool good)
    {
        if (good)
        {
            Assert.Equal(url, Read(("PublicUrl", url)).PublicUrl);
        }
        else
        {
            AssertSays(Refusal(("PublicUrl", url)), "ScimLite:PublicUrl", url, "scheme and host alone");
        }
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("::1", true)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("proxy.example.com", false)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("10.0.0.1/8", true)]
    [InlineData("10.0.0.0/-1", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    [InlineData("10.0.0.0/8,172.16.0.0/12", false)]
    public void A_known_proxy_is_an_address_or_a_network(string proxy, bool good)
    {
        if (good)
        {
            Assert.Equal(["10.9.9.9", proxy], Read(("KnownProxies:0", "10.9.9.9"), ("KnownProxies:1", proxy)).KnownProxies);
        }
        else
        {
            AssertSays(Refusal(("KnownProxies:0", "10.9.9.9"), ("KnownProxies:1", proxy)), "ScimLite:KnownProxies", proxy, "10.0.0.0/8");
        }
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("0", true)]
    [InlineData("acme-gmbh-2", true)]
    [InlineData("a-", true)]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", true)]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false)]
    [InlineData("-acme", false)]
    [InlineData("Acme", false)]
    [InlineData("ac_me", false)]
    [InlineData("ac.me", false)]
    [InlineData("ac me", false)]
    [InlineData("acmé", false)]
    [InlineData("acme\n", false)]
    [InlineData("{acme}", false)]
    [InlineData("*", false)]
    public void A_tenant_id_is_small_letters_digits_and_dashes(string id, bool good)
    {
        if (good)
        {
            Assert.Equal([id], Read(($"Tenants:{id}:Token", Token)).Tenants.Keys);
        }
        else
        {
            AssertSays(Refusal(($"Tenants:{id}:Token", Token)), "ScimLite:Tenants:", id, "1 to 63 small letters, digits and dashes");
        }
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("blank at-the-end-of-it ")]
    [InlineData("a-secret-with-a-line-break\n")]
    [InlineData("a-secret-with a-blank-within")]
    [InlineData("a-secret-with-ümlauts-in-it")]
    public void A_token_that_no_header_could_carry_is_refused_and_not_told(string token)
    {
        var message = Refusal(("Tenants:acme:Token", token));

        AssertSays(message, "ScimLite:Tenants:acme:Token", "ASCII without blanks");
        Assert.True(token.Trim().Length == 0 || !message.Contains(token.Trim(), StringComparison.Ordinal), message);
    }

    [Fact]
    public void A_tenant_may_have_no_token_of_its_own()
    {
        var settings = Read(("Tenants:acme:DisplayName", "Acme"));

        Assert.Equal("", settings.Tenants["acme"].Token);
    }

    [Fact]
    public void Two_tenants_may_not_share_a_token_and_the_message_names_both_but_not_the_token()
    {
        var message = Refusal(("Tenants:acme:Token", Token), ("Tenants:other:Token", Token));

        AssertSays(message, "acme", "other", "its own");
        Assert.DoesNotContain(Token, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_is_never_told_whatever_else_is_wrong_with_its_tenant()
    {
        (string Key, string? Value)[][] mistakes =
        [
            [("Tenants:acme", Token)], // the token in the place of its tenant
            [("Tenants", Token)],
            [("Tenants:acme:Token", Token), ("Tenants:acme:RequestsPerSecond", "0")],
            [("Tenants:acme:Token", Token), ("Tenants:acme:RequestsPerSecond", "many")],
            [("Tenants:acme:Token", Token), ("Tenants:acme:Dialect", "x")],
            [("Tenants:Acme:Token", Token)],
            [("Tenants:acme:Token", Token), ("Tenants:other:Token", Token), ("Tenants:third:Token", Token)],
            [("Tenants:acme:Token", Token), ("Limits:MaxPageSize", "0"), ("PublicUrl", "x")],
        ];
        foreach (var mistake in mistakes)
        {
            Assert.DoesNotContain(Token, Refusal(mistake), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_mistakes_are_told_at_once_one_on_a_line()
    {
        var lines = Refusal(("Limits:MaxPageSize", "0"), ("Limits:MaxFilterDepth", "129"), ("PublicUrl", "x"), ("Tenants:acme:Token", "sh ort")).Split(Environment.NewLine);

        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.Matches("^ScimLite:[^ ]+ .*; allowed (is|are) .*[.]$", line));
    }

    [Fact]
    public void A_list_may_be_one_value_with_commas()
    {
        Assert.Equal(["10.1.2.3"], Read(("KnownProxies", "10.1.2.3")).KnownProxies);
        Assert.Equal(["10.0.0.0/8", "::1"], Read(("KnownProxies", "10.0.0.0/8, ::1")).KnownProxies);
        AssertSays(Refusal(("KnownProxies", "10.0.0.0/8, proxy")), "ScimLite:KnownProxies", "'proxy'");
    }

    static void AssertSays(string message, params string[] parts) => Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
}
