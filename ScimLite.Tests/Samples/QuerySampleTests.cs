using System.Net;
using System.Text.Json.Nodes;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>The queries that RFC 7644 §3.4.2 prints, on people for whom its filters make a difference.</summary>
public sealed class QuerySampleTests
{
    /// <summary>A directory of a hundred users is filled faster than a tenant may ask by default.</summary>
    static readonly Dictionary<string, string> NoRateLimit = new() { ["RequestsPerSecond"] = "100000" };

    const string Contractor =
        """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen","userType":"Contractor"}""";

    const string Intern = """
        {
          "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
          "userName":"jomalley",
          "name":{"familyName":"O'Malley"},
          "userType":"Intern",
          "emails":[{"value":"jomalley@example.org","type":"work"}],
          "ims":[{"value":"jomalley@foo.com","type":"xmpp"}]
        }
        """;

    /// <summary>Who matches the filters of figure 2, in their order; bjensen@example.com is the employee of RFC 7643 §8.3.</summary>
    static readonly string[] Matches =
    [
        "bjensen",                              // userName eq "bjensen"
        "jomalley",                             // name.familyName co "O'Malley"
        "jomalley",                             // userName sw "J": userName has no case
        "jomalley",                             // the same with the schema's URN
        "bjensen@example.com",                  // title pr
        "bjensen bjensen@example.com jomalley", // meta.lastModified gt 2011
        "bjensen bjensen@example.com jomalley", // meta.lastModified ge 2011
        "",                                     // meta.lastModified lt 2011
        "",                                     // meta.lastModified le 2011
        "bjensen@example.com",                  // title pr and userType eq "Employee"
        "bjensen@example.com jomalley",         // title pr or userType eq "Intern"
        "bjensen@example.com",                  // schemas eq the enterprise extension
        "bjensen@example.com",                  // Employee and (emails co "example.com" or emails.value co "example.org")
        "bjensen",                              // not Employee and not (the same e-mails)
        "bjensen@example.com",                  // Employee and (emails.type eq "work")
        "bjensen@example.com",                  // Employee and emails[type eq "work" and value co "@example.com"]
        "bjensen@example.com jomalley",         // that e-mail or ims[type eq "xmpp" and value co "@foo.com"]
    ];

    [Theory] // RFC 7644 §3.4.2.2, figure 2
    [InBothDialects("rfc7644-3.4.2.2-filters.txt", "rfc7643-8.3-enterprise-user.json")]
    public async Task Every_filter_of_figure_2_finds_whom_it_describes(StoreKind store, string dialect, string file, string employee)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        await host.Client.Create("Users", Sample.Text(employee));
        await host.Client.Create("Users", Contractor);
        await host.Client.Create("Users", Intern);
        var found = new List<string>();
        var expected = new List<string>();

        foreach (var (passage, matches) in Sample.Passages(file).Zip(Matches))
        {
            var filter = passage["filter=".Length..].Trim();
            var list = (await host.Client.Get($"Users?filter={Uri.EscapeDataString(filter)}")).Is(HttpStatusCode.OK).Body;
            Assert.Equal(list["Resources"]!.AsArray().Count, list["totalResults"]!.GetValue<int>());
            expected.Add($"{filter}: {matches}");
            found.Add($"{filter}: {Groups.Sorted([.. list["Resources"]!.AsArray().Select(user => user!.Text("userName"))])}");
        }

        Assert.Equal(expected, found);
        Assert.Equal(Matches.Length, Sample.Passages(file).Length);
    }

    [Theory] // RFC 7644 §3.4.2.2: "Some attributes (e.g., rooms and rooms.number) are hypothetical extensions"
    [OnBothStores("rooms pr")]
    [OnBothStores("rooms.number eq \"101\"")]
    public async Task A_filter_on_an_attribute_that_no_schema_knows_is_invalid_in_rfc_and_matches_nobody_in_entra(
        StoreKind store, string filter)
    {
        await using var strict = await ScimHost.StartAsync(store, "rfc");
        await using var lenient = await ScimHost.StartAsync(store, "entra");
        var path = $"Users?filter={Uri.EscapeDataString(filter)}";
        await strict.Client.Create("Users", Contractor);
        await lenient.Client.Create("Users", Contractor);

        (await strict.Client.Get(path)).Refused(HttpStatusCode.BadRequest, "invalidFilter");

        var list = (await lenient.Client.Get(path)).Is(HttpStatusCode.OK).Body;
        Assert.Equal(0, list["totalResults"]!.GetValue<int>());
        Assert.Empty(list["Resources"]!.AsArray());
    }

    [Theory] // RFC 7644 §3.4.2
    [InBothDialects("rfc7644-3.4.2-list-response.json")]
    public async Task The_userNames_of_all_users_are_listed_as_printed(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var sample = Sample.Json(file);
        foreach (var user in sample["Resources"]!.AsArray())
        {
            user!["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User");
            user["id"] = (await host.Client.Create("Users", user.ToJsonString())).Id;
        }

        var list = (await host.Client.Get("Users?attributes=userName")).Is(HttpStatusCode.OK).Body;

        // §3.4.2 prints the users without "schemas", §3.9 and RFC 7643 §3 demand it: the server may do either here.
        foreach (var user in list["Resources"]!.AsArray().Concat(sample["Resources"]!.AsArray()))
        {
            user!.AsObject().Remove("schemas");
        }

        Expect.Holds(sample, list);
    }

    [Theory] // RFC 7644 §3.4.2.4, figure 3
    [OnBothStores("rfc7644-3.4.2.4-page-response.json")]
    public async Task A_hundred_users_are_read_in_ten_pages_of_ten(StoreKind store, string file)
    {
        await using var host = await ScimHost.StartAsync(store, tenantSettings: NoRateLimit);
        for (var number = 1; number <= 100; number++)
        {
            await host.Client.Create("Users", new Person($"user{number}", "", "").AsUser);
        }

        var seen = new HashSet<string>();
        for (var start = 1; start <= 100; start += 10)
        {
            var page = (await host.Client.Get($"Users?startIndex={start}&count=10")).Is(HttpStatusCode.OK).Body;
            Expect.Holds(Sample.Json(file), page, "startIndex", "Resources");
            Assert.Equal(start, page["startIndex"]!.GetValue<int>());
            Assert.Equal(10, page["Resources"]!.AsArray().Count);
            seen.UnionWith(page["Resources"]!.AsArray().Select(user => user!.Text("userName")));
        }

        Assert.Equal(100, seen.Count);
    }
}
