namespace ScimLite.EntraSync.Checks;

/// <summary>What the button <em>Test Connection</em> asks: a resource that does not exist, by each attribute that an administrator may match by.</summary>
public static class ConnectionChecks
{
    private const string Why =
        "Entra asks so for a random GUID when the administrator presses Test Connection, and again at the start of every cycle. Anything but 200 with an "
        + "empty list reads as wrong credentials, and puts the job into quarantine.";

    private const string MatchWhy =
        "Before it creates a resource Entra asks for it by the matching attribute. A miss makes a second account, two hits stop the resource (DuplicateTargetEntries).";

    /// <summary>The checks.</summary>
    public static IEnumerable<Check> All =>
    [
        Probe("C1", "/Users", "userName"),
        Probe("C2", "/Users", "externalId"),
        Probe("C3", "/Users", "emails[type eq \"work\"].value"),
        Probe("C4", "/Users", "displayName"),
        Probe("C5", "/Users", $"{Entra.EnterpriseSchema}:employeeNumber"),
        Probe("C6", "/Groups", "displayName"),
        Probe("C7", "/Groups", "externalId"),
        Match("C8", "externalId", value => $"\"externalId\":{Entra.Text(value)}"),
        Match("C9", "emails[type eq \"work\"].value", value => $$"""
            "emails":[{"primary":true,"type":"work","value":{{Entra.Text(value)}}}]
            """),
        Match("C10", "displayName", value => $"\"displayName\":{Entra.Text(value)}"),
        Match("C11", $"{Entra.EnterpriseSchema}:employeeNumber", value => $$"""
            "{{Entra.EnterpriseSchema}}":{"employeeNumber":{{Entra.Text(value)}}}
            """),
        new("C12", Area.Connection, "A group is found by its externalId",
            MatchWhy, "Index externalId of groups, compare it exactly, and answer the filter with the one group.",
            async exam =>
            {
                var value = exam.Subject.NewName();
                var group = await exam.NewGroupAsync($"\"externalId\":{Entra.Text(value)}").ConfigureAwait(false);
                var found = exam.List(await exam.GetAsync($"/Groups?excludedAttributes=members&filter={Entra.Escape(Entra.Eq("externalId", value))}").ConfigureAwait(false), 1);
                exam.Require(Values.Text(Values.Property(found[0], "id")) == group.Id, $"the group {group.Id}", found[0].GetRawText());
            }) { NeedsGroups = true },
        Refused("C13", "A wrong token is refused with 401", "doctor-does-not-know-the-token"),
        Refused("C14", "A request without a token is refused with 401", ""),
    ];

    private static Check Probe(string id, string endpoint, string attribute) => new(
        id, Area.Connection, $"{endpoint[1..]} by {Short(attribute)}: nobody found is 200 with an empty list", Why,
        endpoint == "/Groups"
            ? $"Answer GET /Groups with a filter on {Short(attribute)} with 200, totalResults 0 and \"Resources\":[], also where the product has no groups at all."
            : $"Let {Short(attribute)} be filtered by eq, and answer 200 with totalResults 0 and \"Resources\":[] where nobody matches; never 404, 204 or 400.",
        async exam =>
        {
            var filter = Entra.Escape(Entra.Eq(attribute, Guid.NewGuid().ToString()));
            exam.List(await exam.GetAsync(endpoint == "/Groups" ? $"/Groups?excludedAttributes=members&filter={filter}" : $"/Users?filter={filter}").ConfigureAwait(false), 0);
        });

    private static Check Match(string id, string attribute, Func<string, string> attributes) => new(
        id, Area.Connection, $"A user is found by {Short(attribute)}", MatchWhy,
        $"Index {Short(attribute)}, and answer the filter with exactly the users that have this value.",
        async exam =>
        {
            var value = exam.Subject.NewUserName();
            var user = await exam.NewUserAsync(attributes(value)).ConfigureAwait(false);
            var found = exam.List(await exam.GetAsync($"/Users?filter={Entra.Escape(Entra.Eq(attribute, value))}").ConfigureAwait(false), 1);
            exam.Require(Values.Text(Values.Property(found[0], "id")) == user.Id, $"the user {user.Id}", found[0].GetRawText());
        });

    private static Check Refused(string id, string title, string token) => new(
        id, Area.Connection, title,
        "Entra tells wrong credentials from a broken server by the 401. A server that answers anything else hides an expired token, and one that answers 200 is open to all.",
        "Answer 401 with the header WWW-Authenticate: Bearer and a SCIM error; never with a login page or a redirect.",
        async exam =>
        {
            var answer = await exam.SendAsync(new EntraRequest("GET", "/Users?startIndex=1&count=1") { Token = token }).ConfigureAwait(false);
            exam.Require(answer, "401", 401);
            if (!answer.Headers.GetValueOrDefault("WWW-Authenticate", "").StartsWith("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                exam.Warn("WWW-Authenticate: Bearer (RFC 6750 §3)", answer.Headers.GetValueOrDefault("WWW-Authenticate", "no such header"));
            }
        });

    private static string Short(string attribute) => attribute.StartsWith("urn:", StringComparison.Ordinal) ? attribute[(attribute.LastIndexOf(':') + 1)..] : attribute;
}
