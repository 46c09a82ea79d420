using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>The tests that Microsoft's Logic App template runs straight against the server; those that go through an Entra tenant can't be run from here.</summary>
public static class LogicAppChecks
{
    private const string Manager = $"{Entra.EnterpriseSchema}:manager";

    /// <summary>The checks; 15 is among those of discovery, 21 and 22 among those of the gallery.</summary>
    public static IEnumerable<Check> All =>
    [
        new("L16", Area.LogicApp, "SCIM_Null_Update_Test",
            "An attribute that loses its value in Entra arrives as \"\" or null. A server that refuses it keeps the old value, and the whole user fails.",
            "Read replace with \"\" or null on every optional attribute as its removal, also on the parts of e-mails, addresses and telephone numbers.",
            async exam =>
            {
                var user = $"/Users/{await CreateAsync(exam).ConfigureAwait(false)}";
                await WriteAllAsync(exam, user, _ => "\"\"", Values.IsGone, "absent, null or empty").ConfigureAwait(false);
                await WriteAllAsync(exam, user, _ => "null", Values.IsGone, "absent, null or empty").ConfigureAwait(false);
            }),
        new("L17", Area.LogicApp, "SCIM_User_Create_Test", "The id links the account for ever; the userName has to come back byte by byte.",
            "Answer 201 with id and userName.",
            async exam =>
            {
                var name = exam.Subject.NewUserName();
                var user = exam.Resource(await exam.PostAsync("/Users", Entra.ProvisionedUser(name, exam.Subject.NewName())).ConfigureAwait(false), 200, 201);
                exam.Require(!Values.IsGone(Values.Property(user, "id")) && Values.Text(Values.Property(user, "userName")) == name, $"an id, and userName {name}", user.GetRawText());
            }),
        new("L18", Area.LogicApp, "SCIM_User_Update_Test",
            "The template writes upd-xxxxxxxx into every attribute, e-mail, telephone number and language too. Formats that the server checks or mends differ for ever.",
            "Store text as it was sent: no format checks, no reformatting, no list of allowed languages or time zones.",
            async exam =>
            {
                var user = $"/Users/{await CreateAsync(exam).ConfigureAwait(false)}";
                var text = Entra.Mapped.ToDictionary(p => p, _ => $"upd-{Guid.NewGuid().ToString("N")[..8]}");
                await WriteAllAsync(exam, user, path => Entra.Text(text[path]), (value, path) => Values.Text(value) == text[path!], "what was sent").ConfigureAwait(false);
            }),
        new("L19", Area.LogicApp, "SCIM_Group_Create_Test", "A group without an id can't be given members.", "Answer 201 with id and displayName.",
            async exam =>
            {
                var name = exam.Subject.NewName();
                var group = exam.Resource(await exam.PostAsync("/Groups", Entra.Group(name)).ConfigureAwait(false), 200, 201);
                exam.Require(!Values.IsGone(Values.Property(group, "id")) && Values.Text(Values.Property(group, "displayName")) == name, $"an id, and displayName {name}", group.GetRawText());
            }) { NeedsGroups = true },
        new("L20", Area.LogicApp, "SCIM_Group_Update_Test", "A group is renamed in Entra and has to be found under its new name.",
            "Store displayName and externalId as they were sent.",
            async exam =>
            {
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                var (name, externalId) = (exam.Subject.NewName(), $"upd-{exam.Subject.NewName()}");
                var now = await exam.PatchedAsync($"/Groups/{group.Id}",
                    $"{Entra.Operation("Replace", "displayName", Entra.Text(name))},{Entra.Operation("Replace", "externalId", Entra.Text(externalId))}").ConfigureAwait(false);
                exam.Require(Values.Text(Values.Property(now, "displayName")) == name && Values.Text(Values.Property(now, "externalId")) == externalId,
                    $"displayName {name}, externalId {externalId}", now.GetRawText());
            }) { NeedsGroups = true },
        new("L23", Area.LogicApp, "SCIM_User_Pagination_Test", "Who reads the whole directory must see everybody once.",
            "Honour startIndex and count, give startIndex back as it was asked, count everybody in totalResults, and keep one order.",
            async exam =>
            {
                await exam.PeopleAsync(11).ConfigureAwait(false);
                await PagesAsync(exam, "/Users").ConfigureAwait(false);
            }),
        new("L24", Area.LogicApp, "SCIM_Group_Pagination_Test", "Who reads the whole directory must see every group once.",
            "Honour startIndex and count on groups as on users.",
            async exam =>
            {
                for (var i = 0; i < 11; i++)
                {
                    await exam.NewGroupAsync().ConfigureAwait(false);
                }
                await PagesAsync(exam, "/Groups").ConfigureAwait(false);
            }) { NeedsGroups = true },
        new("L25", Area.LogicApp, "SCIM_Update_Manager_Test", "The chain of command follows Entra: set, changed, and taken away.",
            "Read Add and Replace of {\"value\":\"id\"} on manager, show it in the answer to a filter, and read an empty value as removal.",
            async exam =>
            {
                var people = await exam.PeopleAsync(2).ConfigureAwait(false);
                var user = await exam.NewUserAsync().ConfigureAwait(false);
                foreach (var (op, manager) in ((string, string)[])[("Add", people[0].Id), ("Replace", people[1].Id), ("Replace", "")])
                {
                    exam.RequirePatched(await exam.PatchAsync($"/Users/{user.Id}", $$$"""{"op":"{{{op}}}","path":"{{{Manager}}}","value":{"value":"{{{manager}}}"}}""").ConfigureAwait(false));
                    var now = exam.List(await exam.GetAsync($"/Users?filter={Entra.Escape(Entra.Eq("userName", user.Name))}").ConfigureAwait(false), 1)[0];
                    exam.Require((Values.Text(Values.At(now, $"{Manager}.value")) ?? "") == manager, manager.Length == 0 ? "no manager any more" : $"manager {manager}", now.GetRawText());
                }
            }),
    ];

