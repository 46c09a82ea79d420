using System.Net;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>The group of RFC 7643 §8.4: as printed where a tenant accepts unknown members, with real ids where it doesn't.</summary>
public sealed class GroupSampleTests
{
    [Theory] // RFC 7643 §8.4
    [InBothDialects("rfc7643-8.4-group.json")]
    public async Task The_group_is_created_as_printed_where_unknown_members_are_accepted(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect, Groups.UnknownMembersAccepted);
        var sample = Sample.Json(file);

        var created = await host.Client.Create("Groups", Sample.Text(file));

        Expect.Holds(sample, created.Body, "id", "members", "meta");
        Assert.Equal(Groups.Members(sample), Groups.Members(created.Body));
        Assert.NotEqual(sample.Text("id"), created.Id);
        Expect.MadeByTheServer(created, host.Client.BaseAddress!, "Group");
        Expect.Same(created.Body, (await host.Client.Get($"Groups/{created.Id}")).Is(HttpStatusCode.OK).Body);
    }

    [Theory] // RFC 7643 §8.4, §4.1.2: the groups of a user are the server's to say
    [InBothDialects("rfc7643-8.4-group.json")]
    public async Task The_group_is_created_with_users_that_exist_and_they_know_it(StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var ids = await Groups.CreateEverybody(host.Client);

        var created = await host.Client.Create("Groups", Sample.WithIds(Sample.Text(file), ids));

        Assert.Equal(Groups.Sorted(ids["babs"], ids["mandy"]), Groups.Members(created.Body));
        Assert.Equal(created.Body["meta"]!.Text("location"), created.Location);
        foreach (var name in ids.Keys)
        {
            var user = (await host.Client.Get($"Users/{ids[name]}")).Is(HttpStatusCode.OK).Body;
            Assert.Equal(name == "james" ? "" : created.Id, Groups.Values(user["groups"]));
        }
    }

    [Theory] // RFC 7643 §8.4; unknown members are refused by default, and nothing is made
    [InBothDialects("rfc7643-8.4-group.json")]
    public async Task The_group_as_printed_is_refused_by_default_naming_the_members_that_do_not_exist(
        StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);

        var detail = (await host.Client.Post("Groups", Sample.Text(file))).Refused(HttpStatusCode.BadRequest, "invalidValue");

        Assert.All(
            Sample.Json(file)["members"]!.AsArray(),
            member => Assert.Contains(member!.Text("value"), detail, StringComparison.Ordinal));
        Assert.Equal(0, (await host.Client.Get("Groups")).Is(HttpStatusCode.OK).Body["totalResults"]!.GetValue<int>());
    }

    [Theory] // RFC 7644 §3.3; a group's displayName is unique whatever its case
    [InBothDialects("rfc7643-8.4-group.json", "Tour Guides")]
    [InBothDialects("rfc7643-8.4-group.json", "TOUR guides")]
    public async Task A_taken_displayName_is_refused_as_uniqueness(StoreKind store, string dialect, string file, string displayName)
    {
        await using var host = await ScimHost.StartAsync(store, dialect, Groups.UnknownMembersAccepted);
        await host.Client.Create("Groups", Sample.Text(file));
        var again = Sample.Json(file);
        again["displayName"] = displayName;

        var detail = (await host.Client.Post("Groups", again.ToJsonString())).Refused(HttpStatusCode.Conflict, "uniqueness");

        Assert.Contains("displayName", detail, StringComparison.Ordinal);
        Assert.Contains("tour guides", detail, StringComparison.OrdinalIgnoreCase);
    }
}
