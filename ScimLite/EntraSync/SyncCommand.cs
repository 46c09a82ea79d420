using System.CommandLine;

namespace ScimLite.EntraSync;

/// <summary>The verb <c>sync-cycle</c>: its options, their defaults and their limits.</summary>
public static class SyncCommand
{
    private const string Flag = "aadOptscim062020";

    private static readonly SyncOptions Defaults = new();

    /// <summary>The end of the help.</summary>
    public const string Epilogue = """
        Example:
          ScimLite sync-cycle --target http://localhost:5080/scim/v2 --token @token.txt --users 200 --groups 20 --cycles 3 --report report.json

        Exit codes:
          0  Converged
          1  Differences, failures, quarantine, or not run to the end (Ctrl-C, --max-requests)
          2  Wrong usage; nothing was sent
          3  The target can't be reached, is no SCIM server, or refuses the token

        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var owned = new Option<bool>("--i-own-this-target") { Description = "Needed for a target that is not this machine: the run creates, changes and deletes users and groups there" };
        var target = Target(owned);
        var token = Verbs.Secret("--token", "Secret Token", required: true);
        var users = Number("--users", "people at first", Defaults.Users, 1, 1_000_000);
        var groups = Number("--groups", "groups at first", Defaults.Groups, 0, 100_000);
        var members = Number("--members", "memberships of people at first, as far as the groups hold them", Defaults.Memberships, 0, 10_000_000);
        var cycles = Number("--cycles", "cycles: one initial, the others incremental; two more check that nothing is written again", Defaults.Cycles, 1, 1_000);
        var seed = new Option<int?>("--seed") { Description = "The company's seed [default: a new one for each run]" };
        var parallel = Number("--parallel", "requests under way at once", Defaults.Parallel, 1, 256);
        var rate = Number("--rate", "requests a second at most, 0 for as many as the target takes", 0, 0, 100_000);
        var dialect = Choice("--dialect", "how PATCH requests are written", "default", "default", Flag);
        var match = Choice("--match", "the attribute that finds users; with externalId groups too", "userName", "userName", "externalId", "email");
        var perPatch = Number("--members-per-patch", "members that one PATCH names", Defaults.MembersPerPatch, 1, 1_000);
        var check = new Option<bool>("--check-references") { Description = "Ask for a reference before writing it, as older jobs do" };
        var blind = new Option<bool>("--no-get-before-patch") { Description = "Change users by what was last sent, without reading them first" };
        var retries = Number("--retries", "times a request is sent again after 429 or 503, not before Retry-After", 5, 0, 100);
        var cap = Number("--max-requests", "requests after which the run stops", 1_000_000, 1, int.MaxValue);
        var timeout = Number("--timeout", "seconds that one request may take", 30, 1, 600);
        var duplicates = Number("--duplicate-posts", "percent of the POST requests that are sent twice at once", 0, 0, 100);
        var cuts = Number("--cut-connections", "percent of the requests whose connection is cut before the answer is read", 0, 0, 50);
        var bigGroup = Number("--big-group", "members of one more group that is changed by parallel adds and removes", 0, 0, 1_000_000);
        var nextToken = Verbs.Secret("--next-token", "Token that takes over in the middle of the initial cycle");
        var report = new Option<FileInfo?>("--report") { Description = "File for the report as JSON" };
        var command = new Command("sync-cycle", "Plays Entra's provisioning cycles against a SCIM server and says whether its directory converged.")
        {
            target, token, users, groups, members, cycles, seed, parallel, rate, dialect, match, perPatch, check, blind, retries, cap, timeout,
            duplicates, cuts, bigGroup, nextToken, report, owned,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var file = parsed.GetValue(report);
            if (file is not null && !await Verbs.CanWriteAsync([file], cancel).ConfigureAwait(false))
            {
                return Verbs.Usage;
            }
            var targets = parsed.GetRequiredValue(target);
            var options = new SyncOptions
            {
                Users = parsed.GetValue(users),
                Groups = parsed.GetValue(groups),
                Memberships = parsed.GetValue(members),
                Cycles = parsed.GetValue(cycles),
                Seed = parsed.GetValue(seed) ?? Random.Shared.Next(1, int.MaxValue),
                Parallel = parsed.GetValue(parallel),
                // The flag in the URL is how an administrator asks Entra for it.
                Dialect = parsed.GetValue(dialect) == Flag || targets[0].Query == "?" + Flag ? SyncDialect.AadOptscim062020 : SyncDialect.Default,
                Match = parsed.GetValue(match) switch { "externalId" => MatchingAttribute.ExternalId, "email" => MatchingAttribute.Email, _ => MatchingAttribute.UserName },
                MembersPerPatch = parsed.GetValue(perPatch),
                CheckReferences = parsed.GetValue(check),
                GetBeforePatch = !parsed.GetValue(blind),
                DuplicateEvery = Every(parsed.GetValue(duplicates)),
                BigGroup = parsed.GetValue(bigGroup),
                NextToken = parsed.GetValue(nextToken),
            };
            var measures = new SyncMeasures(TimeProvider.System);
            using var client = new EntraClient(new EntraClientOptions([.. targets.Select(t => t.GetLeftPart(UriPartial.Path).TrimEnd('/'))], parsed.GetRequiredValue(token)!)
            {
                RequestsPerSecond = parsed.GetValue(rate),
                Retries = parsed.GetValue(retries),
                MaxRequests = parsed.GetValue(cap),
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                CutAfter = Cut(Every(parsed.GetValue(cuts))),
                Recorder = measures.Record,
            });
            var found = await SyncDisplay.ShowAsync(new SyncCycle(options, client, measures, TimeProvider.System).RunAsync(cancel), measures).ConfigureAwait(false);
            string?[] secrets = [parsed.GetRequiredValue(token), options.NextToken];
            Console.Write(Secrets.Mask(ReportText.Write(found), secrets));
            if (file is not null)
            {
                await File.WriteAllTextAsync(file.FullName, Secrets.Mask(found.ToJson(), secrets), CancellationToken.None)
                    .ConfigureAwait(false);
            }
            return found.ExitCode;
        });
        return command;
    }

    private static Option<Uri[]> Target(Option<bool> owned) => new("--target")
    {
        Description = "Tenant URL, https://host/scim/v2; given several times, or with commas between, the targets are called in turn",
        Required = true,
        CustomParser = parsed =>
        {
            var urls = new List<Uri>();
            foreach (var text in parsed.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries)))
            {
                if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                {
                    parsed.AddError($"--target '{text}' is no Tenant URL; it looks like https://scim.example.com/scim/v2.");
                }
                else if (!url.IsLoopback && parsed.GetResult(owned) is null or { Implicit: true })
                {
                    parsed.AddError($"{url} is not this machine. The run creates, changes and deletes users and groups there: confirm with --i-own-this-target.");
                }
                else
                {
                    urls.Add(url);
                }
            }
            return [.. urls];
        },
    };

    private static Option<int> Number(string name, string description, int otherwise, int least, int most) =>
        Verbs.Number(name, $"Number of {description}", otherwise, least, most);

    private static Option<string> Choice(string name, string description, string otherwise, params string[] allowed)
    {
        var option = new Option<string>(name) { Description = char.ToUpperInvariant(description[0]) + description[1..], DefaultValueFactory = _ => otherwise };
        option.AcceptOnlyFromAmong(allowed);
        return option;
    }

    private static int Every(int percent) => percent == 0 ? 0 : 100 / percent;

    // Some are cut while the server works, some after it has answered.
    private static Func<EntraRequest, TimeSpan?>? Cut(int every)
    {
        var count = 0;
        return every == 0 ? null : _ => Interlocked.Increment(ref count) is var number && number % every == 0 ? TimeSpan.FromMilliseconds(1 + (number / every * 7 % 20)) : null;
    }
}
