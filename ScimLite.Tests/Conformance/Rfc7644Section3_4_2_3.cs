using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.4.2.3: sorting.</summary>
public sealed class Rfc7644Section3_4_2_3
{
    static async Task Fill(HttpClient client)
    {
        foreach (var (name, more) in ((string, string)[])
        [
            ("c", ""","displayName":"zoe","name":{"familyName":"Ng"},"externalId":"b","emails":[{"value":"z@x.com"},{"value":"a@x.com","primary":true}]"""),
            ("A", ""","displayName":"Ada","name":{"familyName":"adams"},"externalId":"B","emails":[{"value":"m@x.com"},{"value":"b@x.com"}]"""),
            ("b", ""","name":{"givenName":"Bob"},"externalId":"a" """),
            ("d", ""","displayName":"ADA 2","name":{"familyName":"Žukov"},"emails":[{"value":"c@x.com","type":"work"}]"""),
        ])
        {
            await client.CreateUser(name, more);
        }
    }

    static async Task<string> Names(HttpClient client, string query) =>
        string.Concat((await client.Send("GET", $"Users?{query}")).Is(200).Json["Resources"]!.AsArray().Select(u => u!["userName"]!.GetValue<string>()));

    [Theory, OnBothStores] // "resources are sorted according to that attribute's value", and the sentences on primary, first, missing, order and case
    public async Task Resources_are_ordered_by_the_value_that_the_attribute_has(StoreKind store)
    {
        // Time goes on with each look at it, so that no two resources are created at the same time.
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        await using var host = await ScimHost.StartAsync(store, services: s => s.AddSingleton<TimeProvider>(clock));
        await Fill(host.Client);
        foreach (var (query, expected) in ((string, string)[])
        [
            ("sortBy=userName", "Abcd"), ("sortBy=userName&sortOrder=ascending", "Abcd"), ("sortBy=userName&sortOrder=descending", "dcbA"), ("SORTBY=USERNAME&SORTORDER=Descending", "dcbA"), ("sortBy=urn:ietf:params:scim:schemas:core:2.0:User:userName", "Abcd"),
            // "if there is no data … they are ordered last if ascending and first if descending"
            ("sortBy=displayName", "Adcb"), ("sortBy=displayName&sortOrder=descending", "bcdA"), ("sortBy=name.familyName", "Acdb"), ("sortBy=name.familyName&sortOrder=descending", "bdcA"),
            // "if it's a multi-valued attribute, resources are sorted by the value of the primary attribute, if any, or else the first value in the list"
            ("sortBy=emails.value", "cdAb"), ("sortBy=emails", "cdAb"), ("sortBy=emails.value&sortOrder=descending", "bAdc"), ("sortBy=emails.type", "dcAb"),
            // "for case-exact attribute types, sort the result using case-sensitive Unicode alphabetic sort order"
            ("sortBy=externalId", "Abcd"), ("sortBy=externalId&sortOrder=descending", "dcbA"),
            ("sortBy=meta.created", "cAbd"), ("sortBy=meta.lastModified&sortOrder=descending", "dbAc"), ("sortBy=", "cAbd"), ("sortBy=&sortOrder=descending", "cAbd"), ("sortOrder=descending", "cAbd"), ("sortOrder=shoe", "cAbd"), ("sortBy=shoe", "cAbd"),
            ("sortBy=displayName&count=2&startIndex=2", "dc"), ("sortBy=name.familyName&count=2&startIndex=2", "cd"), ("sortBy=userName&sortOrder=descending&count=2&startIndex=3", "bA"),
            ("sortBy=displayName&filter=userName%20ne%20%22c%22", "Adb"), ("sortBy=userName&filter=displayName%20sw%20%22ada%22&sortOrder=descending", "dA"), ("sortBy=displayName&filter=displayName%20sw%20%22ada%22&sortOrder=descending", "dA"),
            ("sortBy=emails.value&filter=emails.value%20ew%20%22x.com%22", "cdA"), ("sortBy=userName&filter=emails.value%20sw%20%22a%22", "c"), ("sortBy=name.familyName&filter=id%20pr", "Acdb"),
        ])
        {
            Assert.Equal((query, expected), (query, await Names(host.Client, query)));
        }
    }

    [Theory, OnBothStores]
    public async Task What_can_not_be_sorted_by_is_refused_with_what_to_send_instead(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        await using var strict = await ScimHost.StartAsync(store, "rfc");
        await Fill(host.Client);
        // "If the attribute is complex, the attribute name must be a path to a sub-attribute"
        Assert.Contains("familyName", (await host.Client.Send("GET", "Users?sortBy=name")).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
        foreach (var target in (string[])["Users?sortBy=userName&sortOrder=shoe", "Users?sortBy=%5B%5D", "Users?sortBy=a.b.c", "Users?sortBy=groups", "Groups?sortBy=members.value", "Users?sortBy=meta"])
        {
            Assert.Empty((await host.Client.Send("GET", target)).Faults(400, "invalidValue").Select(f => $"{target}: {f}"));
        }
        (await strict.Client.Send("GET", "Users?sortBy=shoe")).Refuses(400, "invalidValue");
        (await strict.Client.Send("GET", "Users?sortBy=name.shoe")).Refuses(400, "invalidValue");
    }

    [Theory, OnBothStores] // table 9, tooMany
    public async Task More_than_the_limit_is_sorted_by_an_index_alone(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:Limits:MaxSortedResources"] = "100" });
        for (var i = 0; i < 101; i++)
        {
            await host.Client.CreateUser($"u{i:D3}", $$""","title":"{{i % 100}}" """);
        }
        foreach (var query in (string[])["Users?sortBy=title", "Users?sortBy=title&cursor=&count=1", "Users?sortBy=title&filter=active%20eq%20true", "Users?sortBy=title&filter=userName%20sw%20%22u%22", "/scim/v2?sortBy=userName"])
        {
            Assert.Contains("sort one resource type by an indexed attribute", (await host.Client.Send("GET", query)).Refuses(400, "tooMany").Detail, StringComparison.Ordinal);
        }
        Assert.Equal("u099", (await host.Client.Send("GET", "Users?sortBy=title&sortOrder=descending&filter=userName%20ne%20%22u000%22")).Is(200).Json["Resources"]![0]!["userName"]!.GetValue<string>());
        Assert.Equal("u100", (await host.Client.Send("GET", "Users?sortBy=userName&sortOrder=descending&filter=title%20pr")).Is(200).Json["Resources"]![0]!["userName"]!.GetValue<string>());
    }
}
