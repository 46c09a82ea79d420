using System.Text;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Exchanges;

/// <summary>
/// Replays what identity providers really send and checks what they rely on, on both stores. A scenario is data, so that
/// the literal text of a client (its spelling, its percent-encoding, its odd JSON) is kept apart from our own serializers,
/// and a newly seen oddity is a new file and no new code.
/// </summary>
/// <remarks>
/// One JSON file is one scenario, named as a sentence in kebab-case; it starts with an empty directory of its own.
/// <code>
/// {
///   "name":     "what the scenario shows, in a sentence",
///   "source":   "where the traffic was described",
///   "dialect":  "entra" or "rfc"; entra when left out,
///   "settings": { further settings of the tenant, for instance "UnknownMembers": "accept" },
///   "steps": [ {
///     "request": {
///       "method": "PATCH",
///       "path": relative to the Tenant URL, sent as written: "/Users?filter=userName+eq+%22a%22",
///       "headers": { more request headers },
///       "body": JSON, sent character for character as it stands in the file, or "rawBody": "any text at all",
///       "contentType": "application/scim+json; charset=utf-8" when left out; null sends none
///     },
///     "expect": {
///       "status": 200, or the allowed ones: [200, 204],
///       "headers": { "ETag": "W/\"1\"" },
///       "body": what the answer must hold, as a subset,
///       "contains": the same, but arrays may hold more elements than the expected ones,
///       "absent": [ "paths.that.must.be.missing", "Resources.0.members" ],
///       "empty": true when there must be no body
///     },
///     "save": { "userId": "id", "first": "Resources.0.id" }
///   } ]
/// }
/// </code>
/// <c>{userId}</c> in a later path, header, body or expectation stands for what was saved under that name.
/// Subset: every expected property is there and equal (strings ordinal, numbers numeric, booleans real booleans), objects
/// recursively; arrays are sets of equal size whose elements match pairwise in any order. <c>"*"</c> is any value but null.
/// A path names properties and array indexes, joined by dots; a property's own dots need no escape.
/// What holds for every SCIM answer (<see cref="Answer.BrokenRules"/>) is checked on every step and needs no mention in a file.
/// </remarks>
public sealed class ExchangeTests
{
    /// <summary>
    /// Every file on every store. The name shown is the file's, so that a failure is found without a search; the empty label
    /// keeps the arguments, which would say it again, out of it.
    /// </summary>
    public static IEnumerable<TheoryDataRow<string, StoreKind>> Scenarios() =>
        from file in Exchange.Files()
        from store in Enum.GetValues<StoreKind>()
        select new TheoryDataRow<string, StoreKind>(file, store) { TestDisplayName = $"{file} on {store}", Label = "" };

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_recorded_exchange_is_answered_as_its_client_expects(string file, StoreKind store)
    {
        var cancel = TestContext.Current.CancellationToken;
        var exchange = await Exchange.ReadAsync(file, cancel);
        var saved = new SavedValues();

        await using var host = await ScimHost.StartAsync(store, exchange.Dialect, exchange.Settings);
        for (var index = 0; index < exchange.Steps.Count; index++)
        {
            var step = exchange.Steps[index];
            using var request = ToMessage(step.Request, saved, host.Client);
            using var response = await host.Client.SendAsync(request, cancel);
            var answer = await Answer.ReadAsync(response, cancel);

            List<string> problems = [.. answer.BrokenRules(), .. step.Expect.Differences(answer, saved), .. Save(step, answer, saved)];
            if (problems.Count > 0)
            {
                var heading = $"{file} on {store}, step {index + 1} of {exchange.Steps.Count}";
                Assert.Fail(Describe(heading, problems, step, request, answer, saved));
            }
        }
    }

    /// <summary>The address is joined as text: resolving it against the base would lose the Tenant URL's own path.</summary>
    static HttpRequestMessage ToMessage(ExchangeRequest request, SavedValues saved, HttpClient client)
    {
        var root = client.BaseAddress!.AbsoluteUri.TrimEnd('/');
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(root + saved.Fill(request.Path), UriKind.Absolute));

        if (request.Text(saved) is { } text)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            if (request.ContentType is { } contentType)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            }
        }

        if (request.Headers is { } headers)
        {
            foreach (var (name, value) in headers)
            {
                message.Headers.TryAddWithoutValidation(name, saved.Fill(value));
            }
        }

        return message;
    }

    /// <summary>A value that can't be saved is reported here, not by the later step that misses it.</summary>
    static IEnumerable<string> Save(ExchangeStep step, Answer answer, SavedValues saved)
    {
        if (step.Save is not { } names)
        {
            yield break;
        }

        foreach (var (name, path) in names)
        {
            if (answer.Find(path) is { } value)
            {
                saved.Keep(name, value.ToString());
            }
            else
            {
                yield return $"{path}: nothing there to save as {name}";
            }
        }
    }

    static string Describe(
        string heading, List<string> problems, ExchangeStep step, HttpRequestMessage request, Answer answer, SavedValues saved)
    {
        var text = new StringBuilder().AppendLine(heading);
        foreach (var problem in problems)
        {
            text.Append("  - ").AppendLine(problem);
        }

        text.AppendLine().Append(request.Method.Method).Append(' ').AppendLine(request.RequestUri!.AbsoluteUri);
        if (step.Request.Headers is { } headers)
        {
            foreach (var (name, value) in headers)
            {
                text.Append(name).Append(": ").AppendLine(saved.Fill(value));
            }
        }

        text.AppendLine(step.Request.Text(saved) ?? "(no body)").AppendLine();
        return text.Append("was answered ").AppendLine(answer.ToString()).ToString();
    }
}
