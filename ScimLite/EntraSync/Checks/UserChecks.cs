using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>The user tests of scimvalidator.microsoft.com, under the names that it prints.</summary>
public static class UserChecks
{
    private const string Manager = $"{Entra.EnterpriseSchema}:manager";

    private const string Compared =
        "Entra reads the user back and compares; what differs from what it sent is sent again in every cycle, for ever.";

    /// <summary>The checks.</summary>
    public static IEnumerable<Check> All =>
    [
        new("M1", Area.Users, "Create a new User", Compared,
            "Answer 201 with the resource, and store every attribute as sent: also a manager id that does not exist, and \"primary\":\"True\" as text.",
            async exam =>
            {
                var (_, body, created) = await CreateAsync(exam).ConfigureAwait(false);
                exam.Require(created, "201 with the resource", 201);
                exam.Require(!Values.IsGone(Values.Property(created.Json, "id")), "an id in the answer", created.Brief());
                RequireAll(exam, body, await FilteredAsync(exam, body).ConfigureAwait(false));
            }),
        new("M2", Area.Users, "Create a duplicate User",
            "A POST that was repeated after a lost answer must not make a second account. Entra matches again after a 409; after a 400 or 500 it repeats the POST for ever.",
            "Answer the second POST with the same userName with 409, scimType uniqueness and a detail that names the value.",
            async exam =>
            {
                var (_, body, created) = await CreateAsync(exam).ConfigureAwait(false);
                Needed(created);
                var again = exam.Require(await exam.PostAsync("/Users", body).ConfigureAwait(false), "409", 409);
                if (Values.Text(Values.Property(again.Json, "scimType")) != "uniqueness")
                {
                    exam.Warn("scimType uniqueness (RFC 7644 table 9)", again.Brief());
                }
            }),
        new("M3", Area.Users, "Filter for an existing user",
            "The answer to this filter is how Entra links an account, and its id is what all later requests use.",
            "Answer 200 with a ListResponse: schemas, totalResults 1, Resources with the one user, its id, userName, schemas and meta.",
            async exam =>
            {
                var (name, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                Needed(created);
                var user = exam.List(await exam.GetAsync(ByName(name)).ConfigureAwait(false), 1)[0];
                foreach (var attribute in (string[])["id", "userName", "schemas", "meta", "meta.resourceType", "meta.location"])
                {
                    exam.Require(!Values.IsGone(Values.At(user, attribute)), $"{attribute} in the user that was found", user.GetRawText());
                }
                exam.Require(Values.Text(Values.At(user, "userName")) == name, $"userName {name}, letter by letter", user.GetRawText());
            }),
        new("M4", Area.Users, "Filter for a non-existing user",
            "Nobody found is the everyday answer before a creation. A 404 here stops the whole job (quarantine).",
            "Answer 200 with totalResults 0 and \"Resources\":[].",
            async exam => exam.List(await exam.GetAsync(ByName(exam.Subject.NewUserName())).ConfigureAwait(false), 0)),
        new("M5", Area.Users, "Filter for an existing user with a different case",
            "userName ignores case (RFC 7643 §4.1.1). A user who is not found because of a capital letter is created a second time, or refused with 409 for ever.",
            "Compare userName without regard to case when filtering, and give it back in the case in which it was sent.",
            async exam =>
            {
                var (name, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                Needed(created);
                var user = exam.List(await exam.GetAsync(ByName(SwapCase(name))).ConfigureAwait(false), 1)[0];
                exam.Require(Values.Text(Values.At(user, "userName")) == name, $"userName {name}, letter by letter", user.GetRawText());
            }),
        ThirtySix("M6", "Patch User - Replace Attributes", "replace", full: true, pathless: false),
        ThirtySix("M6v", "Patch User - Replace Attributes Verbose Request", "replace", full: true, pathless: true),
        ThirtySix("M7", "Patch User - Add Attributes", "add", full: false, pathless: false),
        ThirtySix("M7v", "Patch User - Add Attributes Verbose Request", "add", full: false, pathless: true),
        new("M8", Area.Users, "Update User userName",
            "People marry and companies are renamed; the account has to stay the same one under its new name.",
            "Read a replace without a path, change userName, keep the id, and find the user by the new name at once.",
            async exam =>
            {
                var (_, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                var id = Needed(created);
                var name = exam.Subject.NewUserName();
                exam.RequirePatched(await exam.PatchAsync($"/Users/{id}", $$$"""{"op":"replace","value":{"userName":"{{{name}}}"}}""").ConfigureAwait(false));
                var user = exam.List(await exam.GetAsync(ByName(name)).ConfigureAwait(false), 1)[0];
                exam.Require(Values.Text(Values.At(user, "id")) == id, $"the same id, {id}", user.GetRawText());
            }),
        new("M9", Area.Users, "Patch User - Disable User",
            "Disabling is how Entra takes access away. A disabled user who can't be found any more is created again at the next assignment, and that fails.",
            "Store active as the boolean false, and keep showing the user: by id and to filters.",
            async exam =>
            {
                var (name, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                var id = Needed(created);
                exam.RequirePatched(await exam.PatchAsync($"/Users/{id}", """{"op":"replace","path":"active","value":false}""").ConfigureAwait(false));
                var byId = await exam.GetAsync($"/Users/{id}").ConfigureAwait(false);
                var byName = await exam.GetAsync(ByName(name)).ConfigureAwait(false);
                // Gone before it is judged: one who is hidden would spoil the pages that other checks read.
                await exam.DeleteAsync($"/Users/{id}").ConfigureAwait(false);
                foreach (var user in (JsonElement[])[exam.Resource(byId, 200), exam.List(byName, 1)[0]])
                {
                    exam.Require(Values.Property(user, "active") is { ValueKind: JsonValueKind.False }, "\"active\":false, a boolean", user.GetRawText());
                }
            }),
        ManagerCheck("M10", "Patch User - Add Manager", "add"),
        ManagerCheck("M11", "Patch User - Replace Manager", "replace"),
        new("M12", Area.Users, "Patch User - Remove Manager",
            "Entra clears a manager with an empty value. One that stays shows a chain of command that no longer exists.",
            "Read {\"value\":\"\"} on manager as its removal, and leave the attribute out of answers.",
            async exam =>
            {
                var (_, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                var user = await exam.PatchedAsync($"/Users/{Needed(created)}", $$$"""{"op":"replace","path":"{{{Manager}}}","value":{"value":""}}""").ConfigureAwait(false);
                exam.Require(Values.IsGone(Values.At(user, $"{Manager}.value")), "no manager any more", user.GetRawText());
                if (Values.At(user, Manager) is not null)
                {
                    exam.Warn("the attribute manager left out", user.GetRawText());
                }
            }),
        new("M13", Area.Users, "Delete a User",
            "A user who is deleted for good in Entra has to be gone here.", "Answer DELETE with 204, and 404 to every later request for this id.",
            async exam =>
            {
                var (_, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                var user = $"/Users/{Needed(created)}";
                exam.Require(await exam.DeleteAsync(user).ConfigureAwait(false), "204", 204);
                exam.Require(await exam.GetAsync(user).ConfigureAwait(false), "404 after the deletion", 404);
            }),
        new("P1", Area.Users, "Patch User - Multiple Ops on different attributes",
            "Entra puts all changes of a user into one request.", "Apply the operations in their order, all or none.",
            async exam =>
            {
                var (_, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                var externalId = exam.Subject.NewName();
                var user = await exam.PatchedAsync($"/Users/{Needed(created)}", $$"""
                    {"op":"remove","path":"preferredLanguage"},{"op":"add","path":"externalId","value":"{{externalId}}"},{"op":"replace","path":"displayName","value":"WQRTZU"}
                    """).ConfigureAwait(false);
                exam.Require(Values.IsGone(Values.At(user, "preferredLanguage")) && Values.Text(Values.At(user, "externalId")) == externalId
                    && Values.Text(Values.At(user, "displayName")) == "WQRTZU", $"no preferredLanguage, externalId {externalId}, displayName WQRTZU", user.GetRawText());
            }),
        new("P2", Area.Users, "Patch User - Multiple Ops on same attribute",
            "Two changes between two cycles arrive together.", "Apply the operations in their order, so that the last one wins.",
            async exam =>
            {
                var (_, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                var externalId = exam.Subject.NewName();
                var user = await exam.PatchedAsync($"/Users/{Needed(created)}", $$"""
                    {"op":"remove","path":"externalId"},{"op":"add","path":"externalId","value":"{{exam.Subject.NewName()}}"},{"op":"replace","path":"externalId","value":"{{externalId}}"}
                    """).ConfigureAwait(false);
                exam.Require(Values.Text(Values.At(user, "externalId")) == externalId, $"externalId {externalId}", user.GetRawText());
            }),
        new("P3", Area.Users, "Delete a non-existent User",
            "Entra takes 404 on a deletion as done.", "Answer DELETE of an id that does not exist with 404 and a SCIM error.",
            async exam => exam.Require(await exam.DeleteAsync($"/Users/{Guid.NewGuid()}").ConfigureAwait(false), "404", 404)),
        new("P4", Area.Users, "Delete the same User twice",
            "A deletion whose answer was lost is repeated.", "Answer the first DELETE with 204 and the second with 404.",
            async exam =>
            {
                var (_, _, created) = await CreateAsync(exam).ConfigureAwait(false);
                var user = $"/Users/{Needed(created)}";
                exam.Require(await exam.DeleteAsync(user).ConfigureAwait(false), "204", 204);
                exam.Require(await exam.DeleteAsync(user).ConfigureAwait(false), "404 the second time", 404);
            }),
    ];

    private static Check ThirtySix(string id, string title, string op, bool full, bool pathless) => new(
        id, Area.Users, title,
        "Every attribute of Entra's mappings arrives by one of these paths. A path that is not read leaves the attribute wrong and is sent again in every cycle.",
        "Read every path, also dotted and URN names without a path; make emails[type eq \"work\"] where it is missing, and let later operations find that same "
            + "element; compare the text \"True\" with the boolean primary; add the extension's URN to schemas.",
        async exam =>
        {
            var name = exam.Subject.NewUserName();
            var body = full ? Entra.ValidatorUser(name) : $$"""{"userName":"{{name}}","schemas":["{{Entra.UserSchema}}","{{Entra.EnterpriseSchema}}"]}""";
            var user = $"/Users/{Needed(await exam.PostAsync("/Users", body).ConfigureAwait(false))}";
            var operations = Entra.ThirtySix.Where(p => !pathless || p.Path.Contains('[', StringComparison.Ordinal)).Select(p => Entra.Operation(op, p.Path, p.Json));
            if (pathless)
            {
                var plain = Entra.ThirtySix.Where(p => !p.Path.Contains('[', StringComparison.Ordinal)).Select(p => $"{Entra.Text(p.Path)}:{p.Json}");
                operations = operations.Prepend($$$"""{"op":"{{{op}}}","value":{{{{string.Join(',', plain)}}}}}""");
            }
            var patched = await exam.PatchAsync(user, string.Join(',', operations)).ConfigureAwait(false);
            exam.RequirePatched(patched);
            if (patched.Status == 204)
            {
                exam.Warn("200 with the resource, which the validator prefers", patched.Brief());
            }
            var now = await exam.ReadAsync(user).ConfigureAwait(false);
            var wrong = Entra.ThirtySix.Where(p => !Values.Same(p.Json.Trim('"'), Values.At(now, p.Path)))
                .Select(p => $"{p.Path} is {Values.Text(Values.At(now, p.Path)) ?? "absent"}").ToList();
            exam.Require(wrong.Count == 0, "all 36 values as they were sent", string.Join("; ", wrong));
        });

    private static Check ManagerCheck(string id, string title, string op) => new(
        id, Area.Users, title,
        "Managers are sent in a second pass, and not every manager is in scope. A manager that comes back as text, or not at all, is sent again in every cycle.",
        "Accept {\"value\":\"…\"} with any id, existing or not, and give it back as \"manager\":{\"value\":\"…\"} in the enterprise extension.",
        async exam =>
        {
            var (_, _, created) = await CreateAsync(exam).ConfigureAwait(false);
            var manager = exam.Subject.NewName();
            var user = await exam.PatchedAsync($"/Users/{Needed(created)}", $$$"""{"op":"{{{op}}}","path":"{{{Manager}}}","value":{"value":"{{{manager}}}"}}""").ConfigureAwait(false);
            exam.Require(Values.Text(Values.At(user, $"{Manager}.value")) == manager, $"\"manager\":{{\"value\":\"{manager}\"}}", user.GetRawText());
        });

    private static async Task<(string Name, string Body, Exchange Created)> CreateAsync(Examination exam)
    {
        var name = exam.Subject.NewUserName();
        var body = Entra.ValidatorUser(name);
        return (name, body, await exam.PostAsync("/Users", body).ConfigureAwait(false));
    }

    private static async Task<JsonElement> FilteredAsync(Examination exam, string body)
    {
        using var sent = JsonDocument.Parse(body);
        return exam.List(await exam.GetAsync(ByName(Values.Text(Values.Property(sent.RootElement, "userName"))!)).ConfigureAwait(false), 1)[0];
    }

    private static void RequireAll(Examination exam, string body, JsonElement user)
    {
        using var sent = JsonDocument.Parse(body);
        var wrong = Values.Missing(sent.RootElement, user).ToList();
        exam.Require(wrong.Count == 0, "every attribute as it was sent", string.Join("; ", wrong));
    }

    private static string Needed(Exchange created) => Examination.NeededId(created, "a user");

    private static string ByName(string name) => $"/Users?filter={Entra.Escape(Entra.Eq("userName", name))}";

    private static string SwapCase(string text) => string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
}
