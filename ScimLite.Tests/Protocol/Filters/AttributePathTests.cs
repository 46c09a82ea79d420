using ScimLite.Protocol.Filters;

namespace ScimLite.Tests.Protocol.Filters;

/// <summary>Attribute names as RFC 7644 §3.10 writes them.</summary>
public sealed class AttributePathTests
{
    [Theory] // SCIM vectors §1, §4
    [InlineData("members", null, "members", null)]
    [InlineData("name.familyName", null, "name", "familyName")]
    [InlineData("a", null, "a", null)]
    [InlineData("a_b", null, "a_b", null)]
    [InlineData("a-b", null, "a-b", null)]
    [InlineData("attr.$ref", null, "attr", "$ref")]
    [InlineData("$ref", null, "$ref", null)]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName", "urn:ietf:params:scim:schemas:core:2.0:User", "userName", null)]
    [InlineData(
        "urn:example:scim:schemas:extension:my-custom-ext:1.0:User:name.familyName",
        "urn:example:scim:schemas:extension:my-custom-ext:1.0:User", "name", "familyName")]
    [InlineData("URN:Example:2.0:User:a", "URN:Example:2.0:User", "a", null)]
    public void A_path_is_a_URN_a_name_and_a_sub_attribute_and_prints_as_sent(string text, string? urn, string name, string? sub)
    {
        var path = AttributePath.Parse(text);

        Assert.Equal(new AttributePath(urn, name, sub), path);
        Assert.Equal(text, path.ToString());
    }

    [Theory] // RFC 7644 figure 1, SCIM vectors §4
    [InlineData("")]
    [InlineData(".")]
    [InlineData("attr.")]
    [InlineData(".attr")]
    [InlineData("invalid..path")]
    [InlineData("a.b.c")]
    [InlineData("urn:extension:.attr")]
    [InlineData("urn:extension:.")]
    [InlineData("urn:")]
    [InlineData("urn::a")]
    [InlineData("urn:a b:c")]
    [InlineData("%invalid$$path")]
    [InlineData("123invalid")]
    [InlineData("a:b")]
    [InlineData("a b")]
    [InlineData("é")]
    public void What_is_no_path_is_told_by_TryParse_and_thrown_by_Parse(string text)
    {
        Assert.False(AttributePath.TryParse(text, out _));
        Assert.Throws<FormatException>(() => AttributePath.Parse(text));
    }
}
