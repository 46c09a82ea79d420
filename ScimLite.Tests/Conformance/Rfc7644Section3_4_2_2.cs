using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.4.2.2: filtering, tables 3 to 5.</summary>
public sealed class Rfc7644Section3_4_2_2
{
    static async Task<string> Found(HttpClient client, string filter) => string.Join(' ', (await client.Send("GET", $"Users?filter={Uri.EscapeDataString(filter)}&attributes=userName")).Is(200)
        .Json["Resources"]!.AsArray().Select(u => u!["userName"]!.GetValue<string>()).Order(StringComparer.Ordinal));

    static async Task<ScimHost> Filled(StoreKind store)
    {
        var host = await ScimHost.StartAsync(store, "rfc");
        await host.Client.CreateUser("ada", ""","title":"Countess","active":true,"externalId":"A","name":{"familyName":"Lovelace"},"emails":[{"value":"ada@work.example","type":"work"},{"value":"ada@home.example","type":"home"}]""");
        await host.Client.CreateUser("bob", ""","title":"","active":false,"externalId":"a","name":{"familyName":"O'Malley"},"emails":[{"value":"bob@home.example","type":"work"}]""");
        await host.Client.CreateUser("eve");
        return host;
    }

    [Theory, OnBothStores] // "Attribute names and attribute operators used in filters are case insensitive."
    public async Task Names_and_operators_ignore_case(StoreKind store)
    {
        await using var host = await Filled(store);
        foreach (var filter in (string[])["userName Eq \"ada\"", "Username eq \"ada\"", "USERNAME EQ \"ADA\"", "urn:ietf:params:scim:schemas:core:2.0:USER:username eq \"ada\"", "NOT (username Ne \"ada\") AND title PR"])
        {
            Assert.Equal((filter, "ada"), (filter, await Found(host.Client, filter)));
        }
    }

    [Theory, OnBothStores] // table 3; "If the attribute has a non-empty or non-null value … there is a match"; caseExact of RFC 7643
    public async Task Each_operator_finds_what_the_table_says(StoreKind store)
    {
        await using var host = await Filled(store);
        foreach (var (filter, expected) in ((string, string)[])
        [
            ("userName eq \"ada\"", "ada"), ("userName ne \"ada\"", "bob eve"), ("userName co \"D\"", "ada"), ("userName sw \"B\"", "bob"), ("userName ew \"E\"", "eve"), ("title pr", "ada"), ("name pr", "ada bob"), ("emails pr", "ada bob"),
            ("userName gt \"ada\"", "bob eve"), ("userName ge \"bob\"", "bob eve"), ("userName lt \"bob\"", "ada"), ("userName le \"bob\"", "ada bob"), ("active eq true", "ada eve"), ("active ne true", "bob"), ("active eq false", "bob"),
            ("externalId eq \"a\"", "bob"), ("externalId eq \"A\"", "ada"), ("title eq null", "bob eve"), ("name.familyName co \"'mal\"", "bob"), ("meta.created gt \"2011-05-13T04:42:34Z\"", "ada bob eve"), ("meta.lastModified lt \"2011-05-13T04:42:34Z\"", ""),
        ])
        {
            Assert.Equal((filter, expected), (filter, await Found(host.Client, filter)));
        }
    }

    [Theory, OnBothStores] // tables 4 and 5; "1. Grouping operators 2. Logical operators - where "not" takes precedence over "and", which takes precedence over "or""
    public async Task Not_binds_before_and_and_that_before_or(StoreKind store)
    {
        await using var host = await Filled(store);
        foreach (var (filter, expected) in ((string, string)[])
        [
            ("userName eq \"eve\" or userName eq \"ada\" and active eq false", "eve"), ("(userName eq \"eve\" or userName eq \"ada\") and active eq true", "ada eve"), ("not (title pr) and active eq false", "bob"), ("not (title pr and active eq true)", "bob eve"),
            ("emails[type eq \"work\" and value co \"home\"]", "bob"), ("emails.type eq \"work\" and emails.value co \"home\"", "ada bob"), ("emails[not (type eq \"work\")]", "ada"), ("emails co \"work.example\"", "ada"),
        ])
        {
            Assert.Equal((filter, expected), (filter, await Found(host.Client, filter)));
        }
    }

    [Theory, OnBothStores] // "Boolean and Binary attributes SHALL cause a failed response (HTTP status code 400) with "scimType" of "invalidFilter"" for an order
    public async Task What_makes_no_sense_is_refused(StoreKind store)
    {
        await using var host = await Filled(store);
        foreach (var filter in (string[])["active gt true", "x509Certificates.value lt \"QUJD\"", "userName", "userName eq", "userName bad \"x\"", "(userName pr", "emails[type eq \"work\"", "userName eq \"x\" userName pr", "title gt null", "name eq \"x\""])
        {
            Assert.Empty((await host.Client.Send("GET", $"Users?filter={Uri.EscapeDataString(filter)}")).Faults(400, "invalidFilter").Select(f => $"{filter}: {f}"));
        }
    }
}
