using System.Text;
using ScimLite.Protocol;

namespace ScimLite.Tests.Protocol;

/// <summary>What is told of two documents without making trees of them.</summary>
public sealed class ScimJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"b":"x","c":{"d":[1,{"e":null}]}}""", """{"a":1,"b":"x","c":{"d":[1,{"e":null}]}}""", "")]
    [InlineData("""{"a":1,"b":"x"}""", """{"b":"x","a":1}""", "")]
    [InlineData("""{"a":1,"b":"x"}""", """{"a":1,"b":"y"}""", "b")]
    [InlineData("""{"a":1,"b":"x"}""", """{"a":1}""", "b")]
    [InlineData("""{"a":1}""", """{"a":1,"b":{"a":1}}""", "b")]
    [InlineData("""{"a":{"x":1,"y":2},"b":[1,2]}""", """{"a":{"y":2,"x":1},"b":[1,2,3]}""", "a b")]
    [InlineData("""{"urn:a:b":{"x":"a,\"}"},"z":"\\"}""", """{"urn:a:b":{"x":"a,\"}"},"z":"\\\\"}""", "z")]
    [InlineData("{}", "{}", "")]
    public void The_names_whose_text_differs_are_told(string one, string other, string names)
    {
        var (first, second) = (Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

        Assert.Equal(names, string.Join(' ', ScimJson.Differing(first, second).Order(StringComparer.Ordinal)));
        Assert.Equal(names, string.Join(' ', ScimJson.Differing(second, first).Order(StringComparer.Ordinal)));
    }
}
