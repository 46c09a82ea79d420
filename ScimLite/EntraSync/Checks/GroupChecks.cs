namespace ScimLite.EntraSync.Checks;

/// <summary>The group tests of scimvalidator.microsoft.com, under the names that it prints.</summary>
public static class GroupChecks
{
    private const string Excluded =
        "Entra asks for groups without their members, since a group may have a hundred thousand of them; an answer that carries them all ends in a time-out.";

    private const string Matched = "Groups are matched by displayName. A group that is not found is created a second time, and its access rights stay behind.";

    /// <summary>The checks.</summary>
    public static IEnumerable<Check> All => ((IEnumerable<Check>)[
        new("M14", Area.Groups, "Get group by id excluding members", Excluded,
            "Honour excludedAttributes=members on GET by id.",
            async exam =>
            {
                var group = await WithMemberAsync(exam).ConfigureAwait(false);
                var found = await exam.ReadAsync($"/Groups/{group.Id}?excludedAttributes=members").ConfigureAwait(false);
                exam.Require(Values.Property(found, "members") is null, "no members", ExchangeText.Shorten(found.GetRawText(), 300));
            }),
        new("M15", Area.Groups, "Filter for existing group excluding members", Excluded,
            "Honour excludedAttributes=members on lists too, wherever in the query it stands.",
            async exam =>
            {
                var group = await WithMemberAsync(exam).ConfigureAwait(false);
                var found = exam.List(await exam.GetAsync($"{ByName(group.Name)}&excludedAttributes=members").ConfigureAwait(false), 1)[0];
                exam.Require(Values.Property(found, "members") is null, "no members", ExchangeText.Shorten(found.GetRawText(), 300));
            }),
        new("M16", Area.Groups, "Filter for an existing group", Matched,
            "Let displayName of groups be filtered by eq, and answer with exactly the one group.",
            async exam =>
            {
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                RequireIs(exam, group, await exam.GetAsync(ByName(group.Name)).ConfigureAwait(false));
            }),
        new("M17", Area.Groups, "Filter for a non-existing group",
            "Nobody found is the everyday answer before a creation. A 404 here stops the whole job, users included.",
            "Answer 200 with totalResults 0 and \"Resources\":[].",
            async exam => exam.List(await exam.GetAsync(ByName(exam.Subject.NewName())).ConfigureAwait(false), 0)),
        new("M18", Area.Groups, "Filter for existing group with a different case", Matched,
            "Compare displayName of groups without regard to case when filtering.",
            async exam =>
            {
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                RequireIs(exam, group, await exam.GetAsync(ByName(group.Name.ToUpperInvariant())).ConfigureAwait(false));
            }),
        new("M19", Area.Groups, "Create a new Group", "A group is created empty; its members follow one by one.",
            "Answer 201 with the resource, its id and everything that was sent.",
            async exam =>
            {
                var (name, externalId) = (exam.Subject.NewName(), exam.Subject.NewName());
                var created = exam.Resource(await exam.PostAsync("/Groups", ValidatorGroup(name, externalId)).ConfigureAwait(false), 201);
                exam.Require(!Values.IsGone(Values.Property(created, "id")) && Values.Text(Values.Property(created, "displayName")) == name
                    && Values.Text(Values.Property(created, "externalId")) == externalId, $"an id, displayName {name}, externalId {externalId}", created.GetRawText());
            }),
        new("M20", Area.Groups, "Create a duplicate Group",
            "Two groups of one name can't be told apart by their matching attribute: both stop being provisioned (DuplicateTargetEntries).",
            "Keep displayName unique among the groups of a tenant, and answer the second POST with 409, scimType uniqueness.",
            async exam =>
            {
                var (name, externalId) = (exam.Subject.NewName(), exam.Subject.NewName());
                Examination.NeededId(await exam.PostAsync("/Groups", ValidatorGroup(name, externalId)).ConfigureAwait(false), "a group");
                var again = exam.Require(await exam.PostAsync("/Groups", ValidatorGroup(name, externalId)).ConfigureAwait(false), "409", 409);
                if (Values.Text(Values.Property(again.Json, "scimType")) != "uniqueness")
                {
                    exam.Warn("scimType uniqueness (RFC 7644 table 9)", again.Brief());
                }
            }),
        Replaced("M21", "Patch Group - Replace Attributes", "externalId"),
        Replaced("M22", "Update Group displayName", "displayName"),
        new("M23", Area.Groups, "Patch Group - Add Member", "This PATCH is how somebody gets access.",
            "Read replace on members as the whole membership, and answer 204 (or 200) only when it is stored.",
            async exam =>
            {
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Groups/{group.Id}", $$"""{"op":"replace","path":"members","value":[{"value":"{{user.Id}}"}]}""").ConfigureAwait(false));
                await exam.RequireMembersAsync(group, [user]).ConfigureAwait(false);
            }),
        new("M24", Area.Groups, "Patch Group - Remove Member", "This PATCH is how somebody loses access.",
            "Read members[value eq \"id\"], and remove that member and no other.",
            async exam =>
            {
                var people = await exam.PeopleAsync(2).ConfigureAwait(false);
                var group = await exam.NewGroupAsync(people).ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Groups/{group.Id}", Entra.RemoveMemberByFilter(people[0].Id)).ConfigureAwait(false));
                await exam.RequireMembersAsync(group, [people[1]]).ConfigureAwait(false);
            }),
        new("M25", Area.Groups, "Delete a Group", "A group that is no longer assigned is deleted, and with it the access that it gives.",
            "Answer DELETE with 204, and 404 to every later request for this id.",
            async exam =>
            {
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                exam.Require(await exam.DeleteAsync($"/Groups/{group.Id}").ConfigureAwait(false), "204", 204);
                exam.Require(await exam.GetAsync($"/Groups/{group.Id}").ConfigureAwait(false), "404 after the deletion", 404);
            }),
        new("P5", Area.Groups, "Patch Group - Multiple Ops on same attribute", "Somebody who comes and goes between two cycles is added and removed in one request.",
            "Apply the operations on members in their order.",
            async exam =>
            {
                var user = (await exam.PeopleAsync(1).ConfigureAwait(false))[0];
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Groups/{group.Id}",
                    $$"""{"op":"add","path":"members","value":[{"value":"{{user.Id}}"}]},{{Entra.RemoveMemberByFilter(user.Id)}}""").ConfigureAwait(false));
                await exam.RequireMembersAsync(group, []).ConfigureAwait(false);
            }),
        new("P6", Area.Groups, "Delete a non-existent Group", "Entra takes 404 on a deletion as done.",
            "Answer DELETE of an id that does not exist with 404 and a SCIM error.",
            async exam => exam.Require(await exam.DeleteAsync($"/Groups/{Guid.NewGuid()}").ConfigureAwait(false), "404", 404)),
        new("P7", Area.Groups, "Delete the same Group twice", "A deletion whose answer was lost is repeated.",
            "Answer the first DELETE with 204 and the second with 404.",
            async exam =>
            {
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                exam.Require(await exam.DeleteAsync($"/Groups/{group.Id}").ConfigureAwait(false), "204", 204);
                exam.Require(await exam.DeleteAsync($"/Groups/{group.Id}").ConfigureAwait(false), "404 the second time", 404);
            }),
    ]).Select(check => check with { NeedsGroups = true });

    private static Check Replaced(string id, string title, string attribute) => new(
        id, Area.Groups, title, "A group that keeps its old name here can't be recognised by those who work with it.",
        $"Read a replace without a path, and store {attribute}.",
        async exam =>
        {
            var group = await exam.NewGroupAsync().ConfigureAwait(false);
            var value = exam.Subject.NewName();
            var now = await exam.PatchedAsync($"/Groups/{group.Id}", $$$"""{"op":"replace","value":{"{{{attribute}}}":"{{{value}}}"}}""").ConfigureAwait(false);
            exam.Require(Values.Text(Values.Property(now, attribute)) == value, $"{attribute} {value}", ExchangeText.Shorten(now.GetRawText(), 300));
        });

    private static async Task<Made> WithMemberAsync(Examination exam) => await exam.NewGroupAsync(await exam.PeopleAsync(1).ConfigureAwait(false)).ConfigureAwait(false);

    private static void RequireIs(Examination exam, Made group, Exchange list)
    {
        var found = exam.List(list, 1)[0];
        exam.Require(Values.Text(Values.Property(found, "id")) == group.Id, $"the group {group.Id}", ExchangeText.Shorten(found.GetRawText(), 300));
    }

    private static string ValidatorGroup(string name, string externalId) =>
        $$"""{"displayName":"{{name}}","externalId":"{{externalId}}","schemas":["{{Entra.GroupSchema}}"]}""";

    private static string ByName(string name) => $"/Groups?filter={Entra.Escape(Entra.Eq("displayName", name))}";
}
