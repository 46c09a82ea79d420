using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Handlers;

/// <summary>
/// Good requests with a few of their words left out, doubled, swapped or replaced by odd ones. Whatever comes of it: never a 5xx, and
/// always SCIM. The seed is fixed, so a failure comes again; the failure names the request.
/// </summary>
public sealed partial class FuzzTests
{
    const int Rounds = 400;

    static readonly string[] OddWords =
    [
        "null", "true", "false", "0", "-1", "1e999", "-0.0", "1E-400", "12345678901234567890123", "\"\"", "\" \"", "\"\\ud800\"", "\"\\u0000\"", "\"True\"", "\"x\"", "[]", "{}", "[null]", "[[]]",
        "[{}]", "{\"value\":null}", "{\"value\":[\"x\"]}", "[{\"value\":\"x\",\"primary\":true},{\"value\":\"y\",\"primary\":true}]", "{\"\":\"\"}", "\"add\"", "\"Remove\"", "\"replace\"", "\"op\"", "\"path\"",
        "\"value\"", "\"Operations\"", "\"schemas\"", "\"id\"", "\"meta\"", "\"meta.version\"", "\"groups\"", "\"members\"", "\"members.value\"", "\"members[value eq \\\"x\\\"]\"", "\"members[type eq \\\"User\\\"]\"",
        "\"members[display pr]\"", "\"members[value eq \\\"USER\\\"].display\"", "\"emails\"", "\"emails[type eq \\\"work\\\"]\"", "\"emails[type eq \\\"new\\\"].value\"", "\"emails[primary eq true].type\"",
        "\"emails[not (type pr)]\"", "\"emails[value co \\\"a\\\" or primary eq \\\"True\\\"]\"", "\"emails.value\"", "\"emails[\"", "\"name\"", "\"name.familyName\"", "\"name[givenName pr]\"", "\"active\"", "\"userName\"",
        "\"displayName\"", "\"externalId\"", "\"password\"", "\"roles\"", "\"roles[primary eq \\\"True\\\"].value\"", "\"addresses[type eq \\\"work\\\"].locality\"", "\"x509Certificates\"", "\"$ref\"", "\"{\\\"id\\\":1}\"",
        "\"USER\"", "\"GROUP\"", "\"urn:ietf:params:scim:schemas:core:2.0:User\"", "\"urn:ietf:params:scim:schemas:core:2.0:User:userName\"", "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"",
        "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager\"", "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value\"",
        "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager[value pr]\"", "\"manager\"", "\"manager.displayName\"", "\"schemas[value pr]\"",
    ];

    static readonly string[] Rubbish = ["{", "}", "[", "]", ",", ":", "\"", "\\", "\0", "é", "😀", "\"\\ud83d\"", "/*", "'"];

    static readonly string[] OddQueryWords =
    [
        "(", ")", "[", "]", "\"", "not", "and", "or", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "true", "false", "null", "5", "1e999", "-0.0", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"2011-05-13T04:42:34Z\"",
        "\"True\"", "id", "schemas", "meta", "meta.created", "meta.location", "groups", "groups.value", "members", "members.$ref", "emails", "emails.value", "emails.primary", "name", "name.givenName", "active", "roles", "addresses",
        "x509Certificates.value", "shoe", ".", "..", "$ref", "urn:ietf:params:scim:schemas:core:2.0:User:userName", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "manager", "manager.value",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "&", "&count=", "&startIndex=-1", "&attributes=name.givenName,emails", "&excludedAttributes=members", "&attributes=", ",", "%", "'", "\\", "😀",
    ];

    static readonly string[] Users =
    [
        """
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"e1","userName":"fuzz",
        "name":{"formatted":"F Z","familyName":"Z","givenName":"F"},"displayName":"Fuzz","active":true,"emails":[{"value":"f@example.com","type":"work","primary":true}],
        "phoneNumbers":[{"value":"1","type":"work"}],"roles":[{"value":"{\"id\":\"r\",\"displayName\":\"R\"}","primary":"True"}],"addresses":[{"type":"work","locality":"L"}],
        "x509Certificates":[{"value":"QUJD"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"USER"}}}
        """,
    ];

