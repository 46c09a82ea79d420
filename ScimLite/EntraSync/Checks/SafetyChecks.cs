namespace ScimLite.EntraSync.Checks;

/// <summary>What loses access rights or people when it is wrong. No validator asks it.</summary>
public static class SafetyChecks
{
    /// <summary>The checks.</summary>
    public static IEnumerable<Check> All =>
    [
        new("S1", Area.Safety, "Members that are added at the same time are all there",
            "Entra's PATCH requests for one group overlap. A server that reads the group, changes it and writes it back loses members, and nobody is told.",
            "Change the membership by atomic steps (a set, a row for each member, or a version that is checked within the write); never read, change and write the whole list.",
            async exam =>
            {
                var people = await exam.PeopleAsync(exam.Subject.Options.Parallel).ConfigureAwait(false);
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                var answers = await exam.SendTogetherAsync(people.Select(p => Entra.Patch($"/Groups/{group.Id}", Entra.AddMember(p.Id)))).ConfigureAwait(false);
                var accepted = people.Where((_, i) => answers[i].Status is 200 or 204).ToList();
                await exam.RequireMembersAsync(group, accepted).ConfigureAwait(false);
                WarnOfRefusals(exam, answers);
                exam.Proof = $"{people.Count} PATCH requests at once, {accepted.Count} accepted, {accepted.Count} members";
            }) { NeedsGroups = true },
        new("S2", Area.Safety, "Members that come and go at the same time leave exactly the right ones",
            "Departments are reorganised in one go: somebody who was removed must not come back, and somebody who was added must not be lost.",
            "As above: atomic additions and removals, and a removal that names what it removes.",
            async exam =>
            {
                var people = await exam.PeopleAsync(exam.Subject.Options.Parallel).ConfigureAwait(false);
                var (leavers, joiners) = (people.Take(people.Count / 2).ToList(), people.Skip(people.Count / 2).ToList());
                var group = await exam.NewGroupAsync(leavers).ConfigureAwait(false);
                var requests = leavers.Select(p => Entra.RemoveMemberByFilter(p.Id)).Zip(joiners.Select(p => Entra.AddMember(p.Id)), (r, a) => (string[])[r, a]).SelectMany(o => o);
                var answers = await exam.SendTogetherAsync(requests.Select(o => Entra.Patch($"/Groups/{group.Id}", o))).ConfigureAwait(false);
                var kept = leavers.Where((_, i) => answers[2 * i].Status is not (200 or 204)).Concat(joiners.Where((_, i) => answers[(2 * i) + 1].Status is 200 or 204)).ToList();
                await exam.RequireMembersAsync(group, kept).ConfigureAwait(false);
                WarnOfRefusals(exam, answers);
                exam.Proof = $"{answers.Count} PATCH requests at once, {kept.Count} members, as it should be";
            }) { NeedsGroups = true },
        new("S3", Area.Safety, "A removal that names a member removes no other",
            "Without the flag Entra removes a member with path members and the member in value. A server that reads the path alone empties the group: everybody loses access.",
            "Where remove on members has a value, remove the members that it lists; empty the group only where there is neither a value nor a filter.",
            async exam =>
            {
                var people = await exam.PeopleAsync(3).ConfigureAwait(false);
                var group = await exam.NewGroupAsync(people).ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Groups/{group.Id}", Entra.RemoveMemberByValue(people[1].Id)).ConfigureAwait(false));
                await exam.RequireMembersAsync(group, [people[0], people[2]]).ConfigureAwait(false);
            }) { NeedsGroups = true },
        new("S4", Area.Safety, "Adding twice leaves one, and removing the absent succeeds",
            "A PATCH whose answer was lost is sent again. An error there is repeated for ever; a member who is in twice stays in when removed once.",
            "Treat the membership as a set: both are successes that change nothing.",
            async exam =>
            {
                var people = await exam.PeopleAsync(2).ConfigureAwait(false);
                var group = await exam.NewGroupAsync([people[0]]).ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Groups/{group.Id}", Entra.AddMember(people[0].Id)).ConfigureAwait(false));
                await exam.RequireMembersAsync(group, [people[0]]).ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Groups/{group.Id}", Entra.RemoveMemberByFilter(people[1].Id)).ConfigureAwait(false));
                await exam.RequireMembersAsync(group, [people[0]]).ConfigureAwait(false);
            }) { NeedsGroups = true },
        new("S5", Area.Safety, "A user who is disabled and comes back keeps id and groups",
            "Entra does not send memberships again when somebody returns. What was dropped on the way out is missing for good.",
            "Disabling changes active and nothing else: keep the id, and keep the memberships.",
            async exam =>
            {
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                var other = (await exam.PeopleAsync(1).ConfigureAwait(false))[0];
                var group = await exam.NewGroupAsync([user, other]).ConfigureAwait(false);
                foreach (var active in (string[])["False", "True"])
                {
                    exam.RequirePatched(await exam.PatchAsync($"/Users/{user.Id}", $$"""{"op":"Replace","path":"active","value":"{{active}}"}""").ConfigureAwait(false));
                }
                var found = await exam.FindAsync("/Users", Entra.Eq("userName", user.Name)).ConfigureAwait(false);
                exam.Require(found.Count == 1 && Values.Text(Values.Property(found[0], "id")) == user.Id, $"one user with the id {user.Id}", $"{found.Count} users{string.Concat(found.Select(f => " " + f.GetRawText()))}");
                await exam.RequireMembersAsync(group, [user, other]).ConfigureAwait(false);
            }) { NeedsGroups = true },
        new("S6", Area.Safety, "A disabled user keeps the name, and stays visible until the deletion",
            "Entra asks for the user again before it restores. Who is not found is created again: a second account, or 409 for ever.",
            "Show disabled users in every answer, with active false, and refuse a second user of that name with 409.",
            async exam =>
            {
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Users/{user.Id}", """{"op":"Replace","path":"active","value":"False"}""").ConfigureAwait(false));
                exam.Require((await exam.FindAsync("/Users", Entra.Eq("userName", user.Name)).ConfigureAwait(false)).Count == 1, "the disabled user in the answer to the filter", "nobody");
                exam.Require(await exam.PostAsync("/Users", Entra.User(user.Name)).ConfigureAwait(false), "409", 409);
            }),
        Prefix("S7", "/Users", "userName", exam => exam.NewUserAsync(), false),
        Prefix("S8", "/Groups", "displayName", exam => exam.NewGroupAsync(), true),
        new("S9", Area.Safety, "Creations of one user at the same time make exactly one",
            "A POST that timed out is repeated while the first one is still at work. Two accounts for one person can't be told apart by Entra any more.",
            "Make the uniqueness of userName a part of the write (a unique index, or one atomic step), not a look before it.",
            async exam =>
            {
                var name = exam.Subject.NewUserName();
                var requests = Enumerable.Range(0, exam.Subject.Options.Parallel).Select(_ => new EntraRequest("POST", "/Users", Entra.User(name)));
                var answers = await exam.SendTogetherAsync(requests).ConfigureAwait(false);
                var statuses = string.Join(", ", answers.GroupBy(a => a.Status).OrderBy(g => g.Key).Select(g => $"{g.Count()} × {g.Key}"));
                var found = await exam.FindAsync("/Users", Entra.Eq("userName", name)).ConfigureAwait(false);
                exam.Require(answers.Count(a => a.Succeeded) == 1 && found.Count == 1, "one 201 and one user; every other POST 409", $"{statuses}; {found.Count} users");
                exam.Require(answers.All(a => a.Succeeded || a.Status is 409 or 429), "409 for the others", statuses);
                exam.Proof = statuses;
            }),
        new("S10", Area.Safety, "userName is unique whatever its case", "Ada@contoso.com and ada@contoso.com are one person.",
            "Compare userName without regard to case where you look for duplicates.",
            async exam =>
            {
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                exam.Require(await exam.PostAsync("/Users", Entra.User(user.Name.ToUpperInvariant())).ConfigureAwait(false), "409", 409);
            }),
        new("S11", Area.Safety, "A rename releases the old name",
            "The name of somebody who married is given to a new colleague. A name that stays reserved refuses the colleague with 409 for ever.",
            "Keep the name's uniqueness in the same step as the name: a rename frees the old one.",
            async exam =>
            {
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                exam.RequirePatched(await exam.PatchAsync($"/Users/{user.Id}", Entra.Operation("Replace", "userName", Entra.Text(exam.Subject.NewUserName()))).ConfigureAwait(false));
                exam.Require((await exam.FindAsync("/Users", Entra.Eq("userName", user.Name)).ConfigureAwait(false)).Count == 0, "nobody under the old name", "the renamed user");
                exam.Require(await exam.PostAsync("/Users", Entra.User(user.Name)).ConfigureAwait(false), "201 for a new user of the old name", 201);
            }),
        new("S12", Area.Safety, "A rename onto a taken name is refused, and a PATCH that fails changes nothing",
            "A PATCH that is half applied leaves a user whom neither Entra nor the application knows.",
            "Check a whole PATCH before the first change, answer 409 (uniqueness), and change nothing.",
            async exam =>
            {
                var (user, other) = (await exam.NewUserAsync("\"title\":\"Engineer\"").ConfigureAwait(false), (await exam.PeopleAsync(1).ConfigureAwait(false))[0]);
                var answer = await exam.PatchAsync($"/Users/{user.Id}", $"{Entra.Operation("Replace", "title", "\"Director\"")},{Entra.Operation("Replace", "userName", Entra.Text(other.Name))}").ConfigureAwait(false);
                exam.Require(answer, "409", 409);
                var now = await exam.ReadAsync($"/Users/{user.Id}").ConfigureAwait(false);
                exam.Require(Values.Text(Values.Property(now, "title")) == "Engineer" && Values.Text(Values.Property(now, "userName")) == user.Name, $"title Engineer and userName {user.Name}, as before", now.GetRawText());
            }),
        new("S13", Area.Safety, "A member who can't be added fails the whole PATCH, and no half of it",
            "Entra takes 204 for done. A member who was dropped in silence never gets access, and nobody is told.",
            "Answer 400 and change nothing, or store every member that was named.",
            async exam =>
            {
                var user = (await exam.PeopleAsync(1).ConfigureAwait(false))[0];
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                var answer = await exam.PatchAsync($"/Groups/{group.Id}", $$"""{"op":"Add","path":"members","value":[{"value":"{{user.Id}}"},{"value":"{{Guid.NewGuid()}}"}]}""").ConfigureAwait(false);
                exam.Require(answer.Status is 200 or 204 or (>= 400 and < 500), "a success or a 4xx", answer.Brief());
                var members = await exam.MembersAsync(group).ConfigureAwait(false);
                exam.Require(members.Count == (answer.Succeeded ? 2 : 0), answer.Succeeded ? "both members, since it answered with success" : "no member, since it refused", $"{members.Count} members");
            }) { NeedsGroups = true },
        new("S14", Area.Safety, "A deleted user is in no group any more, and the name is free",
            "A member who does not exist is an access right that nobody can take away. And people come back under their name.",
            "Remove the memberships of a deleted user in the same step, and release userName.",
            async exam =>
            {
                var (user, other) = (await exam.NewUserAsync().ConfigureAwait(false), (await exam.PeopleAsync(1).ConfigureAwait(false))[0]);
                var group = await exam.NewGroupAsync([user, other]).ConfigureAwait(false);
                exam.Require(await exam.DeleteAsync($"/Users/{user.Id}").ConfigureAwait(false), "204", 204);
                await exam.RequireMembersAsync(group, [other]).ConfigureAwait(false);
                exam.Require(await exam.PostAsync("/Users", Entra.User(user.Name)).ConfigureAwait(false), "201 for a new user of that name", 201);
            }) { NeedsGroups = true },
    ];

    private static Check Prefix(string id, string endpoint, string attribute, Func<Examination, Task<Made>> create, bool groups) => new(
        id, Area.Safety, $"{endpoint[1..]} are matched by the whole {attribute}, not by its beginning",
        "Entra writes to the one that is found. A match by the beginning of a name, or by a part of it, gives one person's rights to another.",
        $"Compare {attribute} as a whole in eq; keep wild cards and full-text search out of it.",
        async exam =>
        {
            var made = await create(exam).ConfigureAwait(false);
            foreach (var part in (string[])[made.Name[..^1], made.Name[..15], made.Name[7..], "*", "%"])
            {
                var found = await exam.FindAsync(endpoint, Entra.Eq(attribute, part)).ConfigureAwait(false);
                exam.Require(found.Count == 0, $"nobody for {attribute} eq \"{part}\"", $"{found.Count} found");
            }
        }) { NeedsGroups = groups };

    private static void WarnOfRefusals(Examination exam, IReadOnlyList<Exchange> answers)
    {
        var refused = answers.Where(a => !a.Succeeded).ToList();
        if (refused.Count > 0)
        {
            exam.Warn("success for each of them", $"{refused.Count} of {answers.Count} refused, such as {refused[0].Brief()}");
        }
    }
}
