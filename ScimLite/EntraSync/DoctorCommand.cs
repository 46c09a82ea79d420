using System.CommandLine;
using System.CommandLine.Parsing;

namespace ScimLite.EntraSync;

/// <summary>The verb <c>doctor</c>: its options, their defaults and their limits.</summary>
public static class DoctorCommand
{
    /// <summary>The end of the help.</summary>
    public const string Epilogue = """
        Example:
          ScimLite doctor --target http://localhost:5080/scim/v2 --token @token.txt --report report.md

        Exit codes:
          0  Ready for Entra
          1  A check failed, or the run was interrupted
          2  Wrong usage; nothing was sent
          3  The target can't be reached, is no SCIM server, or refuses the token

        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var target = new Option<string>("--target") { Description = "Tenant URL, https://host/scim/v2", Required = true };
        var token = Verbs.Secret("--token", "Secret Token", required: true);
        var secondToken = Verbs.Secret("--second-token", "A second Secret Token of the same tenant, to try rotation");
        var report = new Option<FileInfo?>("--report") { Description = "Write the report here as Markdown, and beside it as .json" };
        var json = new Option<FileInfo?>("--json") { Description = "Write the JSON report here instead of beside the Markdown" };
        var tokenEndpoint = new Option<string?>("--token-endpoint") { Description = "Address of the OAuth token endpoint" };
        var clientId = new Option<string?>("--client-id") { Description = "Client identifier for the token endpoint" };
        var clientSecret = Verbs.Secret("--client-secret", "Client secret for the token endpoint");
        var secondSecret = Verbs.Secret("--second-client-secret", "A second secret of the same client, to try rotation");
        var expiredSecret = Verbs.Secret("--expired-client-secret", "An expired secret of the same client, which must give no token");
        var scope = new Option<string?>("--scope") { Description = "Scope to ask the token endpoint for" };
        var rate = Verbs.Number("--rate", "Requests a second outside of the checks about rates; 0 for no limit", 25, 0, 10_000);
        var rateSeconds = Verbs.Number("--rate-seconds", "For how many seconds 25 requests a second are held", 10, 1, 600);
        var parallel = Verbs.Number("--parallel", "Requests at the same time in the checks of races", 16, 2, 200);
        var burst = Verbs.Number("--burst", "Requests at most to find the server's own limit; 0 leaves it alone", 600, 0, 20_000);
        var most = Verbs.Number("--max-requests", "Requests at most in the whole run", 5000, 10, 100_000);
        var only = new Option<string[]>("--check") { Description = "Ask these checks alone, such as M9 S3", AllowMultipleArgumentsPerToken = true };
        var own = new Option<bool>("--i-own-this-target") { Description = "Confirms that a target beyond this machine is yours: users and groups are made on it and deleted again" };
        var command = new Command("doctor", "Checks whether a SCIM server is ready for Microsoft Entra ID, as Microsoft's validators and gallery do, and writes the evidence.")
        {
            target, token, secondToken, report, json, tokenEndpoint, clientId, clientSecret, secondSecret, expiredSecret, scope, rate, rateSeconds, parallel, burst, most, only, own,
        };
        command.Validators.Add(parsed =>
        {
            Check(parsed, target, own);
            Check(parsed, tokenEndpoint, own);
            if (parsed.GetValue(tokenEndpoint) is not null && (parsed.GetValue(clientId) is null || parsed.GetValue(clientSecret) is null))
            {
                parsed.AddError("--token-endpoint needs --client-id and --client-secret.");
            }
            foreach (var id in (parsed.GetValue(only) ?? []).Where(id => !Doctor.Checks.Any(c => c.Id.Equals(id, StringComparison.OrdinalIgnoreCase))))
            {
                parsed.AddError($"There is no check {id}. The checks are {string.Join(", ", Doctor.Checks.Select(c => c.Id))}.");
            }
        });
        command.SetAction((parsed, cancel) => RunAsync(
            new DoctorOptions(Root(parsed.GetRequiredValue(target)), parsed.GetRequiredValue(token)!)
            {
                SecondToken = parsed.GetValue(secondToken),
                TokenEndpoint = parsed.GetValue(tokenEndpoint),
                ClientId = parsed.GetValue(clientId) ?? "",
                ClientSecret = parsed.GetValue(clientSecret) ?? "",
                SecondSecret = parsed.GetValue(secondSecret),
                ExpiredSecret = parsed.GetValue(expiredSecret),
                Scope = parsed.GetValue(scope),
                Rate = parsed.GetValue(rate),
                RateSeconds = parsed.GetValue(rateSeconds),
                Parallel = parsed.GetValue(parallel),
                Burst = parsed.GetValue(burst),
                MaxRequests = parsed.GetValue(most),
                Only = parsed.GetValue(only) ?? [],
            }, parsed.GetValue(report), parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> RunAsync(DoctorOptions options, FileInfo? markdown, FileInfo? json, CancellationToken cancel)
    {
        json ??= markdown is null ? null : new FileInfo(Path.ChangeExtension(markdown.FullName, ".json"));
        if (!await Verbs.CanWriteAsync(new[] { markdown, json }.OfType<FileInfo>(), cancel).ConfigureAwait(false))
        {
            return Verbs.Usage;
        }
        var colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = new DoctorConsole(Console.Out, colours, options.Clean);
        Console.WriteLine($"Examining {options.Target}");
        var report = await new Doctor(options).RunAsync(console.Tell, cancel).ConfigureAwait(false);
        console.Tell(report);
        if (markdown is not null)
        {
            await File.WriteAllTextAsync(markdown.FullName, DoctorMarkdown.Write(report), CancellationToken.None).ConfigureAwait(false);
        }
        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, report.ToJson(), CancellationToken.None).ConfigureAwait(false);
        }
        foreach (var file in new[] { markdown, json }.OfType<FileInfo>())
        {
            Console.WriteLine($"Report: {file.FullName}");
        }
        return report.ExitCode;
    }

    // Entra puts /Users behind the Tenant URL, whatever slash or flag stands at its end.
    private static string Root(string target) => new Uri(target).GetLeftPart(UriPartial.Path).TrimEnd('/');

    private static void Check(CommandResult parsed, Option address, Option<bool> own)
    {
        if (parsed.GetResult(address) is not { } given || given.Errors.Any() || given.GetValueOrDefault<string>() is not { } text)
        {
            return;
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            parsed.AddError($"{address.Name} has to be an address, such as https://scim.example.com/scim/v2.");
        }
        else if (!uri.IsLoopback && !parsed.GetValue(own))
        {
            parsed.AddError($"{uri.Host} is not this machine. Users and groups would be made on it and deleted again: add --i-own-this-target if it is yours.");
        }
    }
}