    private static async Task<string> CreateAsync(Examination exam) => Examination.NeededId(
        await exam.PostAsync("/Users", Entra.ProvisionedUser(exam.Subject.NewUserName(), exam.Subject.NewName())).ConfigureAwait(false), "a user");

    private static Task WriteAllAsync(Examination exam, string user, Func<string, string> json, Func<JsonElement?, bool> holds, string expected) =>
        WriteAllAsync(exam, user, json, (value, _) => holds(value), expected);

    // All paths in one request; where that fails, each alone, so that the report names the ones that are to blame.
    private static async Task WriteAllAsync(Examination exam, string user, Func<string, string> json, Func<JsonElement?, string?, bool> holds, string expected)
    {
        var patched = await exam.PatchAsync(user, string.Join(',', Entra.Mapped.Select(p => Entra.Operation("Replace", p, json(p))))).ConfigureAwait(false);
        var wrong = new List<string>();
        if (patched.Status is not (200 or 204))
        {
            foreach (var path in Entra.Mapped)
            {
                var alone = await exam.PatchAsync(user, Entra.Operation("Replace", path, json(path))).ConfigureAwait(false);
                if (alone.Status is not (200 or 204))
                {
                    wrong.Add($"{path}: {ExchangeText.Shorten(alone.Brief(), 120)}");
                }
            }
            exam.Require(false, "200 or 204", wrong.Count == 0 ? patched.Brief() : string.Join("; ", wrong));
        }
        var now = await exam.ReadAsync(user).ConfigureAwait(false);
        wrong.AddRange(Entra.Mapped.Where(p => !holds(Values.At(now, p), p)).Select(p => $"{p} is {Values.Text(Values.At(now, p)) ?? "absent"}"));
        exam.Require(wrong.Count == 0, $"every attribute {expected}", string.Join("; ", wrong));
    }

    private static async Task PagesAsync(Examination exam, string endpoint)
    {
        var seen = new List<string?>();
        for (var start = 1; start <= 46; start += 5)
        {
            var answer = exam.Require(await exam.GetAsync($"{endpoint}?startIndex={start}&count=5").ConfigureAwait(false), "200 with a page", 200);
            var page = Values.Elements(Values.Property(answer.Json, "Resources")).ToList();
            exam.Require(Values.Text(Values.Property(answer.Json, "startIndex")) == $"{start}", $"\"startIndex\":{start}", ExchangeText.Shorten(answer.Received, 200));
            var total = Values.Property(answer.Json, "totalResults") is { ValueKind: JsonValueKind.Number } count && count.TryGetInt32(out var n) ? n : 0;
            exam.Require(total >= 11, "totalResults of 11 or more", ExchangeText.Shorten(answer.Received, 200));
            var due = Math.Clamp(total - start + 1, 0, 5);
            exam.Require(page.Count == due, $"{due} of {total} resources from {start} on", $"{page.Count}");
            seen.AddRange(page.Select(r => Values.Text(Values.Property(r, "id"))));
            if (page.Count < 5)
            {
                break;
            }
        }
        exam.Require(seen.Distinct().Count() == seen.Count, "every resource on one page only", $"{seen.Count - seen.Distinct().Count()} of {seen.Count} came twice");
        exam.Proof = $"{seen.Count} resources on pages of five, none twice";
    }
}
