using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>Shapes that Entra sends and the validators don't try: both of its dialects, and what its mappings make of roles, managers and members.</summary>
public static class DialectChecks
{
    private const string Manager = $"{Entra.EnterpriseSchema}:manager";

    private const string Whole = "Entra sends this shape; a server that refuses it refuses the whole user, in every cycle.";

    /// <summary>The checks.</summary>
    public static IEnumerable<Check> All =>
    [
        new("X1", Area.Dialect, "active as the text \"False\" or \"True\" becomes a boolean",
            "Entra's default mapping sends active as text. A server that stores the text leaves access open, since \"False\" is true in most languages.",
            "Read booleans from text in any case, and answer with real booleans.",
            async exam =>
            {
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                foreach (var (text, kind) in ((string, JsonValueKind)[])[("False", JsonValueKind.False), ("True", JsonValueKind.True)])
                {
                    var patched = await exam.PatchAsync($"/Users/{user.Id}", $$"""{"op":"Replace","path":"active","value":"{{text}}"}""").ConfigureAwait(false);
                    exam.RequirePatched(patched);
                    // Whether a disabled user can be read is the question of M9 and S6, so the answer to the PATCH serves where it has a body.
                    if (text == "True" || patched.Status == 200)
                    {
                        var now = text == "True" ? await exam.ReadAsync($"/Users/{user.Id}").ConfigureAwait(false) : exam.Resource(patched, 200);
                        exam.Require(Values.Property(now, "active")?.ValueKind == kind, $"\"active\":{text.ToLowerInvariant()}, a boolean", now.GetRawText());
                    }
                }
            }),
        User("X2", "Operations are named Add, Replace and Remove, several in one request", "Compare the names of operations without regard to case.",
            """{"op":"Add","path":"nickName","value":"Babs"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"babs@example.com"},{"op":"Add","path":"emails[type eq \"work\"].primary","value":"true"},{"op":"Remove","path":"title"}""",
            ("nickName", "Babs"), ("emails[type eq \"work\"].value", "babs@example.com"), ("emails[type eq \"work\"].primary", "True"), ("title", null)),
        User("X3", "With aadOptscim062020: one replace without a path, with dotted names and URNs",
            "Read the keys of a value without a path as paths: name.givenName, and urn:…:User:employeeNumber cut at its last colon.",
            $$$"""{"op":"replace","value":{"displayName":"Ada Lovelace","name.givenName":"Ada","name.familyName":"Lovelace","{{{Entra.EnterpriseSchema}}}:employeeNumber":"701985"}}""",
            ("displayName", "Ada Lovelace"), ("name.givenName", "Ada"), ("name.familyName", "Lovelace"), ($"{Entra.EnterpriseSchema}:employeeNumber", "701985")),
        User("X4", "A manager arrives as text", "Read a bare text on manager as its value, and answer with \"manager\":{\"value\":\"…\"}.",
            $$"""{"op":"Add","path":"{{Manager}}","value":"8aa0c0de"}""", ($"{Manager}.value", "8aa0c0de")),
        User("X5", "A manager arrives in a list", "Read a list of one on manager as the one.",
            $$"""{"op":"Add","path":"{{Manager}}","value":[{"$ref":"https://example.com/Users/8aa0c0de","value":"8aa0c0de"}]}""", ($"{Manager}.value", "8aa0c0de")),
        User("X6", "An attribute that no schema knows is left out",
            "Leave unknown attributes of a PATCH out and apply the rest; a 400 stops all other changes of this user for ever.",
            """{"op":"Replace","path":"shoeSize","value":"42"},{"op":"Replace","path":"displayName","value":"Ada"}""", ("displayName", "Ada")),
        User("X7", "Roles arrive as JSON in a text", "Accept a role whose value is a text that holds JSON; AppRoleAssignmentsComplex sends it so.",
            """{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"06b0\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"}]}"""),
        User("X8", "A PATCH that changes nothing succeeds", "Answer 200 or 204 to a PATCH that finds everything as it should be.",
            """{"op":"Replace","path":"title","value":"Engineer"}""", ("title", "Engineer")),
        new("X9", Area.Dialect, "A PATCH without operations succeeds", "The validator sends it.", "Answer 200 or 204, and change nothing.",
            async exam =>
            {
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                var answer = await exam.PatchAsync($"/Users/{user.Id}", "").ConfigureAwait(false);
                if (answer.Status is not (200 or 204))
                {
                    exam.Warn("200 or 204 (the RFC allows 400)", answer.Brief());
                }
            }),
        new("X10", Area.Dialect, "A user may have no e-mail address, nulls, and an extension key that is misspelt", Whole,
            "Require nothing but userName; read null as absent; ignore keys that no schema knows.",
            async exam =>
            {
                var name = exam.Subject.NewUserName();
                var answer = await exam.PostAsync("/Users", Entra.User(name, """
                    "externalId":null,"title":null,"addresses":null,"roles":[],"meta":{"resourceType":"User"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0User":{"department":"x"}
                    """)).ConfigureAwait(false);
                exam.Require(Values.Text(Values.Property(exam.Resource(answer, 201), "userName")) == name, $"201 with userName {name}", answer.Brief());
            }),
        new("X11", Area.Dialect, "Filters name attributes and operators in any case", "Administrators and tools write DisplayName and Eq.",
            "Compare attribute names and operators of filters without regard to case.",
            async exam =>
            {
                var user = (await exam.PeopleAsync(1).ConfigureAwait(false))[0];
                exam.List(await exam.GetAsync($"/Users?filter={Entra.Escape($"USERNAME Eq \"{user.Name}\"")}").ConfigureAwait(false), 1);
            }),
        new("X12", Area.Dialect, "An e-mail address is found by every spelling of the filter",
            "Microsoft's pages write emails[type eq \"work\"].value, emails.value, and, in older ones, emails[type eq \"work\"] eq.",
            "Read emails.value eq as any element's value; read the older spelling as well where you can.",
            async exam =>
            {
                var mail = exam.Subject.NewUserName();
                await exam.NewUserAsync($$"""
                    "emails":[{"primary":true,"type":"work","value":"{{mail}}"}]
                    """).ConfigureAwait(false);
                exam.List(await exam.GetAsync($"/Users?filter={Entra.Escape(Entra.Eq("emails.value", mail))}").ConfigureAwait(false), 1);
                var old = await exam.GetAsync($"/Users?filter={Entra.Escape(Entra.Eq("emails[type eq \"work\"]", mail))}").ConfigureAwait(false);
                if (old.Status != 200)
                {
                    exam.Warn("200 for the older spelling too", old.Brief());
                }
            }),
        Group("X13", "A member arrives with $ref null, and the operation with a name", "Ignore what you don't know inside an operation and inside a member.",
            (group, people) => ($$"""{"op":"Add","name":"addMember","path":"members","value":[{"$ref":null,"value":"{{people[0].Id}}","displayName":"x"}]}""", [people[0]])),
        Group("X14", "A member arrives as text", "Read a bare text on members as its value.",
            (group, people) => ($$"""{"op":"Add","path":"members","value":"{{people[0].Id}}"}""", [people[0]]), warn: true),
        Group("X15", "A group is renamed, gains and loses members in one request", "Apply all operations, in their order.",
            (group, people) => ($$"""{"op":"Replace","path":"displayName","value":"{{group.Name}}-x"},{"op":"Add","path":"members","value":[{"value":"{{people[0].Id}}"},{"value":"{{people[1].Id}}"}]},{{Entra.RemoveMemberByFilter(people[0].Id)}}""", [people[1]])),
        new("X16", Area.Dialect, "A list of groups shows the members unless told otherwise",
            "The Logic App looks for the member in the answer to a filter without excludedAttributes.", "Return members in lists too, unless excludedAttributes=members is given.",
            async exam =>
            {
                var people = await exam.PeopleAsync(1).ConfigureAwait(false);
                var group = await exam.NewGroupAsync(people).ConfigureAwait(false);
                var found = exam.List(await exam.GetAsync($"/Groups?filter={Entra.Escape(Entra.Eq("displayName", group.Name))}").ConfigureAwait(false), 1)[0];
                exam.Require(Values.Elements(Values.Property(found, "members")).Any(m => Values.Text(Values.Property(m, "value")) == people[0].Id), $"members with {people[0].Id}", found.GetRawText());
            }) { NeedsGroups = true },
        new("X17", Area.Dialect, "Entra's older check of a membership is answered", "Older jobs ask whether a reference is there before they send it.",
            "Let id eq and members eq be combined with and.",
            async exam =>
            {
                var people = await exam.PeopleAsync(2).ConfigureAwait(false);
                var group = await exam.NewGroupAsync([people[0]]).ConfigureAwait(false);
                foreach (var (member, total) in ((Made, int)[])[(people[0], 1), (people[1], 0)])
                {
                    var answer = await exam.GetAsync($"/Groups?excludedAttributes=members&filter={Entra.Escape($"{Entra.Eq("id", group.Id)} and {Entra.Eq("members", member.Id)}")}").ConfigureAwait(false);
                    if (answer.Status != 200 || Values.Text(Values.Property(answer.Json, "totalResults")) != $"{total}")
                    {
                        exam.Warn($"200 with a list of {total}", answer.Brief());
                    }
                }
            }) { NeedsGroups = true },
        new("X18", Area.Dialect, "A group may be a member of a group", "A nested group that is in scope arrives as a member like any other.",
            "Accept the id of a group among members.",
            async exam =>
            {
                var (inner, outer) = (await exam.NewGroupAsync().ConfigureAwait(false), await exam.NewGroupAsync().ConfigureAwait(false));
                var answer = await exam.PatchAsync($"/Groups/{outer.Id}", Entra.AddMember(inner.Id)).ConfigureAwait(false);
                if (answer.Status is not (200 or 204))
                {
                    exam.Warn("200 or 204", answer.Brief());
                    return;
                }
                await exam.RequireMembersAsync(outer, [inner]).ConfigureAwait(false);
            }) { NeedsGroups = true },
    ];

    private static Check User(string id, string title, string mend, string operations, params (string Path, string? Value)[] expected) => new(
        id, Area.Dialect, title, Whole, mend, async exam =>
        {
            var user = await exam.NewUserAsync("\"title\":\"Engineer\"").ConfigureAwait(false);
            var now = await exam.PatchedAsync($"/Users/{user.Id}", operations).ConfigureAwait(false);
            foreach (var (path, value) in expected)
            {
                exam.Require(value is null ? Values.IsGone(Values.At(now, path)) : Values.Same(value, Values.At(now, path)), $"{path} {value ?? "gone"}", now.GetRawText());
            }
        });

    private static Check Group(string id, string title, string mend, Func<Made, IReadOnlyList<Made>, (string Operations, Made[] Members)> patch, bool warn = false) => new(
        id, Area.Dialect, title, "Entra, or a tool of Microsoft's, sends members so; who is refused has no access.", mend, async exam =>
        {
            var people = await exam.PeopleAsync(2).ConfigureAwait(false);
            var group = await exam.NewGroupAsync().ConfigureAwait(false);
            var (operations, members) = patch(group, people);
            var answer = await exam.PatchAsync($"/Groups/{group.Id}", operations).ConfigureAwait(false);
            if (warn && answer.Status is not (200 or 204))
            {
                exam.Warn("200 or 204", answer.Brief());
                return;
            }
            exam.RequirePatched(answer);
            await exam.RequireMembersAsync(group, members).ConfigureAwait(false);
        }) { NeedsGroups = true };
}
