using System.Text;
using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>A user or group that <c>doctor</c> made.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Name">Its userName or displayName.</param>
public sealed record Made(string Id, string Name);

/// <summary>
/// One check at work: sends what it asks to be sent, keeps what was sent and what came, and says what was expected where something else
/// came.
/// </summary>
public sealed class Examination(Subject subject)
{
    private readonly List<Exchange> exchanges = [];
    private readonly List<(string Expected, string Found)> warnings = [];

    /// <summary>The server, with everything that one run knows of it.</summary>
    public Subject Subject { get; } = subject;

    /// <summary>What was sent and what came so far.</summary>
    public IReadOnlyList<Exchange> Exchanges => exchanges;

    /// <summary>What could be better.</summary>
    public IReadOnlyList<(string Expected, string Found)> Warnings => warnings;

    /// <summary>Figures for the report of a check that passes.</summary>
    public string? Proof { get; set; }

    /// <summary>Asks for a list or a resource.</summary>
    public Task<Exchange> GetAsync(string path) => SendAsync(new EntraRequest("GET", path));

    /// <summary>Sends a request at the pace of the run.</summary>
    public async Task<Exchange> SendAsync(EntraRequest request) => Keep(await Subject.SendAsync(request).ConfigureAwait(false));

    /// <summary>Sends requests at the same time, each once.</summary>
    public async Task<IReadOnlyList<Exchange>> SendTogetherAsync(IEnumerable<EntraRequest> requests) =>
        [.. (await Task.WhenAll(requests.Select(r => Task.Run(() => Subject.SendAtOnceAsync(r)))).ConfigureAwait(false)).Select(Keep)];

