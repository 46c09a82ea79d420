using System.Globalization;
using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>Headers, media types, addresses and errors. The last ones look back at every exchange of the run.</summary>
public static class WireChecks
{
    private const string ScimJson = "application/scim+json";

    /// <summary>The checks; those that look back stand last.</summary>
    public static IEnumerable<Check> All =>
    [
        new("W1", Area.Wire, "A GET needs no Accept, no Content-Type and no User-Agent",
            "Entra sends none of them on a GET. A server, or a firewall before it, that asks for one refuses Entra with 403, 406 or 415.",
            "Don't look at Accept, Content-Type and User-Agent of a GET; exempt the SCIM path from rules against bots.",
            async exam =>
            {
                (string, string)[][] variants = [[], [("Accept", "*/*")], [("Accept", "application/json")], [("Accept", ScimJson), ("Content-Type", ScimJson)], [("Accept", "text/html"), ("User-Agent", "curl/8")]];
                foreach (var headers in variants)
                {
                    exam.Require(await exam.SendAsync(new EntraRequest("GET", "/Users?startIndex=1&count=1") { Headers = headers }).ConfigureAwait(false),
                        headers.Length == 0 ? "200 without these headers" : $"200 with {string.Join(", ", headers.Select(h => $"{h.Item1}: {h.Item2}"))}", 200);
                }
            }),
        new("W2", Area.Wire, "A body may be application/scim+json, with a charset, or application/json",
            "Entra sends the first, other identity providers and tools the second. 415 stops everything.",
            "Accept both media types, with and without a charset.",
            async exam =>
            {
                foreach (var type in (string[])["application/scim+json; charset=utf-8", ScimJson, "application/json", "application/json; charset=utf-8"])
                {
                    var request = new EntraRequest("POST", "/Users", Entra.User(exam.Subject.NewUserName())) { Headers = [("Content-Type", type)] };
                    exam.Require(await exam.SendAsync(request).ConfigureAwait(false), $"201 for a body of {type}", 201);
                }
            }),
        Addresses("W3", "A slash at the end and the flag aadOptscim062020 make no difference",
            "Administrators write the Tenant URL with a slash or with ?aadOptscim062020, as Microsoft's pages tell them to.",
            "Route /Users/ like /Users, and ignore query keys that are not SCIM's.",
            filter => [$"/Users/?filter={filter}", $"/Users?aadOptscim062020&filter={filter}", $"/Users?filter={filter}&aadOptscim062020="]),
        Addresses("W4", "A double slash makes no difference",
            "A Tenant URL that ends in a slash makes //Users out of /Users.", "Collapse slashes before routing.", filter => [$"//Users?filter={filter}"]),
        Addresses("W5", "Upper and lower case of the path make no difference",
            "Tenant URLs are typed by people. Entra itself writes Users and Groups with a capital.", "Route without regard to case.", filter => [$"/users?filter={filter}"], warn: true),
        new("W6", Area.Wire, "Filters are decoded once, whatever stands in them",
            "Names have plus signs, apostrophes, ampersands, umlauts, and #EXT# where they are guests. A value that is decoded wrongly is not found, and the user is created twice.",
            "Decode the query once: + is a blank before %XX is decoded, and %2B is a plus.",
            async exam =>
            {
                var name = $"{exam.Subject.NewName()}+o'brien&co_ünï#EXT#@example.com";
                var answer = await exam.PostAsync("/Users", Entra.User(name)).ConfigureAwait(false);
                var id = Examination.NeededId(answer, "a user with such a name");
                foreach (var escaped in (string[])[Entra.Escape(Entra.Eq("userName", name)), Uri.EscapeDataString(Entra.Eq("userName", name))])
                {
                    var found = exam.List(await exam.GetAsync($"/Users?filter={escaped}").ConfigureAwait(false), 1);
                    exam.Require(Values.Text(Values.Property(found[0], "id")) == id, $"the user {id}", found[0].GetRawText());
                }
            }),
        new("W7", Area.Wire, "Errors are SCIM errors, their status a string",
            "Entra shows the body of an error to the administrator and reads scimType. A page of HTML, or a body of another shape, says nothing to either.",
            $"Answer every error with {{\"schemas\":[\"{Entra.ErrorSchema}\"],\"status\":\"404\",\"detail\":\"…\"}}: status as text, detail in words that help.",
            async exam =>
            {
                (string, Exchange)[] errors =
                [
                    ("404", await exam.GetAsync($"/Users/{Guid.NewGuid()}").ConfigureAwait(false)),
                    ("400", await exam.PostAsync("/Users", "{\"schemas\":").ConfigureAwait(false)),
                    ("400", await exam.PostAsync("/Users", $$"""{"schemas":["{{Entra.UserSchema}}"],"displayName":"{{exam.Subject.NewName()}}"}""").ConfigureAwait(false)),
                    ("400", await exam.GetAsync("/Users?filter=userName+eq").ConfigureAwait(false)),
                    ("401", await exam.SendAsync(new EntraRequest("GET", "/Users?count=1") { Token = "doctor-does-not-know-the-token" }).ConfigureAwait(false)),
                ];
                foreach (var (status, error) in errors)
                {
                    var shape = $"{status} as a SCIM error: schemas with {Entra.ErrorSchema}, \"status\":\"{status}\", a detail";
                    exam.Require(error.Status.ToString(CultureInfo.InvariantCulture) == status
                        && Values.Elements(Values.Property(error.Json, "schemas")).Any(s => Values.Text(s) == Entra.ErrorSchema)
                        && Values.Property(error.Json, "status") is { ValueKind: JsonValueKind.String } text && text.GetString() == status, shape, error.Brief());
                    if (Values.IsGone(Values.Property(error.Json, "detail")))
                    {
                        exam.Warn(shape, error.Brief());
                    }
                }
            }),
        new("W8", Area.Wire, "TLS 1.2 is offered, with a certificate that everybody trusts",
            "Entra calls over TLS 1.2. A server that speaks 1.3 alone, a short key, or a certificate of a private authority, can't be reached.",
            "Offer TLS 1.2 with an ECDHE suite, a key of at least RSA 2048 or ECC 256, and the whole chain of a public authority.",
            async exam =>
            {
                var target = new Uri(exam.Subject.Options.Target);
                if (target.Scheme != Uri.UriSchemeHttps)
                {
                    throw new CheckSkippedException("The target is http. Entra calls https only: run the doctor against the address that Entra will use, too.");
                }
                var found = await Handshake.TryAsync(target.Host, target.Port, exam.Subject.Cancel).ConfigureAwait(false);
                exam.Require(found.Failure is null, "a handshake over TLS 1.2", found.Failure ?? "");
                exam.Require(found.Trusted, "a certificate of a public authority for this name", found.Told);
                exam.Require(found.KeyIsLong, "a key of at least RSA 2048 or ECC 256", found.Told);
                exam.Proof = found.Told;
            }),
        new("W9", Area.Wire, "Nothing redirects",
            "Entra does not say that it follows redirects, and a redirected POST or PATCH loses its body.",
            "Answer where you are asked: no redirect for a slash, for http, or for a login page.",
            exam =>
            {
                LookBack(exam, e => e.Status is < 300 or 304 or >= 400, "no 3xx anywhere");
                return Task.CompletedTask;
            }),
        new("W10", Area.Wire, "Every answer is application/scim+json",
            "The validators refuse another media type, and Entra reads it as an answer that is not SCIM (ServiceIncompatible), which puts the job into quarantine.",
            $"Set Content-Type: {ScimJson} on every answer that has a body, errors included.",
            exam =>
            {
                LookBack(exam, e => e.Received.Length == 0 || e.Status is 0 or >= 400 || IsScim(e), $"Content-Type: {ScimJson} on every answer");
                var errors = exam.Subject.Exchanges.Where(e => e.Request.Path.StartsWith('/') && e is { Status: >= 400, Received.Length: > 0 } && !IsScim(e)).ToList();
                if (errors.Count > 0)
                {
                    exam.Warn($"Content-Type: {ScimJson} on errors too", $"{errors.Count} errors without, such as {Described(errors[0])}");
                }
                return Task.CompletedTask;
            }),
        new("W11", Area.Wire, "201 says where the resource is", "Tools and other clients follow Location (RFC 7644 §3.3).",
            "Send Location with 201, the same address as meta.location.",
            exam =>
            {
                var created = exam.Subject.Exchanges.Where(e => e.Status == 201 && e.Request.Path.StartsWith('/')).ToList();
                var without = created.FindAll(e => !e.Headers.TryGetValue("Location", out var place) || place != Values.Text(Values.At(e.Json ?? default, "meta.location")));
                if (without.Count > 0)
                {
                    exam.Warn("Location with every 201, the same as meta.location", $"{without.Count} of {created.Count} without");
                }
                return Task.CompletedTask;
            }),
    ];