    static readonly string[] Groups =
    [
        """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"externalId":"g1","displayName":"fuzz","members":[{"value":"USER","display":"x"},{"value":"GROUP"}]}""",
        """{"displayName":"fuzz","members":"USER"}""",
    ];

    static readonly string[] UserPatches =
    [
        HttpCalls.Patch("""{"op":"add","path":"emails[type eq \"work\"].value","value":"a@example.com"},{"op":"Replace","path":"active","value":"False"}"""),
        HttpCalls.Patch("""{"op":"replace","value":{"displayName":"x","name.givenName":"y","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"z","emails":[{"value":"b@example.com"}]}}"""),
        HttpCalls.Patch("""{"op":"remove","path":"emails","value":[{"value":"f@example.com"}]},{"op":"add","path":"roles","value":[{"value":"r","primary":"True"}]}"""),
        HttpCalls.Patch("""{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":"USER"}},{"op":"remove","path":"name.familyName"}"""),
        HttpCalls.Patch("""{"op":"add","path":"addresses[type eq \"work\"].locality","value":"L"},{"op":"add","path":"emails","value":{"value":"c@example.com","primary":true}}"""),
    ];

    static readonly string[] GroupPatches =
    [
        HttpCalls.Patch("""{"op":"add","path":"members","value":[{"value":"USER"}]},{"op":"replace","path":"displayName","value":"Engines"}"""),
        HttpCalls.Patch("""{"op":"remove","path":"members[value eq \"USER\"]"},{"op":"Add","path":"externalId","value":"g"}"""),
        HttpCalls.Patch("""{"op":"remove","path":"members","value":[{"value":"USER"}]}"""),
        HttpCalls.Patch("""{"op":"replace","value":{"members":[{"value":"USER"}],"displayName":"Engines"}}"""),
        HttpCalls.Patch("""{"op":"remove","path":"members[display eq \"ada\" and type eq \"User\"]"}"""),
    ];

    static readonly string[] Queries =
    [
        "filter= userName eq \"ada\" and emails [ type eq \"work\" and value co \"example.com\" ] & count= 5",
        "filter= ( displayName pr or not ( active eq true ) ) and meta.lastModified gt \"2011-05-13T04:42:34Z\" & startIndex= 1",
        "filter= members [ value eq \"USER\" ] & excludedAttributes= members",
        "filter= emails [ type eq \"work\" ] .value eq \"ada@example.com\" & attributes= userName , name.givenName",
        "filter= id eq \"USER\" or externalId ne null & count= 0",
    ];

    [Fact]
    public Task Whatever_is_posted_is_answered_in_scim() =>
        Fuzz(1, [.. Users.Select(b => ("POST", "Users", b)), .. Groups.Select(b => ("POST", "Groups", b)), ("POST", "Groups", Users[0]), ("POST", "Users", Groups[0])]);

    [Fact]
    public Task Whatever_is_put_is_answered_in_scim() =>
        Fuzz(2, [.. Users.Select(b => ("PUT", "Users/USER", b)), .. Groups.Select(b => ("PUT", "Groups/GROUP", b)), ("PUT", "Groups/GROUP", Users[0]), ("PUT", "Users/USER", Groups[0])]);

    [Fact]
    public Task Whatever_is_patched_into_a_user_is_answered_in_scim() => Fuzz(3, [.. UserPatches.Select(b => ("PATCH", "Users/USER", b))]);

    [Fact]
    public Task Whatever_is_patched_into_a_group_is_answered_in_scim() => Fuzz(4, [.. GroupPatches.Select(b => ("PATCH", "Groups/GROUP", b))]);

