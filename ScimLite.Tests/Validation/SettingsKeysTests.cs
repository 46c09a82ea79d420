using System.Text.RegularExpressions;
using ScimLite.Tests.Hosting;
using ScimLite.Validation;

namespace ScimLite.Tests.Validation;

/// <summary>A key that does not exist stops the start and is answered with the nearest that does; nothing but keys is repeated.</summary>
public sealed partial class SettingsKeysTests
{
    static string? Refusal(string key, string value = "a-secret") =>
        Record.Exception(() => SettingsReader.Read(Configuration.Of((key, value)))) is SettingsException e ? e.Message : null;

    [Theory]
    [InlineData("ScimLite:AdminKei", "ScimLite:AdminKey")]
    [InlineData("scimlite:adminkei", "ScimLite:AdminKey")]
    [InlineData("ScimLite:MaxPageSize", "ScimLite:Limits:MaxPageSize")]
    [InlineData("ScimLite:Limit:MaxPageSize", "ScimLite:Limits:MaxPageSize")]
    [InlineData("ScimLite:Limits:MaxPagesize:Big", "ScimLite:Limits:MaxPageSize")]
    [InlineData("ScimLite:Tenants:contoso:Tokn", "ScimLite:Tenants:contoso:Token")]
    [InlineData("ScimLite:Tenants:contoso:Gard:MaxShare", "ScimLite:Tenants:contoso:Guard:MaxShare")]
    [InlineData("ScimLite:Tenant:contoso:Token", "ScimLite:Tenants:<id>:Token")]
    [InlineData("ScimLite:OAuth:KeyHosts:first", "ScimLite:OAuth:KeyHosts:0")]
    [InlineData("ScimLite:OpenIdConnect:AllowedGroup:0", "ScimLite:OpenIdConnect:AllowedGroups:0")]
    [InlineData("ScimLite:OpenIdConnect:IsOn", "ScimLite:OpenIdConnect:ClientId")]
    public void An_unknown_key_is_refused_with_the_nearest(string key, string nearest)
    {
        var said = Refusal(key)!;

        Assert.Matches($"^(?i:{Regex.Escape(key)}) is not a setting; the nearest is ", said);
        Assert.EndsWith($"the nearest is {nearest}.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ScimLite:Limits", "ScimLite:Limits is one value; allowed are keys below it, such as ScimLite:Limits:MaxBodyBytes.")]
    [InlineData("ScimLite:OAuth:KeyHosts", "ScimLite:OAuth:KeyHosts is one value; allowed are keys below it, such as ScimLite:OAuth:KeyHosts:0.")]
    [InlineData("ScimLite:Tenants:contoso:Guard", "ScimLite:Tenants:contoso:Guard is one value; allowed are keys below it, such as ScimLite:Tenants:contoso:Guard:MaxRemovals.")]
    public void One_value_in_the_place_of_several_keys_is_refused(string key, string sentence) => Assert.Equal(sentence, Refusal(key));

    [Fact]
    public void Several_unknown_keys_are_reported_together()
    {
        var said = Assert.Throws<SettingsException>(() => SettingsReader.Read(Configuration.Of(("ScimLite:A", "1"), ("ScimLite:B", "2")))).Message;

        Assert.Equal(2, said.Split(Environment.NewLine).Length);
    }

    [Theory]
    [InlineData("ScimLite:KnownProxies", "10.0.0.0/8, 10.1.2.3")]
    [InlineData("ScimLite:KnownProxies:7", "10.0.0.0/8")]
    [InlineData("scimlite:TENANTS:acme:guard:MAXREMOVALS", "5")]
    [InlineData("Logging:LogLevel:Default", "None")]
    [InlineData("Kestrel:Whatever", "x")]
    public void A_key_that_exists_and_a_key_of_others_pass(string key, string value) => Assert.Null(Refusal(key, value));

    [Fact]
    public void Every_key_of_the_readme_exists()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var keys = Row().Matches(readme).Select(m => m.Groups[1].Value.Replace("<id>", "acme", StringComparison.Ordinal)).ToArray();

        Assert.True(keys.Length > 30, $"only {keys.Length} keys were found");
        Assert.DoesNotContain(keys, key => Refusal(key, "1") is { } said && said.Contains("is not a setting", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| `(ScimLite:[\w:<>]+)`", RegexOptions.Multiline)]
    private static partial Regex Row();
}
