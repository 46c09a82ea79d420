using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ScimLite.Tests.EntraSync;

/// <summary>The faults that only <c>doctor</c> asks about.</summary>
public sealed partial class BrokenServer
{
    private const string NotHere = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"not found"}""";
    private const string Taken = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness","detail":"taken"}""";

    private readonly ConcurrentDictionary<string, string> namesById = new();
    private readonly ConcurrentDictionary<string, int> underWay = new();

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancel) => fault switch
    {
        ServerFault.AnswersPlainJson => await PlainJsonAsync(request, cancel),
        ServerFault.RedirectsSlashes when request.RequestUri!.AbsolutePath.EndsWith('/') => Redirect(request.RequestUri),
        ServerFault.MatchesByPrefix when request.Method == HttpMethod.Get => await base.SendAsync(Asking(request, "+eq+%22", "+sw+%22"), cancel),
        ServerFault.NumbersTheStatus => await NumberAsync(request, cancel),
        ServerFault.ReservesOldNames => await ReserveAsync(request, cancel),
        ServerFault.CreatesTwiceAtOnce when IsUserCreation(request) => await CreateTwiceAsync(request, cancel),
        ServerFault.ForgetsGroupsOfTheDisabled when request.Method == HttpMethod.Patch => await ForgetGroupsAsync(request, cancel),
        ServerFault.HasNoGroups when request.RequestUri!.AbsolutePath.Contains("/Groups", StringComparison.Ordinal) => Answer(HttpStatusCode.NotFound, NotHere),
        ServerFault.HidesCanonicalValues when request.RequestUri!.AbsolutePath.EndsWith("/Schemas", StringComparison.Ordinal) => await HideCanonicalValuesAsync(request, cancel),
        ServerFault.DropsUnknownMembers when IsGroupPatch(request) => await DropUnknownAsync(request, cancel),
        ServerFault.RefusesDeletion when request.Method == HttpMethod.Delete => Answer(HttpStatusCode.MethodNotAllowed, NotHere.Replace("404", "405", StringComparison.Ordinal)),
        _ => await base.SendAsync(request, cancel),
    };

    private static bool IsUserCreation(HttpRequestMessage request) =>
        request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith("/Users", StringComparison.Ordinal);

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) => new(status) { Content = Json(body) };

    private static HttpResponseMessage Redirect(Uri address)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.MovedPermanently);
        answer.Headers.Location = new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + address.Query);
        return answer;
    }

    private static HttpRequestMessage Asking(HttpRequestMessage request, string text, string instead)
    {
        request.RequestUri = new Uri(request.RequestUri!.OriginalString.Replace(text, instead, StringComparison.Ordinal));
        return request;
    }

    private async Task<HttpResponseMessage> PlainJsonAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var answer = await base.SendAsync(request, cancel);
        if (answer.Content.Headers.ContentType is not null)
        {
            answer.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return answer;
    }

    private async Task<HttpResponseMessage> NumberAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var answer = await base.SendAsync(request, cancel);
        if (!answer.IsSuccessStatusCode)
        {
            answer.Content = Json(StatusText().Replace(await answer.Content.ReadAsStringAsync(cancel), "\"status\":$1"));
        }
        return answer;
    }

    private async Task<HttpResponseMessage> ReserveAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        if (IsUserCreation(request) && UserName(await request.Content!.ReadAsStringAsync(cancel)) is { } name && namesById.Values.Contains(name))
        {
            return Answer(HttpStatusCode.Conflict, Taken);
        }
        var answer = await base.SendAsync(request, cancel);
        if (IsUserCreation(request) && answer.IsSuccessStatusCode)
        {
            var user = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!;
            namesById[(string)user["id"]!] = (string)user["userName"]!;
        }
        if (request.Method == HttpMethod.Delete)
        {
            namesById.TryRemove(request.RequestUri!.Segments[^1], out _);
        }
        return answer;
    }

    private async Task<HttpResponseMessage> CreateTwiceAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var body = await request.Content!.ReadAsStringAsync(cancel);
        if (UserName(body) is not { } name)
        {
            return await base.SendAsync(request, cancel);
        }
        var others = underWay.AddOrUpdate(name, 1, (_, n) => n + 1);
        try
        {
            // Long enough that requests sent at the same time meet here, also on a busy machine.
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancel);
            var answer = await base.SendAsync(request, cancel);
            var user = JsonNode.Parse(body)!.AsObject();
            user["id"] = Guid.NewGuid().ToString();
            return others > 1 && answer.StatusCode == HttpStatusCode.Conflict ? Answer(HttpStatusCode.Created, user.ToJsonString()) : answer;
        }
        finally
        {
            underWay.AddOrUpdate(name, 0, (_, n) => n - 1);
        }
    }

    private async Task<HttpResponseMessage> ForgetGroupsAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var body = await request.Content!.ReadAsStringAsync(cancel);
        var answer = await base.SendAsync(request, cancel);
        if (body.Contains("\"False\"", StringComparison.Ordinal) && answer.StatusCode == HttpStatusCode.OK)
        {
            var user = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!;
            foreach (var group in user["groups"] as JsonArray ?? [])
            {
                using var removal = new HttpRequestMessage(HttpMethod.Patch, (string)group!["$ref"]!)
                {
                    Content = Json(Patch.Replace("OPERATIONS", $$"""{"op":"remove","path":"members[value eq \"{{user["id"]}}\"]"}""", StringComparison.Ordinal)),
                };
                removal.Headers.Authorization = request.Headers.Authorization;
                (await base.SendAsync(removal, cancel)).EnsureSuccessStatusCode();
            }
        }
        return answer;
    }

    private async Task<HttpResponseMessage> HideCanonicalValuesAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var answer = await base.SendAsync(request, cancel);
        answer.Content = Json(CanonicalValues().Replace(await answer.Content.ReadAsStringAsync(cancel), ""));
        return answer;
    }

    private async Task<HttpResponseMessage> DropUnknownAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var body = await request.Content!.ReadAsStringAsync(cancel);
        var answer = await base.SendAsync(request, cancel);
        if (answer.StatusCode != HttpStatusCode.BadRequest)
        {
            return answer;
        }
        var detail = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!["detail"]!;
        var patch = JsonNode.Parse(body)!;
        foreach (var operation in patch["Operations"]!.AsArray())
        {
            operation!["value"] = new JsonArray([.. operation["value"]!.AsArray().Where(m => !detail.Contains((string)m!["value"]!, StringComparison.Ordinal)).Select(m => m!.DeepClone())]);
        }
        using var again = new HttpRequestMessage(HttpMethod.Patch, request.RequestUri) { Content = Json(patch.ToJsonString()) };
        again.Headers.Authorization = request.Headers.Authorization;
        return await base.SendAsync(again, cancel);
    }

    private static string? UserName(string body)
    {
        var match = UserNameMember().Match(body);
        return match.Success ? match.Groups[1].Value : null;
    }

    [GeneratedRegex("\"status\":\"(\\d+)\"")]
    private static partial Regex StatusText();

    [GeneratedRegex("\"userName\":\"([^\"]+)\"")]
    private static partial Regex UserNameMember();

    [GeneratedRegex("\"canonicalValues\":\\[[^\\]]*\\],")]
    private static partial Regex CanonicalValues();
}