    [Fact]
    public Task Whatever_is_asked_for_is_answered_in_scim() =>
        Fuzz(5, [.. Queries.SelectMany(q => ((string, string, string)[])[("GET", "Users", q), ("GET", "Groups", q), ("GET", "Users/USER", q), ("DELETE", "Groups/none", q)])]);

    static async Task Fuzz(uint stream, (string Method, string Target, string Words)[] good)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory);
        var user = (await host.Client.CreateUser("ada", ""","emails":[{"value":"ada@example.com","type":"work"}]""")).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        var rounds = Gen.Select(Gen.Int[0, good.Length - 1], Gen.Select(Gen.Int[0, 29], Gen.Int[0, 9999], Gen.Int[0, 9999]).Array[1, 2]);
        var dice = new PCG(stream, 20260101);
        var faults = new List<string>();
        var refused = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var (which, changes) = rounds.Generate(dice, null, out _);
            var (method, target, words) = good[which];
            var text = Change(words, changes, method is "GET" or "DELETE" ? OddQueryWords : OddWords);
            // Each user and group has a name of its own, or the second would be refused before it is looked at.
            text = text.Replace("fuzz", $"fuzz{i}", StringComparison.Ordinal)
                .Replace("USER", user, StringComparison.Ordinal).Replace("GROUP", group, StringComparison.Ordinal);
            target = target.Replace("USER", user, StringComparison.Ordinal).Replace("GROUP", group, StringComparison.Ordinal);
            var answer = method is "GET" or "DELETE"
                ? await host.Client.Send(method, $"{target}?{Escape(text)}")
                : await host.Client.SendBytes(method, target, Encoding.UTF8.GetBytes(text), HttpAnswer.MediaType, []);
            refused += answer.Status >= 400 ? 1 : 0;
            faults.AddRange(answer.ShapeFaults().Append(answer.Status < 500 ? "" : answer.Text).Where(f => f.Length > 0).Select(f => $"{method} {target} {text}: {f}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(10)));
        Assert.InRange(refused, Rounds / 10, Rounds * 19 / 20);
        Assert.Contains(user, await host.Client.Directory(), StringComparison.Ordinal);
    }

    static string Change(string good, (int Kind, int Where, int What)[] changes, string[] odd)
    {
        var words = Words().Matches(good).Select(m => m.Value).ToList();
        foreach (var (kind, where, what) in changes.Where(_ => words.Count > 1))
        {
            var (at, other) = (where % words.Count, what % words.Count);
            switch (kind)
            {
                case 0:
                    words.RemoveAt(at);
                    break;
                case 1:
                    words.Insert(at, words[other]);
                    break;
                case 2:
                    (words[at], words[other]) = (words[other], words[at]);
                    break;
                case 3:
                    words[at] = Rubbish[what % Rubbish.Length];
                    break;
                default:
                    // Mostly the request stays well-formed, or nothing behind the parser would be reached.
                    var meant = Enumerable.Range(0, words.Count).Where(i => IsValue(words, i) || kind == 4).DefaultIfEmpty(0).ToArray();
                    words[meant[where % meant.Length]] = odd[what % odd.Length];
                    break;
            }
        }

        return string.Concat(words);
    }

    // Neither a name in front of a colon, nor what marks the body as a PATCH, nor punctuation.
    static bool IsValue(List<string> words, int i) => (char.IsLetterOrDigit(words[i].Trim()[0]) || words[i].Trim()[0] == '"')
        && !words[i].Contains("PatchOp", StringComparison.Ordinal) && !(i + 1 < words.Count && words[i + 1].Trim() == ":");

    // Everything but what separates the parts of a query.
    static string Escape(string query) => Uri.EscapeDataString(query).Replace("%3D%20", "=", StringComparison.Ordinal)
        .Replace("%26%20", "&", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal);

    [GeneratedRegex("""\s*(?:"(?:[^"\\]|\\.)*"|[\w.-]+=|[\w.:$-]+|.)\s*""", RegexOptions.Singleline)]
    private static partial Regex Words();
}
