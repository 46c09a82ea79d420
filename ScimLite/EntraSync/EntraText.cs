using System.Text.Encodings.Web;

namespace ScimLite.EntraSync;

/// <summary>One attribute that a PATCH is to change.</summary>
/// <param name="Path">Entra's name for it.</param>
/// <param name="Value">What it is to be; for <c>active</c> <c>true</c> or <c>false</c>.</param>
/// <param name="Had">Whether the target has a value now: Replace, else Add.</param>
internal sealed record AttributeChange(string Path, string Value, bool Had);

/// <summary>
/// Entra's requests, word by word as they were seen on the wire. They are written as text on purpose: made by a SCIM library, they would only show
/// that the library understands itself.
/// </summary>
internal static class EntraText
{
    public static string CreateUser(SourceUser user)
    {
        var values = user.Values;
        return $$$"""
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","{{{EntraPaths.Enterprise}}}"],
            {{{Member("externalId")}}},{{{Member("userName")}}},"active":true,{{{Member("displayName")}}},{{{Member("title")}}},{{{Member("preferredLanguage")}}},
            "name":{{{{Member("formatted", "name.formatted")}}},{{{Member("givenName", "name.givenName")}}},{{{Member("familyName", "name.familyName")}}}},
            {{{Elements("emails", ("work", EntraPaths.Mail))}}}{{{Elements("phoneNumbers", ("work", EntraPaths.WorkPhone), ("mobile", EntraPaths.Mobile))}}}
            "addresses":[{"type":"work",{{{Member("formatted", EntraPaths.Office)}}},{{{Member("streetAddress", EntraPaths.Street)}}},{{{Member("locality", EntraPaths.Locality)}}},
            {{{Member("region", EntraPaths.Region)}}},{{{Member("postalCode", EntraPaths.PostalCode)}}},{{{Member("country", EntraPaths.Country)}}}}],
            "meta":{"resourceType":"User"},"roles":[{{{Role()}}}],
            "{{{EntraPaths.Enterprise}}}":{{{{Member("employeeNumber", EntraPaths.EmployeeNumber)}}},{{{Member("department", EntraPaths.Department)}}}}}
            """.ReplaceLineEndings("");

        string Member(string name, string? path = null) => $"\"{name}\":{Quote(values[path ?? name])}";

        string Role() => values.TryGetValue(EntraPaths.Role, out var role)
            ? $$"""{"primary":true,"type":"WindowsAzureActiveDirectoryRole","value":{{Quote(role)}}}""" : "";

        // Entra sends no null: who has no mailbox has no emails.
        string Elements(string name, params (string Type, string Path)[] elements)
        {
            var had = elements.Where(e => values.ContainsKey(e.Path)).Select(e => name == "emails"
                ? $$"""{"primary":true,"type":"{{e.Type}}","value":{{Quote(values[e.Path])}}}"""
                : $$"""{"type":"{{e.Type}}","value":{{Quote(values[e.Path])}}}""");
            return string.Join(',', had) is { Length: > 0 } list ? $"\"{name}\":[{list}]," : "";
        }
    }

    public static string CreateGroup(SourceGroup group) => $$$"""
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId":"{{{group.ObjectId}}}","displayName":{{{Quote(group.DisplayName)}}},"meta":{"resourceType":"Group"}}
        """.ReplaceLineEndings("");

    public static string Change(SyncDialect dialect, IReadOnlyList<AttributeChange> changes) => Patch(dialect == SyncDialect.Default
        ? changes.Select(c => $$"""{"op":"{{(c.Had ? "Replace" : "Add")}}","path":{{Quote(c.Path)}},"value":{{(c.Path == "active" ? c.Value == "true" ? "\"True\"" : "\"False\"" : Quote(c.Value))}}}""")
        : FlaggedOperations(changes));

    // A path with a filter stays an operation of its own, and so does active; what is left goes into one operation without a path.
    private static IEnumerable<string> FlaggedOperations(IReadOnlyList<AttributeChange> changes)
    {
        var plain = changes.Where(c => c.Path != "active" && !c.Path.Contains('[')).ToArray();
        foreach (var change in changes.Except(plain))
        {
            yield return $$"""{"op":"{{(change.Had ? "replace" : "add")}}","path":{{Quote(change.Path)}},"value":{{(change.Path == "active" ? change.Value : Quote(change.Value))}}}""";
        }
        foreach (var same in plain.GroupBy(c => c.Had))
        {
            var members = string.Join(',', same.Select(c => $"{Quote(c.Path)}:{Quote(c.Value)}"));
            yield return $$$"""{"op":"{{{(same.Key ? "replace" : "add")}}}","value":{{{{members}}}}}""";
        }
    }

    public static string SetManager(SyncDialect dialect, string? id, bool had) => Patch([(dialect, id) switch
    {
        (SyncDialect.Default, null) => $$"""{"op":"Remove","path":"{{EntraPaths.Manager}}"}""",
        (SyncDialect.Default, _) => $$"""{"op":"{{(had ? "Replace" : "Add")}}","path":"{{EntraPaths.Manager}}","value":"{{id}}"}""",
        (_, null) => $$"""{"op":"remove","path":"{{EntraPaths.Manager}}"}""",
        _ => $$$"""{"op":"{{{(had ? "replace" : "add")}}}","path":"{{{EntraPaths.Manager}}}","value":{"value":"{{{id}}}"}}""",
    }]);

    public static string AddMembers(SyncDialect dialect, IEnumerable<string> ids) => Patch([$$"""
        {"op":"{{(dialect == SyncDialect.Default ? "Add" : "add")}}","path":"members","value":[{{string.Join(',', ids.Select(id => $$"""{"value":"{{id}}"}"""))}}]}
        """]);

    public static string RemoveMembers(SyncDialect dialect, IEnumerable<string> ids) => Patch(dialect == SyncDialect.Default
        ? [$$"""{"op":"Remove","path":"members","value":[{{string.Join(',', ids.Select(id => $$"""{"$ref":null,"value":"{{id}}"}"""))}}]}"""]
        : ids.Select(id => $$"""{"op":"remove","path":"members[value eq \"{{id}}\"]"}"""));

    public static string FindUser(string attribute, string value) => $"/Users?filter={Escape(attribute)}+eq+%22{EscapeText(value)}%22";

    public static string FindGroup(string attribute, string value) => $"/Groups?excludedAttributes=members&filter={Escape(attribute)}+eq+%22{EscapeText(value)}%22";

    /// <summary>The reference check of older jobs: whether this resource has this reference already.</summary>
    public static string HasReference(string endpoint, string id, string attribute, string other) =>
        $"/{endpoint}?filter=id+eq+%22{Escape(id)}%22+and+{attribute}+eq+%22{Escape(other)}%22";

    private static string Patch(IEnumerable<string> operations) =>
        $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{string.Join(',', operations)}}]}""";

    private static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static string EscapeText(string value) => Escape(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value));

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
