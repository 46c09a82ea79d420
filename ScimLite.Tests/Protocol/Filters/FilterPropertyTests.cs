using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;

namespace ScimLite.Tests.Protocol.Filters;

/// <summary>What holds of every filter, RFC 7644 §3.4.2.2 and §7.4.</summary>
public sealed class FilterPropertyTests
{
    [Fact] // SCIM vectors §2: never 500
    public void Any_text_is_a_filter_or_refused() => Gen.Select(FilterText.Any, Gen.Enum<Dialect>()).Sample((text, dialect) =>
    {
        if (TryParse(text, dialect, out var error) is { } filter)
        {
            Assert.NotEqual("", filter.ToString());
        }
        else
        {
            Assert.Equal((400, "invalidFilter"), (error!.Status, error.ScimType));
            Assert.NotEmpty(ScimJson.Write(new JsonObject { ["detail"] = error.Detail }));
        }
    }, iter: 3000);

    [Fact] // RFC 7644 figure 1
    public void A_filter_of_the_grammar_is_read_in_both_dialects_alike() => FilterText.Valid.Sample(text =>
    {
        var entra = TryParse(text, Dialect.Entra, out var error);

        Assert.True(entra is not null, error?.Detail);
        Assert.Equal(entra.ToString(), TryParse(text, Dialect.Rfc, out _)?.ToString());
    }, iter: 2000);

    [Fact] // RFC 7644 §3.4.2.2
    public void A_filter_that_is_printed_and_read_again_prints_the_same() =>
        Gen.OneOf<string>(FilterText.Valid, FilterText.Mutated).Sample(text =>
        {
            var printed = TryParse(text, Dialect.Entra, out _)?.ToString();
            if (printed is not null)
            {
                Assert.Equal(printed, TryParse(printed, Dialect.Rfc, out var error)?.ToString() ?? error!.Detail);
            }
        }, iter: 3000);

    [Fact] // SCIM vectors §3: never 500
    public void Any_filter_is_tested_on_a_user_or_refused()
    {
        var user = ScimJson.ParseStored(Encoding.UTF8.GetBytes("""
            {"id":"1","userName":"b","active":true,"meta":{"created":"2011-05-13T04:42:34Z"},"emails":[{"value":"a","type":"b","primary":true},{"value":"b"}]}
            """));
        Gen.Select(Gen.OneOf<string>(FilterText.Valid, FilterText.Mutated), Gen.Enum<Dialect>()).Sample((text, dialect) =>
        {
            if (TryParse(text, dialect, out _) is not { } filter)
            {
                return;
            }
            try
            {
                var test = FilterEvaluator.Compile(filter, SchemaCatalog.Core.User, new EntraDialect(dialect));
                Assert.Equal(!test(user), FilterEvaluator.Compile(new Filter.Not(filter), SchemaCatalog.Core.User, new EntraDialect(dialect))(user));
            }
            catch (ScimException e)
            {
                Assert.Equal("invalidFilter", e.Error.ScimType);
            }
        }, iter: 3000);
    }

    [Theory] // RFC 7644 §7.4: what is read grows with the text and not with its square
    [InlineData("", "(", "")]
    [InlineData("", "a pr and ", "a pr")]
    [InlineData("", "a pr or ", "a pr")]
    [InlineData("", "(a pr) or ", "a pr")]
    [InlineData("", "not (a pr) and ", "a pr")]
    [InlineData("", "e[a pr] or ", "a pr")]
    [InlineData("", "e[a pr].b pr or ", "a pr")]
    [InlineData("a eq \"", "x", "")]
    [InlineData("a eq \"", "x", "\"")]
    [InlineData("a eq \"", "\\u0041", "\"")]
    [InlineData("a eq \"", "\\u0041", "")]
    [InlineData("", "a", " pr")]
    [InlineData("urn:", "a:", "b pr")]
    [InlineData("urn:", ":", "b pr")]
    [InlineData("a", ".b", " pr")]
    [InlineData("a pr", " ", "b")]
    [InlineData("a eq ", "1", "")]
    [InlineData("a eq 1", "0", "e5")]
    [InlineData("a eq ", "x", "")]
    [InlineData("", "]", "")]
    public void Reading_eight_times_the_text_allocates_no_more_than_some_ten_times_as_much(string head, string body, string tail)
    {
        // A megabyte that took time by its square would not end while somebody waits.
        var small = head + string.Concat(Enumerable.Repeat(body, 131_072 / body.Length)) + tail;
        var large = head + string.Concat(Enumerable.Repeat(body, 1_048_576 / body.Length)) + tail;
        Allocated(small);

        var once = Allocated(small);
        Assert.InRange(Allocated(large), 0, (once * 10) + 65_536);
    }

    private static long Allocated(string text)
    {
        var limits = new FilterLimits(MaxLength: 2_000_000, MaxDepth: 128);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            FilterParser.Parse(text, new EntraDialect(Dialect.Entra), limits);
        }
        catch (ScimException e)
        {
            Assert.Equal("invalidFilter", e.Error.ScimType);
        }
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Filter? TryParse(string text, Dialect dialect, out ScimError? error)
    {
        error = null;
        try
        {
            return FilterParser.Parse(text, new EntraDialect(dialect));
        }
        catch (ScimException e)
        {
            error = e.Error;
            return null;
        }
    }
}
