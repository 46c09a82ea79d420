using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;

namespace ScimLite.Tests.Protocol.Filters;

/// <summary>The filter grammar of RFC 7644 figure 1, on the filters that other suites and clients send.</summary>
public sealed class FilterParserTests
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    [Theory] // SCIM vectors §1
    [InlineData("userName eq \"bjensen\"", "userName eq \"bjensen\"")]
    [InlineData("Username Eq \"bjensen\"", "Username eq \"bjensen\"")]
    [InlineData("USERNAME eQ \"bjensen\"", "USERNAME eq \"bjensen\"")]
    [InlineData("NAME PR AND NOT (FIRST EQ \"t\") AND ANOTHER NE \"t\"", "NAME pr and not (FIRST eq \"t\") and ANOTHER ne \"t\"")]
    [InlineData("title pR", "title pr")]
    [InlineData("userName ne \"x\"", "userName ne \"x\"")]
    [InlineData("userName co \"x\"", "userName co \"x\"")]
    [InlineData("userName sw \"x\"", "userName sw \"x\"")]
    [InlineData("userName ew \"x\"", "userName ew \"x\"")]
    [InlineData("userName gt \"x\"", "userName gt \"x\"")]
    [InlineData("userName ge \"x\"", "userName ge \"x\"")]
    [InlineData("userName lt \"x\"", "userName lt \"x\"")]
    [InlineData("userName le \"x\"", "userName le \"x\"")]
    [InlineData("title pr", "title pr")]
    [InlineData("name.familyName co \"O'Malley\"", "name.familyName co \"O'Malley\"")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"", "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"")]
    [InlineData(Enterprise + ":manager.value eq \"5.5\"", Enterprise + ":manager.value eq \"5.5\"")]
    [InlineData(Enterprise + ":costCenter eq \"chuck\"", Enterprise + ":costCenter eq \"chuck\"")]
    [InlineData("meta.lastModified gt \"2011-05-13T04:42:34Z\"", "meta.lastModified gt \"2011-05-13T04:42:34Z\"")]
    [InlineData("meta.lastModified ge \"2011-05-13T04:42:34Z\"", "meta.lastModified ge \"2011-05-13T04:42:34Z\"")]
    [InlineData("meta.lastModified lt \"2011-05-13T04:42:34Z\"", "meta.lastModified lt \"2011-05-13T04:42:34Z\"")]
    [InlineData("meta.lastModified le \"2011-05-13T04:42:34Z\"", "meta.lastModified le \"2011-05-13T04:42:34Z\"")]
    [InlineData(" title  pr  and  userType  eq  \"Employee\" ", "title pr and userType eq \"Employee\"")]
    [InlineData("not(userName ew \"sen\")", "not (userName ew \"sen\")")]
    [InlineData("not ( userName ew \"sen\" ) ", "not (userName ew \"sen\")")]
    [InlineData(
        "userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")",
        "userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")")]
    [InlineData(
        "userType ne \"Employee\" and not (emails co \"a\" or emails.value co \"b\")",
        "userType ne \"Employee\" and not (emails co \"a\" or emails.value co \"b\")")]
    [InlineData(
        "userType eq \"Employee\" and emails[type eq \"work\" and value co \"@example.com\"]",
        "userType eq \"Employee\" and emails[type eq \"work\" and value co \"@example.com\"]")]
    [InlineData(
        "emails[type eq \"work\" and value co \"@a\"] or ims[type eq \"xmpp\" and value co \"@b\"]",
        "emails[type eq \"work\" and value co \"@a\"] or ims[type eq \"xmpp\" and value co \"@b\"]")]
    [InlineData("emails[not (type eq \"work\")]", "emails[not (type eq \"work\")]")]
    [InlineData("not(addresses[city ne \"Austin\"])", "not (addresses[city ne \"Austin\"])")]
    [InlineData("addresses[zipcode eq 88283 and city ne \"Austin\"]", "addresses[zipcode eq 88283 and city ne \"Austin\"]")]
    [InlineData("x eq 25", "x eq 25")]
    [InlineData("x eq 25.52", "x eq 25.52")]
    [InlineData("x gt 2e2", "x gt 2e2")]
    [InlineData("x gt -5.1e-2", "x gt -5.1e-2")]
    [InlineData("x gt -510", "x gt -510")]
    [InlineData("active eq true", "active eq true")]
    [InlineData("active eq false", "active eq false")]
    [InlineData("userType eq null", "userType eq null")]
    [InlineData("$ref eq null", "$ref eq null")]
    [InlineData("manager.$ref eq \"/v2/Users/a\"", "manager.$ref eq \"/v2/Users/a\"")]
    [InlineData(
        "manager[$ref eq \"/v2/Users/q\" and value eq \"q\"] or userName eq \"tom\"",
        "manager[$ref eq \"/v2/Users/q\" and value eq \"q\"] or userName eq \"tom\"")]
    [InlineData("pr pr", "pr pr")]
    [InlineData("not eq \"pr\"", "not eq \"pr\"")]
    [InlineData("userName eq \"TestGroup!@#$%^&*()_+=-{}][\\\":;'/.,?Nej\"", "userName eq \"TestGroup!@#$%^&*()_+=-{}][\\\":;'/.,?Nej\"")]
    [InlineData("userName eq \"This is \\\"test\\\" user.\"", "userName eq \"This is \\\"test\\\" user.\"")]
    [InlineData("preferredLanguage eq \"\"", "preferredLanguage eq \"\"")]
    [InlineData("(emails.type eq \"work\")", "emails.type eq \"work\"")]
    [InlineData(
        "((userName eq \"5.5\") and not( a eq \"C\" OR b eq \"d\"))",
        "userName eq \"5.5\" and not (a eq \"C\" or b eq \"d\")")]
    [InlineData("id eq \"not-a-uuid\"", "id eq \"not-a-uuid\"")]
    [InlineData("id eq \"bjensen@example.com\"", "id eq \"bjensen@example.com\"")]
    [InlineData("a eq \"1\" or b eq \"2\" and c eq \"3\"", "a eq \"1\" or b eq \"2\" and c eq \"3\"")]
    [InlineData("(a eq \"1\" or b eq \"2\") and c eq \"3\"", "(a eq \"1\" or b eq \"2\") and c eq \"3\"")]
    [InlineData("not (t pr or e pr) and u pr", "not (t pr or e pr) and u pr")]
    // Outside the RFC's grammar: the bracket and the comparison hold of one element.
    [InlineData("addresses[type eq \"work\"].country eq \"\"", "addresses[type eq \"work\" and country eq \"\"]")]
    [InlineData("members[value eq \"6784\"] eq \"\"", "members[value eq \"6784\" and value eq \"\"]")]
    [InlineData("emails[type eq \"work\"].value ew \"@x\"", "emails[type eq \"work\" and value ew \"@x\"]")]
    [InlineData("emails[type eq \"work\" or type pr].value pr", "emails[(type eq \"work\" or type pr) and value pr]")]
    public void A_filter_is_read_in_both_dialects_and_prints_as_what_it_means(string text, string printed)
    {
        Assert.Equal(printed, Parse(text, Dialect.Entra).ToString());
        Assert.Equal(printed, Parse(text, Dialect.Rfc).ToString());
        Assert.Equal(printed, Parse(printed, Dialect.Rfc).ToString());
    }

    [Fact] // SCIM vectors §1
    public void Every_JSON_escape_in_a_string_is_decoded()
    {
        var filter = Assert.IsType<Filter.Compare>(Parse("userName co \"\\ufe00\\\"\\n\\t\\\\\\/\\b\\f\\r\\u0041\"", Dialect.Rfc));

        Assert.Equal(new Literal(LiteralKind.Text, "\ufe00\"\n\t\\/\b\f\rA"), filter.Value);
    }

    [Theory] // SCIM vectors §1
    [InlineData("x eq \"25\"", LiteralKind.Text, "25")]
    [InlineData("x eq 25.52", LiteralKind.Number, "25.52")]
    [InlineData("x eq -5.1e-2", LiteralKind.Number, "-5.1e-2")]
    [InlineData("x eq false", LiteralKind.Truth, "false")]
    [InlineData("x eq null", LiteralKind.Null, "null")]
    public void A_literal_keeps_the_kind_and_digits_it_was_sent_with(string text, LiteralKind kind, string value) =>
        Assert.Equal(new Literal(kind, value), Assert.IsType<Filter.Compare>(Parse(text, Dialect.Rfc)).Value);

    [Fact] // RFC 7644 §3.4.2.2, SCIM vectors §1
    public void Not_binds_before_and_and_and_before_or()
    {
        var or = Assert.IsType<Filter.Or>(Parse("a pr or not (b pr) and c pr", Dialect.Rfc));

        Assert.IsType<Filter.Present>(or.Terms[0]);
        var and = Assert.IsType<Filter.And>(or.Terms[1]);
        Assert.IsType<Filter.Not>(and.Terms[0]);
        Assert.IsType<Filter.Present>(and.Terms[1]);
    }

    [Theory] // SCIM vectors §2
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("()")]
    [InlineData("(((")]
    [InlineData("foo")]
    [InlineData("userName eq")]
    [InlineData("userName pr and")]
    [InlineData("and or")]
    [InlineData("not ( and )")]
    [InlineData("userName pr \"bjensen\"")]
    [InlineData("username eq \"x\" userName pr")]
    [InlineData("title pr and userType eq \"Employee\" eq")]
    [InlineData("title pr and active eq true eq")]
    [InlineData("title pr and x eq 12345.23 eq")]
    [InlineData("( title pr ) eq ")]
    [InlineData("userName bad \"john\"")]
    [InlineData("userName regex \"t\"")]
    [InlineData("meta.lastModified lte \"2011-05-13T04:42:34Z\"")]
    [InlineData("userName eq 'bjensen'")]
    [InlineData("userName eq \"bjensen")]
    [InlineData("userName eq \"bjensen\\")]
    [InlineData("userName eq \"\\a\"")]
    [InlineData("userName co \"\\ufe\"")]
    [InlineData("userName co \"\\ufe0g\"")]
    [InlineData("userName eq (\"john\")")]
    [InlineData("(userName eq \"john\"")]
    [InlineData("userName eq \"john\")")]
    [InlineData("userName pr ()")]
    [InlineData("() userName pr")]
    [InlineData("(userName pr)()")]
    [InlineData("()(userName pr)")]
    [InlineData("userName[])")]
    [InlineData("userName pr[)")]
    [InlineData("userName pr [bar pr])")]
    [InlineData("userName[userName pr)")]
    [InlineData("userName[userName[bar pr]])")]
    [InlineData("userName[userName pr]])")]
    [InlineData("[value eq \"false\"]")]
    [InlineData("[id pr")]
    [InlineData("id pr]")]
    [InlineData("id -pr")]
    [InlineData("not userName pr")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("userName eq \"\\ud800\"")]
    [InlineData("userName eq \"\\udc00\\ud800\"")]
    public void A_broken_filter_is_invalidFilter_in_both_dialects(string text)
    {
        Refused(text, Dialect.Entra);
        Refused(text, Dialect.Rfc);
    }

    [Theory] // SCIM vectors §2, split
    [InlineData("userName eq bjensen", "bjensen")]
    [InlineData("userName eq example@example.com", "example@example.com")]
    [InlineData("emails[type eq work]", "work")]
    [InlineData("userName eq 0123", "0123")]
    [InlineData("userName eq 1.", "1.")]
    public void An_unquoted_string_is_read_in_dialect_entra_and_refused_in_rfc(string text, string value)
    {
        Assert.Contains($"eq \"{value}\"", Parse(text, Dialect.Entra).ToString(), StringComparison.Ordinal);
        Refused(text, Dialect.Rfc);
    }

    [Fact] // RFC 7644 §3.12
    public void A_refusal_tells_the_position_and_what_was_expected()
    {
        var error = Refused("title pr and userType bad \"x\"", Dialect.Rfc);

        Assert.Contains("character 23", error.Detail, StringComparison.Ordinal);
        Assert.Contains("operators eq, ne, co", error.Detail, StringComparison.Ordinal);
    }

    [Fact] // RFC 7644 §7.4
    public void As_many_brackets_are_read_as_the_limit_says_and_one_more_is_refused()
    {
        var limits = new FilterLimits(MaxDepth: 4);

        Assert.Equal("a pr", FilterParser.Parse("((((a pr))))", new EntraDialect(Dialect.Rfc), limits).ToString());
        var e = Assert.Throws<ScimException>(() => FilterParser.Parse("(((((a pr)))))", new EntraDialect(Dialect.Rfc), limits));
        Assert.Equal("invalidFilter", e.Error.ScimType);
    }

    [Fact] // RFC 7644 §7.4
    public void A_filter_of_the_greatest_length_is_read_and_one_character_more_is_refused()
    {
        var limits = new FilterLimits(MaxLength: 10);

        Assert.Equal("title pr", FilterParser.Parse("  title pr", new EntraDialect(Dialect.Rfc), limits).ToString());
        var e = Assert.Throws<ScimException>(() => FilterParser.Parse("  title pr ", new EntraDialect(Dialect.Rfc), limits));
        Assert.Equal("invalidFilter", e.Error.ScimType);
    }

    private static Filter Parse(string text, Dialect dialect) => FilterParser.Parse(text, new EntraDialect(dialect));

    private static ScimError Refused(string text, Dialect dialect)
    {
        var error = Assert.Throws<ScimException>(() => Parse(text, dialect)).Error;
        Assert.Equal((400, "invalidFilter"), (error.Status, error.ScimType));
        return error;
    }
}