    private static Check Addresses(string id, string title, string why, string mend, Func<string, string[]> variants, bool warn = false) => new(
        id, Area.Wire, title, why, mend, async exam =>
        {
            var user = (await exam.PeopleAsync(1).ConfigureAwait(false))[0];
            foreach (var address in variants(Entra.Escape(Entra.Eq("userName", user.Name))))
            {
                var answer = await exam.GetAsync(address).ConfigureAwait(false);
                var found = answer.Status == 200 && Values.Text(Values.Property(Values.Elements(Values.Property(answer.Json, "Resources")).FirstOrDefault(), "id")) == user.Id;
                if (warn && !found)
                {
                    exam.Warn("200 with the user", answer.Brief());
                }
                exam.Require(found || warn, "200 with the user", answer.Brief());
            }
        });

    // The exchanges that offend become those of the check, so that the report shows them.
    private static void LookBack(Examination exam, Func<Exchange, bool> holds, string expected)
    {
        var all = exam.Subject.Exchanges.Where(e => e.Request.Path.StartsWith('/')).ToList();
        var offending = all.FindAll(e => !holds(e));
        foreach (var exchange in offending.Take(3))
        {
            exam.Show(exchange);
        }
        exam.Require(offending.Count == 0, expected, offending.Count == 0 ? "" : $"{offending.Count} of {all.Count} answers otherwise, such as {Described(offending[0])}");
        exam.Proof = $"{all.Count} answers looked at";
    }

    private static bool IsScim(Exchange exchange)
    {
        var parts = exchange.Headers.GetValueOrDefault("Content-Type", "").Split(';', StringSplitOptions.TrimEntries);
        return parts[0].Equals(ScimJson, StringComparison.OrdinalIgnoreCase) && parts[1..] is [] or [['c' or 'C', ..]];
    }

    private static string Described(Exchange exchange) =>
        $"{exchange.Request.Method} {ExchangeText.Shorten(exchange.Request.Path, 80)}: {exchange.StatusLine()}, Content-Type {exchange.Headers.GetValueOrDefault("Content-Type", "none")}";
}
