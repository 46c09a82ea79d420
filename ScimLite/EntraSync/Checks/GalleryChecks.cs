using System.Globalization;
using System.Text.Json;

namespace ScimLite.EntraSync.Checks;

/// <summary>What Microsoft's gallery asks for beyond what the validators try: rates, tokens, and their rotation.</summary>
public static class GalleryChecks
{
    private const int DemandedRate = 25;

    /// <summary>The checks.</summary>
    public static IEnumerable<Check> All =>
    [
        new("G1", Area.Gallery, $"{DemandedRate} requests a second are held",
            "Microsoft's gallery asks for 25 requests a second and tenant, without 429.",
            "Answer matches and small changes without scanning the directory, and set the limit of a tenant above 25 requests a second.",
            HoldRateAsync),
        new("G2", Area.Gallery, "Over the limit: 429 with Retry-After",
            "Entra repeats what was answered 429 after Retry-After. Without the header, or with 500 or a closed connection, the change counts as failed.",
            "Answer 429 with Retry-After in seconds and a SCIM error, and serve again when they are over.",
            FindLimitAsync),
        new("G3", Area.Gallery, "Several members are added by one PATCH", "Connectors of the gallery send many members in one request.",
            "Read every element of value, however many there are.",
            async exam =>
            {
                var people = await exam.PeopleAsync(exam.Subject.Options.Parallel).ConfigureAwait(false);
                var group = await exam.NewGroupAsync().ConfigureAwait(false);
                var members = string.Join(',', people.Select(p => $$"""{"value":"{{p.Id}}"}"""));
                exam.RequirePatched(await exam.PatchAsync($"/Groups/{group.Id}", $$"""{"op":"Add","path":"members","value":[{{members}}]}""").ConfigureAwait(false));
                await exam.RequireMembersAsync(group, people).ConfigureAwait(false);
                exam.Proof = $"{people.Count} members in one request";
            }) { NeedsGroups = true },
        new("L21", Area.Gallery, "Validate_Credentials_Test: the token endpoint gives a token that works",
            "The gallery takes OAuth client credentials, no long-lived tokens; Entra gets a token before each cycle.",
            "Read grant_type, client_id and client_secret from a form, answer 200 with access_token, token_type Bearer and expires_in, and accept the token.",
            async exam =>
            {
                var token = AccessToken(exam, await exam.TokenAsync(exam.Subject.Options.ClientSecret).ConfigureAwait(false));
                exam.Require(await exam.SendAsync(new EntraRequest("GET", "/Users?startIndex=1&count=1") { Token = token }).ConfigureAwait(false), "200 with the new token", 200);
            }),
        new("G4", Area.Gallery, "An access token lives 60 minutes to 6 hours",
            "A shorter life ends in the middle of a cycle; a longer one keeps a stolen token useful.", "Set expires_in between 3600 and 21600.",
            async exam =>
            {
                var answer = exam.Require(await exam.TokenAsync(exam.Subject.Options.ClientSecret).ConfigureAwait(false), "200 with a token", 200);
                exam.Require(Values.Property(answer.Json, "expires_in") is { ValueKind: JsonValueKind.Number } life && life.TryGetInt32(out var seconds) && seconds is >= 3600 and <= 21600,
                    "expires_in of 3600 to 21600", Values.Property(answer.Json, "expires_in")?.GetRawText() ?? "no expires_in");
                exam.Proof = $"expires_in {Values.Text(Values.Property(answer.Json, "expires_in"))}";
            }),
        new("G5", Area.Gallery, "The secret may also arrive in a Basic header", "Entra's connectors send it in the form or in the header, as the connector is set up.",
            "Accept client_secret_basic beside client_secret_post (RFC 6749 §2.3.1).",
            async exam =>
            {
                var answer = await exam.TokenAsync(exam.Subject.Options.ClientSecret, inHeader: true).ConfigureAwait(false);
                if (answer.Status != 200)
                {
                    exam.Warn("200 with a token", answer.Brief());
                }
            }),
        new("G6", Area.Gallery, "A wrong secret gives no token", "A secret that is not checked is no secret.", "Answer 401 with error invalid_client (RFC 6749 §5.2).",
            async exam =>
            {
                var answer = exam.Require(await exam.TokenAsync("doctor-does-not-know-the-secret").ConfigureAwait(false), "401 with invalid_client", 400, 401);
                exam.Require(Values.Text(Values.Property(answer.Json, "error")) == "invalid_client", "\"error\":\"invalid_client\"", answer.Brief());
            }),
        new("G7", Area.Gallery, "Two secrets of a client are valid at once", "A secret is replaced while Entra works with the old one. Without an overlap the job goes into quarantine.",
            "Let a client have several secrets, each with an end of its own.",
            async exam =>
            {
                var second = exam.Subject.Options.SecondSecret ?? throw new CheckSkippedException("No second secret was given (--second-client-secret).");
                foreach (var secret in (string[])[exam.Subject.Options.ClientSecret, second, exam.Subject.Options.ClientSecret])
                {
                    AccessToken(exam, await exam.TokenAsync(secret).ConfigureAwait(false));
                }
            }),
        new("G8", Area.Gallery, "An expired secret gives no token", "Secrets end after one to three years; one that does not is never changed.", "Check the end of a secret at every request for a token.",
            async exam =>
            {
                var expired = exam.Subject.Options.ExpiredSecret ?? throw new CheckSkippedException("No expired secret was given (--expired-client-secret).");
                exam.Require(await exam.TokenAsync(expired).ConfigureAwait(false), "401 with invalid_client", 400, 401);
            }),
        new("G9", Area.Gallery, "Two Secret Tokens are valid at once", "The administrator pastes the new token while Entra works with the old one.",
            "Let a tenant have several tokens, and end the old one when the new one has been seen.",
            async exam =>
            {
                var second = exam.Subject.Options.SecondToken ?? throw new CheckSkippedException("No second token was given (--second-token).");
                foreach (var token in (string[])[exam.Subject.Options.Token, second, exam.Subject.Options.Token])
                {
                    exam.Require(await exam.SendAsync(new EntraRequest("GET", "/Users?startIndex=1&count=1") { Token = token }).ConfigureAwait(false), "200 with each of the two tokens", 200);
                }
            }),
        new("L22", Area.Gallery, "Federated_Identity_Test", "Workload identity federation needs no secret at all.", "Accept the assertion of RFC 7523 at the token endpoint.",
            _ => throw new CheckSkippedException("Only Entra can sign the assertion; L21 or L22 is enough for the gallery.")),
    ];

