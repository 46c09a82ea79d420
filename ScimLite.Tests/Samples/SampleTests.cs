using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>The samples themselves: none is left out, none is mended more than it needs, and the misprints are refused.</summary>
public sealed class SampleTests
{
    [Fact] // every example of RFC 7643 §8 and of RFC 7644 that concerns this server
    public void Every_sample_is_used_by_a_test_and_every_sample_that_a_test_names_is_here()
    {
        var named = typeof(SampleTests).Assembly.GetTypes()
            .Where(type => type.Namespace is "ScimLite.Tests.Samples" or "ScimLite.Tests.Conformance")
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributesData())
            .SelectMany(attribute => attribute.ConstructorArguments)
            .SelectMany(TextsIn)
            .Where(text => Path.GetExtension(text) is ".json" or ".txt")
            .Distinct()
            .Order(StringComparer.Ordinal);
        var here = Directory.EnumerateFiles(Sample.Folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Sample.Folder, path))
            .Order(StringComparer.Ordinal);

        Assert.Equal(here, named);
    }

    [Theory] // RFC 7643 §8.7: "the JSON representation has been modified for readability and to fit the specification format"
    [InlineData("rfc7643-8.2-full-user.txt", "rfc7643-8.2-full-user.json")]
    [InlineData("rfc7643-8.3-enterprise-user.txt", "rfc7643-8.3-enterprise-user.json")]
    [InlineData("rfc7643-8.7.1-resource-schemas.txt", "rfc7643-8.7.1-resource-schemas.json")]
    [InlineData("rfc7643-8.7.2-service-provider-schemas.txt", "rfc7643-8.7.2-service-provider-schemas.json")]
    public void A_text_broken_to_fit_the_page_is_mended_by_joining_lines_alone(string printed, string mended)
    {
        Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(Sample.Text(printed)));
        Assert.NotNull(JsonNode.Parse(Sample.Text(mended)));
        Assert.Equal(WithoutBlanks(Sample.Text(printed)), WithoutBlanks(Sample.Text(mended)));
    }

    [Theory] // RFC 7644 §3.4.2.4, §3.5.2, §3.5.2.1, §3.5.2.3, §3.7.3, §3.12
    [InlineData("rfc7644-3.4.2.4-page-response.txt", "rfc7644-3.4.2.4-page-response.json", "{...}", "{}")]
    [InlineData("rfc7644-3.5.2-patch-structure.txt", "rfc7644-3.5.2-patch-structure.json", ",...+additionaloperationsifneeded...]", "]")]
    [InlineData("rfc7644-3.5.2.1-add-attributes.txt", "rfc7644-3.5.2.1-add-attributes.json", "\"Babs\"}]", "\"Babs\"}}]")]
    [InlineData("rfc7644-3.5.2.3-replace-attributes.txt", "rfc7644-3.5.2.3-replace-attributes.json", "\"Babs\"}]", "\"Babs\"}}]")]
    [InlineData("rfc7644-3.7.3-request.txt", "rfc7644-3.7.3-request.json",
        "\"data\":{[", "\"data\":{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[")]
    [InlineData("rfc7644-3.7.3-stopped-response.txt", "rfc7644-3.7.3-stopped-response.json", "\"\"detail\"", "\",\"detail\"")]
    [InlineData("rfc7644-3.7.3-all-failed-response.txt", "rfc7644-3.7.3-all-failed-response.json", "\"\"detail\"", "\",\"detail\"")]
    [InlineData("rfc7644-3.12-mutability-error.txt", "rfc7644-3.12-mutability-error.json", "\"\"detail\"", "\",\"detail\"")]
    public void A_misprint_is_mended_in_one_place(string printed, string mended, string wrong, string right)
    {
        Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(Sample.Text(printed)));
        Assert.NotNull(JsonNode.Parse(Sample.Text(mended)));
        Assert.Equal(
            WithoutBlanks(Sample.Text(printed)).Replace(wrong, right, StringComparison.Ordinal),
            WithoutBlanks(Sample.Text(mended)));
    }

    [Theory] // RFC 7644 §3.12, table 9: invalidSyntax
    [InBothDialects("rfc7643-8.2-full-user.txt", "POST", "Users")]
    [InBothDialects("rfc7643-8.2-full-user.txt", "PUT", "Users")]
    [InBothDialects("rfc7643-8.3-enterprise-user.txt", "POST", "Users")]
    [InBothDialects("rfc7643-8.3-enterprise-user.txt", "PUT", "Users")]
    [InBothDialects("rfc7644-3.5.2-patch-structure.txt", "PATCH", "Groups")]
    [InBothDialects("rfc7644-3.5.2.1-add-attributes.txt", "PATCH", "Users")]
    [InBothDialects("rfc7644-3.5.2.3-replace-attributes.txt", "PATCH", "Users")]
    [InBothDialects("rfc7644-3.7.3-request.txt", "POST", "Bulk")]
    public async Task A_body_as_misprinted_is_refused_as_invalidSyntax_and_changes_nothing(
        StoreKind store, string dialect, string file, string verb, string endpoint)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var user = await host.Client.Create("Users", Person.James.AsUser);
        var group = await host.Client.Create(
            "Groups", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Tour Guides"}""");
        var before = await host.Client.Get(endpoint);
        var path = $"{endpoint}/{(endpoint == "Users" ? user.Id : group.Id)}";

        var answer = verb switch
        {
            "POST" => await host.Client.Post(endpoint, Sample.Text(file)),
            "PUT" => await host.Client.Put(path, Sample.Text(file)),
            _ => await host.Client.Patch(path, Sample.Text(file)),
        };

        answer.Refused(HttpStatusCode.BadRequest, "invalidSyntax");
        Expect.Same(before.Body, (await host.Client.Get(endpoint)).Body);
    }

    static string WithoutBlanks(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));

    static IEnumerable<string> TextsIn(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        string text => [text],
        IReadOnlyCollection<CustomAttributeTypedArgument> list => list.SelectMany(TextsIn),
        _ => [],
    };
}
