using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>Which filters and orders an index answers, and which it answers alone.</summary>
public sealed class QueryPlanTests
{
    [Theory]
    [InlineData("id eq \"a\"", "id", true)]
    [InlineData("userName eq \"a\"", "index userName", true)]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:username EQ \"a\"", "index userName", true)]
    [InlineData("userName sw \"a\"", "index userName", true)]
    [InlineData("userName gt \"a\"", "index userName", true)]
    [InlineData("userName ge \"a\" and userName lt \"b\"", "index userName", true)]
    [InlineData("externalId le \"a\"", "index externalId", true)]
    [InlineData("displayName pr", "index displayName", true)]
    [InlineData("meta.lastModified gt \"2026-01-01T00:00:00Z\"", "index meta.lastModified", true)]
    [InlineData("meta.lastModified ge \"2026-01-01T00:00:00Z\" and meta.lastModified lt \"2026-02-01T00:00:00Z\"", "index meta.lastModified", true)]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber sw \"7\"", "index EnterpriseUser:employeeNumber", true)]
    [InlineData("title pr and userName eq \"a\"", "index userName", false)]
    [InlineData("title pr and userName sw \"a\"", "index userName", false)]
    [InlineData("displayName pr and userName gt \"a\"", "index userName", false)]
    [InlineData("displayName pr and meta.lastModified gt \"2026-01-01T00:00:00Z\" and title pr", "index meta.lastModified", false)]
    [InlineData("emails.value eq \"a\"", "index emails.value", true)]
    [InlineData("emails eq \"a\"", "index emails.value", true)]
    [InlineData("emails[type eq \"work\" and value eq \"a\"]", "index emails.value", false)]
    [InlineData("emails.value sw \"a\"", "index emails.value", false)]
    [InlineData("emails.value pr", "index emails.value", false)]
    [InlineData("emails pr", "scan", false)]
    [InlineData("userName co \"a\"", "scan", false)]
    [InlineData("userName ew \"a\"", "scan", false)]
    [InlineData("userName ne \"a\"", "scan", false)]
    [InlineData("userName eq \"a\" or userName eq \"b\"", "scan", false)]
    [InlineData("not (userName eq \"a\")", "scan", false)]
    [InlineData("displayName eq null", "scan", false)]
    [InlineData("title eq \"a\"", "scan", false)]
    [InlineData("meta.lastModified sw \"2026\"", "scan", false)]
    [InlineData("meta pr", "scan", false)]
    public void A_filter_is_answered_by_the_index_that_knows_most(string filter, string words, bool alone)
    {
        var plan = QueryPlan.For(FilterParser.Parse(filter, new EntraDialect(Dialect.Rfc), new FilterLimits(1000, 10)), User, new EntraDialect(Dialect.Rfc));

        Assert.Equal((words, alone), (plan.Words, plan.Test is null));
    }

    [Theory]
    [InlineData(null, "userName", "index userName", false)]
    [InlineData(null, "meta.lastModified", "index meta.lastModified", false)]
    [InlineData(null, "emails.value", "all, sorted", false)]
    [InlineData(null, "title", "all, sorted", false)]
    [InlineData("title pr", "userName", "scan index userName", true)]
    [InlineData("title pr", "title", "scan, sorted", true)]
    [InlineData("userName sw \"a\"", "userName", "index userName", false)]
    [InlineData("userName eq \"a\"", "userName", "index userName", false)]
    [InlineData("userName sw \"a\"", "displayName", "index userName, sorted", false)]
    [InlineData("id eq \"a\"", "displayName", "id", false)]
    public void An_order_is_walked_along_an_index_or_made_of_what_was_found(string? filter, string sort, string words, bool tested)
    {
        var parsed = filter is null ? null : FilterParser.Parse(filter, new EntraDialect(Dialect.Rfc), new FilterLimits(1000, 10));

        var plan = QueryPlan.For(parsed, User, new EntraDialect(Dialect.Rfc), User.Resolve(AttributePath.Parse(sort)));

        Assert.Equal((words, tested), (plan.Words, plan.Test is not null));
    }

    [Fact]
    public void The_stretches_of_terms_that_exclude_each_other_have_nothing_in_common()
    {
        var index = User.Indexed.Single(i => i.Index == "userName");

        var range = IndexRange.Comparing(index, CompareOperator.Gt, "b")!.Within(IndexRange.Comparing(index, CompareOperator.Lt, "a")!);

        Assert.Equal(range.From, range.To);
    }
}