    /// <summary>Asks the token endpoint for an access token, as the Logic App does.</summary>
    /// <param name="secret">The client secret.</param>
    /// <param name="inHeader">Whether it stands in a Basic header instead of the form.</param>
    /// <exception cref="CheckSkippedException">No token endpoint was given.</exception>
    public Task<Exchange> TokenAsync(string secret, bool inHeader = false)
    {
        var options = Subject.Options;
        var endpoint = options.TokenEndpoint ?? throw new CheckSkippedException("No token endpoint was given (--token-endpoint, --client-id, --client-secret).");
        var (id, key) = (Uri.EscapeDataString(options.ClientId), Uri.EscapeDataString(secret));
        var form = "grant_type=client_credentials" + (inHeader ? "" : $"&client_id={id}&client_secret={key}")
            + (options.Scope is null ? "" : $"&scope={Uri.EscapeDataString(options.Scope)}");
        List<(string, string)> headers = [("Content-Type", "application/x-www-form-urlencoded")];
        if (inHeader)
        {
            headers.Add(("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{key}"))}"));
        }
        return SendAsync(new EntraRequest("POST", endpoint, form) { Token = "", Headers = headers });
    }

    /// <summary>Puts an exchange that was kept elsewhere into the report of this check.</summary>
    public void Show(Exchange exchange) => exchanges.Add(exchange);

    /// <summary>Creates a resource; what comes of it is deleted at the end.</summary>
    public Task<Exchange> PostAsync(string endpoint, string body) => SendAsync(new EntraRequest("POST", endpoint, body));

    /// <summary>Sends one PATCH with these operations.</summary>
    /// <param name="resource">Such as <c>/Users/2f1c</c>.</param>
    /// <param name="operations">The operations as JSON, without the brackets round them.</param>
    public Task<Exchange> PatchAsync(string resource, string operations) =>
        SendAsync(Entra.Patch(resource, operations));

    /// <summary>Deletes a resource.</summary>
    public Task<Exchange> DeleteAsync(string resource) => SendAsync(new EntraRequest("DELETE", resource));

    /// <summary>Fails the check unless something holds.</summary>
    public void Require(bool holds, string expected, string found)
    {
        if (!holds)
        {
            throw new CheckFailedException(expected, found);
        }
    }

    /// <summary>Fails the check unless the answer has one of these statuses.</summary>
    public Exchange Require(Exchange answer, string expected, params int[] statuses)
    {
        Require(statuses.Contains(answer.Status), expected, answer.Brief());
        return answer;
    }

    /// <summary>Notes something that Entra bears and that could be better.</summary>
    public void Warn(string expected, string found) => warnings.Add((expected, found));

    /// <summary>Fails the check unless a PATCH succeeded with 200 and the resource, or with 204.</summary>
    public Exchange RequirePatched(Exchange answer) => Require(answer, "200 with the resource, or 204", 200, 204);

    /// <summary>The resource that an answer holds.</summary>
    public JsonElement Resource(Exchange answer, params int[] statuses)
    {
        Require(answer, string.Join(" or ", statuses) + " with the resource", statuses);
        Require(answer.Json is { ValueKind: JsonValueKind.Object }, "a JSON object", answer.Brief());
        return answer.Json!.Value;
    }

    /// <summary>The resources of a list, which has to be a whole ListResponse of this many.</summary>
    public IReadOnlyList<JsonElement> List(Exchange answer, int total)
    {
        var expected = total == 0 ? "200 with totalResults 0 and \"Resources\":[]" : $"200 with a list of {total}";
        Require(answer, expected, 200);
        var list = answer.Json;
        Require(Values.Elements(Values.Property(list, "schemas")).Any(s => Values.Text(s) == Entra.ListSchema), $"{expected}, its schemas naming {Entra.ListSchema}", answer.Brief());
        Require(Values.Property(list, "totalResults") is { ValueKind: JsonValueKind.Number } count && count.TryGetInt32(out var n) && n == total, expected, answer.Brief());
        Require(Values.Property(list, "Resources") is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() == total, expected, answer.Brief());
        return [.. Values.Elements(Values.Property(list, "Resources"))];
    }

    /// <summary>The resource with this id, as a GET shows it now.</summary>
    public async Task<JsonElement> ReadAsync(string resource) => Resource(await GetAsync(resource).ConfigureAwait(false), 200);

    /// <summary>What a PATCH left: its own answer where that has a body, else a GET.</summary>
    public async Task<JsonElement> PatchedAsync(string resource, string operations)
    {
        RequirePatched(await PatchAsync(resource, operations).ConfigureAwait(false));
        return await ReadAsync(resource).ConfigureAwait(false);
    }

    /// <summary>How many resources a filter finds; a 404 counts as none, since other checks judge it.</summary>
    public async Task<IReadOnlyList<JsonElement>> FindAsync(string endpoint, string filter)
    {
        var answer = await GetAsync($"{endpoint}?filter={Entra.Escape(filter)}").ConfigureAwait(false);
        Require(answer, "200 with a list", 200, 404);
        return answer.Status == 404 ? [] : [.. Values.Elements(Values.Property(answer.Json, "Resources"))];
    }

    /// <summary>A new user whom the check needs; without one it is skipped, since other checks judge the creation.</summary>
    /// <param name="attributes">More attributes as JSON, such as <c>"title":"Engineer"</c>.</param>
    public async Task<Made> NewUserAsync(string? attributes = null)
    {
        var name = Subject.NewUserName();
        var answer = await PostAsync("/Users", Entra.User(name, attributes)).ConfigureAwait(false);
        return new Made(NeededId(answer, "a user"), name);
    }

    /// <summary>A new group that the check needs; without one it is skipped, since other checks judge the creation.</summary>
    public async Task<Made> NewGroupAsync(string? attributes = null)
    {
        var name = Subject.NewName();
        var answer = await PostAsync("/Groups", Entra.Group(name, attributes)).ConfigureAwait(false);
        return new Made(NeededId(answer, "a group"), name);
    }

    /// <summary>A group that has these members, put there by one PATCH each.</summary>
    public async Task<Made> NewGroupAsync(IEnumerable<Made> members)
    {
        var group = await NewGroupAsync().ConfigureAwait(false);
        foreach (var member in members)
        {
            var answer = await PatchAsync($"/Groups/{group.Id}", Entra.AddMember(member.Id)).ConfigureAwait(false);
            if (answer.Status is not (200 or 204))
            {
                throw new CheckSkippedException($"It needs a group with members, and adding one was answered with {answer.Brief()}");
            }
        }
        return group;
    }

    /// <summary>The first so many of the users that all checks share; made when they are first needed.</summary>
    public async Task<IReadOnlyList<Made>> PeopleAsync(int count)
    {
        while (Subject.People.Count < count)
        {
            Subject.People.Add(await NewUserAsync().ConfigureAwait(false));
        }
        return Subject.People.GetRange(0, count);
    }

    /// <summary>The ids of a group's members, as a GET shows them now.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(Made group)
    {
        var resource = await ReadAsync($"/Groups/{group.Id}").ConfigureAwait(false);
        return [.. Values.Elements(Values.Property(resource, "members")).Select(m => Values.Text(Values.Property(m, "value")) ?? "(a member without value)")];
    }

    /// <summary>Fails the check unless a group has exactly these members.</summary>
    public async Task RequireMembersAsync(Made group, IEnumerable<Made> expected)
    {
        var members = await MembersAsync(group).ConfigureAwait(false);
        var wanted = expected.Select(m => m.Id).ToList();
        var lost = wanted.Except(members).Count();
        var extra = members.Except(wanted).Count();
        Require(lost == 0 && extra == 0 && members.Count == wanted.Count, $"exactly {wanted.Count} members",
            $"{members.Count} members: {lost} lost, {extra} that should not be there, {members.Count - members.Distinct().Count()} twice");
    }

    private Exchange Keep(Exchange exchange)
    {
        Show(exchange);
        return exchange;
    }

    internal static string NeededId(Exchange answer, string what) =>
        answer.Status is 200 or 201 && Values.Text(Values.Property(answer.Json, "id")) is { Length: > 0 } id
            ? id
            : throw new CheckSkippedException($"It needs {what}, and creating one was answered with {answer.Brief()}");
}