    private static string AccessToken(Examination exam, Exchange answer)
    {
        exam.Require(answer, "200 with access_token", 200);
        var token = Values.Text(Values.Property(answer.Json, "access_token")) ?? "";
        exam.Require(token.Length > 0, "access_token in the answer", answer.Brief());
        return token;
    }

    // Sent by the clock, whether or not the answers come: a slow server can't slow the question down. A fifth more than what is demanded,
    // so that the answers' own rate can be held against the demand.
    private static async Task HoldRateAsync(Examination exam)
    {
        var user = await exam.NewUserAsync().ConfigureAwait(false);
        var count = exam.Subject.Options.RateSeconds * DemandedRate * 6 / 5;
        var pause = TimeSpan.FromSeconds(5.0 / (6 * DemandedRate));
        var clock = exam.Subject.Clock;
        var start = clock.GetTimestamp();
        var sent = new List<Task<Exchange>>();
        for (var i = 0; i < count; i++)
        {
            if ((pause * i) - clock.GetElapsedTime(start) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, clock, exam.Subject.Cancel).ConfigureAwait(false);
            }
            // What a cycle asks: three matches, a read, and a change.
            sent.Add(exam.Subject.SendAtOnceAsync((i % 5) switch
            {
                0 => Entra.Patch($"/Users/{user.Id}", Entra.Operation("Replace", "title", Entra.Text($"Engineer {i}"))),
                1 => new EntraRequest("GET", $"/Users/{user.Id}"),
                _ => new EntraRequest("GET", $"/Users?filter={Entra.Escape(Entra.Eq("userName", user.Name))}"),
            }));
        }
        var answers = await Task.WhenAll(sent).ConfigureAwait(false);
        var rate = count / clock.GetElapsedTime(start).TotalSeconds;
        var times = answers.Select(a => a.Duration.TotalMilliseconds).Order().ToArray();
        var figures = string.Create(CultureInfo.InvariantCulture, $"{count} requests (60 % match, 20 % read, 20 % PATCH) in {exam.Subject.Options.RateSeconds} s, answered at {rate:0.0} a second; ")
            + string.Create(CultureInfo.InvariantCulture, $"p50 {times[count / 2]:0.0} ms, p95 {times[count * 95 / 100]:0.0} ms, p99 {times[count * 99 / 100]:0.0} ms, max {times[^1]:0.0} ms");
        var bad = answers.Where(a => !a.Succeeded).ToList();
        bad.Take(3).ToList().ForEach(exam.Show);
        exam.Require(bad.Count == 0, $"every request answered, at {DemandedRate} a second", bad.Count == 0 ? "" : $"{bad.Count} of {figures}; first: {bad[0].Brief()}");
        exam.Require(rate >= DemandedRate, $"answers at {DemandedRate} a second", figures);
        exam.Proof = figures;
    }

    private static async Task FindLimitAsync(Examination exam)
    {
        var sent = 0;
        Exchange? refused = null;
        var start = exam.Subject.Clock.GetTimestamp();
        while (refused is null && sent < exam.Subject.Options.Burst)
        {
            var wave = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Task.Run(() => exam.Subject.SendAtOnceAsync(new EntraRequest("GET", "/Users?startIndex=1&count=1"))))).ConfigureAwait(false);
            sent += wave.Length;
            refused = wave.FirstOrDefault(a => a.Status != 200);
        }
        if (refused is null)
        {
            throw new CheckSkippedException($"No limit was met by {sent} requests in {exam.Subject.Clock.GetElapsedTime(start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s (--burst asks for more).");
        }
        exam.Show(refused);
        exam.Require(refused, "429", 429);
        exam.Require(refused.RetryAfter is not null, "Retry-After in seconds", refused.Headers.GetValueOrDefault("Retry-After", "no such header"));
        exam.Require(refused.RetryAfter <= TimeSpan.FromMinutes(5), "a Retry-After of five minutes or less", $"{refused.RetryAfter}");
        exam.Require(Values.Property(refused.Json, "status") is { ValueKind: JsonValueKind.String } status && status.GetString() == "429"
            && Values.Elements(Values.Property(refused.Json, "schemas")).Any(s => Values.Text(s) == Entra.ErrorSchema), "a SCIM error with \"status\":\"429\"", refused.Brief());
        await Task.Delay(refused.RetryAfter!.Value, exam.Subject.Clock, exam.Subject.Cancel).ConfigureAwait(false);
        exam.Require(await exam.GetAsync("/Users?startIndex=1&count=1").ConfigureAwait(false), "200 when Retry-After is over", 200);
        exam.Proof = $"429 after {sent} requests at most, Retry-After {refused.RetryAfter.Value.TotalSeconds} s, served again after it";
    }
}
