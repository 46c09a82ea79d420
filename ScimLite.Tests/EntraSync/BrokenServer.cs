using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;

namespace ScimLite.Tests.EntraSync;

/// <summary>
/// A server that is right but for one fault: it stands before a sound one and changes a request or an answer.
/// Give it to a client as its way to the network.
/// </summary>
/// <param name="sound">The way to the sound server, such as <c>host.Server.CreateHandler()</c>.</param>
/// <param name="fault">What it does wrong.</param>
public sealed partial class BrokenServer(HttpMessageHandler sound, ServerFault fault) : DelegatingHandler(sound)
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    private const string Patch = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[OPERATIONS]}""";

    // The reading that the PATCH requests which are now under way for a group share, and how many they are.
    private readonly ConcurrentDictionary<string, Reading> readings = new();

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => fault switch
    {
        ServerFault.LosesParallelMembers when IsGroupPatch(request) => await ReadModifyWriteAsync(request, cancellationToken),
        ServerFault.WipesOnRemoveWithValue when IsGroupPatch(request) => await WipeAsync(request, cancellationToken),
        ServerFault.HidesDisabledUsers when IsUserRead(request) => await ChangedAsync(request, HideDisabled, cancellationToken),
        ServerFault.MatchesCaseSensitively when IsUserRead(request) => await ChangedAsync(request, body => ExactMatch(body, request), cancellationToken),
        ServerFault.AnswersNoMatchWith404 when request.Method == HttpMethod.Get => await ChangedAsync(request, NothingIs404, cancellationToken),
        ServerFault.RewritesPhoneNumbers => await ChangedAsync(request, body => Users(body, DigitsOnly), cancellationToken),
        ServerFault.AnswersBooleansAsText => await ChangedAsync(request, body => Users(body, ActiveAsText), cancellationToken),
        ServerFault.AnswersManagerAsText => await ChangedAsync(request, body => Users(body, ManagerAsText), cancellationToken),
        _ => await AnswerAsync(request, cancellationToken),
    };

    private static bool IsGroupPatch(HttpRequestMessage request) =>
        request.Method == HttpMethod.Patch && request.RequestUri!.AbsolutePath.Contains("/Groups/", StringComparison.Ordinal);

    private static bool IsUserRead(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get && request.RequestUri!.AbsolutePath.Contains("/Users", StringComparison.Ordinal);

    private async Task<HttpResponseMessage> ReadModifyWriteAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var address = request.RequestUri!.AbsolutePath;
        var reading = readings.AddOrUpdate(address, _ => new Reading(1, ReadMembersAsync(request, cancel)), (_, r) => r with { Users = r.Users + 1 });
        try
        {
            // Its write takes a while, so that whoever was sent together shares the reading on a busy machine too.
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancel);
            var members = new HashSet<string>(await reading.Members);
            var operations = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancel))!["Operations"]!.AsArray();
            var others = new List<string>();
            foreach (var operation in operations)
            {
                var path = (string?)operation!["path"] ?? "";
                var values = operation["value"] as JsonArray is { } list && path == "members" ? list.Select(v => (string)v!["value"]!).ToArray()
                    : operation["value"] is JsonValue text && path == "members" ? [(string)text!]
                    : MemberPath().Match(path) is { Success: true } match ? [match.Groups[1].Value] : [];
                if (values.Length == 0)
                {
                    others.Add(operation.ToJsonString());
                }
                else if (string.Equals((string)operation["op"]!, "remove", StringComparison.OrdinalIgnoreCase))
                {
                    members.ExceptWith(values);
                }
                else
                {
                    members.UnionWith(values);
                }
            }
            others.Add($$"""{"op":"replace","path":"members","value":[{{string.Join(',', members.Select(id => $$"""{"value":"{{id}}"}"""))}}]}""");
            request.Content = Json(Patch.Replace("OPERATIONS", string.Join(',', others), StringComparison.Ordinal));
            return await base.SendAsync(request, cancel);
        }
        finally
        {
            while (readings.TryGetValue(address, out var known)
                && !(known.Users == 1 ? readings.TryRemove(KeyValuePair.Create(address, known)) : readings.TryUpdate(address, known with { Users = known.Users - 1 }, known)))
            {
            }
        }
    }

    private async Task<string[]> ReadMembersAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var read = new HttpRequestMessage(HttpMethod.Get, request.RequestUri);
        read.Headers.Authorization = request.Headers.Authorization;
        using var answer = await base.SendAsync(read, cancel);
        var group = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!;
        return group["members"] is JsonArray members ? [.. members.Select(m => (string)m!["value"]!)] : [];
    }

    private async Task<HttpResponseMessage> WipeAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancel))!;
        foreach (var operation in body["Operations"]!.AsArray())
        {
            if (string.Equals((string)operation!["op"]!, "remove", StringComparison.OrdinalIgnoreCase))
            {
                operation.AsObject().Remove("value");
            }
        }
        request.Content = Json(body.ToJsonString());
        return await base.SendAsync(request, cancel);
    }

    private async Task<HttpResponseMessage> ChangedAsync(HttpRequestMessage request, Func<JsonObject, HttpStatusCode?> change, CancellationToken cancel)
    {
        var answer = await base.SendAsync(request, cancel);
        if (!answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NoContent)
        {
            return answer;
        }
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!.AsObject();
        var status = change(body);
        answer.StatusCode = status ?? answer.StatusCode;
        answer.Content = Json(status == HttpStatusCode.NotFound
            ? """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"not found"}""" : body.ToJsonString());
        return answer;
    }

    private static HttpStatusCode? HideDisabled(JsonObject body)
    {
        Keep(body, user => (bool?)user["active"] != false);
        return (bool?)body["active"] == false ? HttpStatusCode.NotFound : null;
    }

    private static HttpStatusCode? ExactMatch(JsonObject body, HttpRequestMessage request)
    {
        if (UserNameFilter().Match(HttpUtility.UrlDecode(request.RequestUri!.Query)) is { Success: true } match)
        {
            Keep(body, user => (string?)user["userName"] == match.Groups[1].Value);
        }
        return null;
    }

    private static HttpStatusCode? NothingIs404(JsonObject body) => (int?)body["totalResults"] == 0 ? HttpStatusCode.NotFound : null;

    private static void Keep(JsonObject body, Predicate<JsonObject> stays)
    {
        if (body["Resources"] is JsonArray resources)
        {
            body["Resources"] = new JsonArray([.. resources.Where(r => stays(r!.AsObject())).Select(r => r!.DeepClone())]);
            var count = body["Resources"]!.AsArray().Count;
            (body["totalResults"], body["itemsPerPage"]) = ((int)body["totalResults"]! - (resources.Count - count), count);
        }
    }

    private static HttpStatusCode? Users(JsonObject body, Action<JsonObject> change)
    {
        foreach (var user in body["Resources"] is JsonArray resources ? resources.Select(r => r!.AsObject()) : [body])
        {
            change(user);
        }
        return null;
    }

    private static void DigitsOnly(JsonObject user)
    {
        foreach (var phone in user["phoneNumbers"] as JsonArray ?? [])
        {
            phone!["value"] = string.Concat(((string?)phone["value"] ?? "").Where(char.IsAsciiDigit));
        }
    }

    private static void ActiveAsText(JsonObject user)
    {
        if (user["active"] is { } active)
        {
            user["active"] = (bool)active ? "True" : "False";
        }
    }

    private static void ManagerAsText(JsonObject user)
    {
        if (user[Enterprise]?["manager"]?["value"] is { } id)
        {
            user[Enterprise]!["manager"] = (string)id!;
        }
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/scim+json");

    private sealed record Reading(int Users, Task<string[]> Members);

    [GeneratedRegex("""^members\[value eq "([^"]+)"\]$""")]
    private static partial Regex MemberPath();

    [GeneratedRegex("""filter=userName eq "([^"]*)"$""")]
    private static partial Regex UserNameFilter();
}
