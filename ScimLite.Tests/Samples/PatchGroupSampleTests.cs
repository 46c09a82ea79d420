using System.Net;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>Every PATCH of a group's members that RFC 7644 prints, with the members before it and those after it.</summary>
public sealed class PatchGroupSampleTests
{
    [Theory] // RFC 7644 §3.5.2 (figure 6), §3.5.2.1, §3.5.2.2, §3.5.2.3
    [InBothDialects("rfc7644-3.5.2-patch-structure.json", "james", "babs james")]
    [InBothDialects("rfc7644-3.5.2.1-add-member.json", "", "babs")]
    [InBothDialects("rfc7644-3.5.2.2-remove-member.json", "babs james", "james")]
    [InBothDialects("rfc7644-3.5.2.2-remove-all-members.json", "babs james", "")]
    [InBothDialects("rfc7644-3.5.2.2-remove-and-add-member.json", "babs", "james")]
    [InBothDialects("rfc7644-3.5.2.2-remove-and-add-all-members.json", "mandy", "babs james")]
    [InBothDialects("rfc7644-3.5.2.3-replace-all-members.json", "mandy", "babs james")]
    public async Task With_users_that_exist_the_members_are_those_that_the_text_says(
        StoreKind store, string dialect, string file, string before, string after)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var ids = await Groups.CreateEverybody(host.Client);

        await Check(host.Client, dialect, Sample.WithIds(Sample.Text(file), ids), ids, before, after);
    }

    [Theory] // RFC 7644 §3.5.2 to §3.5.2.3: the same examples letter by letter, with the shortened ids and the "eq" that no blank follows
    [InBothDialects("rfc7644-3.5.2-patch-structure.json", "james", "babs james")]
    [InBothDialects("rfc7644-3.5.2.1-add-member.json", "", "babs")]
    [InBothDialects("rfc7644-3.5.2.2-remove-member.json", "babs james", "james")]
    [InBothDialects("rfc7644-3.5.2.2-remove-all-members.json", "babs james", "")]
    [InBothDialects("rfc7644-3.5.2.2-remove-and-add-member.json", "babs", "james")]
    [InBothDialects("rfc7644-3.5.2.2-remove-and-add-all-members.json", "mandy", "babs james")]
    [InBothDialects("rfc7644-3.5.2.3-replace-all-members.json", "mandy", "babs james")]
    public async Task As_printed_where_unknown_members_are_accepted_the_members_are_those_that_the_text_says(
        StoreKind store, string dialect, string file, string before, string after)
    {
        await using var host = await ScimHost.StartAsync(store, dialect, Groups.UnknownMembersAccepted);
        var text = Sample.Text(file);
        var ids = Person.All.ToDictionary(person => person.Name, person => person.IdIn(text));

        await Check(host.Client, dialect, text, ids, before, after);
    }

    [Theory] // RFC 7644 §3.5.2: a failed PATCH leaves the resource as it was
    [InBothDialects("rfc7644-3.5.2.2-remove-and-add-member.json")]
    [InBothDialects("rfc7644-3.5.2.2-remove-and-add-all-members.json")]
    [InBothDialects("rfc7644-3.5.2.3-replace-all-members.json")]
    public async Task As_printed_by_default_the_unknown_members_are_refused_and_the_group_is_left_as_it_was(
        StoreKind store, string dialect, string file)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var ids = await Groups.CreateEverybody(host.Client);
        var group = await host.Client.Create("Groups", Groups.Body("Tour Guides", ids["babs"]));

        var detail = (await host.Client.Patch($"Groups/{group.Id}", Sample.Text(file))).Refused(HttpStatusCode.BadRequest, "invalidValue");

        Assert.Contains(Person.James.IdIn(Sample.Text(file)), detail, StringComparison.Ordinal);
        Expect.Same(group.Body, (await host.Client.Get($"Groups/{group.Id}")).Body);
    }

    /// <summary>Applies the PATCH twice: the second time nothing is left to do, and the answer is a success all the same.</summary>
    static async Task Check(
        HttpClient client, string dialect, string patch, Dictionary<string, string> ids, string before, string after)
    {
        var group = await client.Create("Groups", Groups.Body("Tour Guides", Ids(before, ids)));
        var path = $"Groups/{group.Id}";
        var expected = Groups.Sorted(Ids(after, ids));

        var changed = await client.PatchAsPrinted(path, patch);
        await HasMembers(client, dialect, path, changed, expected);
        Assert.NotEqual(group.ETag, changed.ETag);

        var unchanged = await client.Patch(path, patch);
        await HasMembers(client, dialect, path, unchanged, expected);
        Assert.Equal(changed.ETag, unchanged.ETag);
    }

    /// <summary>RFC 7644 §3.5.2 leaves the choice of 204 or 200, and the dialect makes it; the members are these either way.</summary>
    static async Task HasMembers(HttpClient client, string dialect, string path, Answer answer, string expected)
    {
        var read = (await client.Get(path)).Is(HttpStatusCode.OK);
        Assert.Equal(expected, Groups.Members(read.Body));
        Assert.Equal(answer.ETag, read.ETag);
        if (dialect == "rfc")
        {
            Expect.Same(read.Body, answer.Is(HttpStatusCode.OK).Body);
        }
        else
        {
            Assert.Empty(answer.Is(HttpStatusCode.NoContent).Text);
        }
    }

    static string[] Ids(string names, Dictionary<string, string> ids) =>
        [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => ids[name])];
}
