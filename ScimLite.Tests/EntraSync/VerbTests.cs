using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ScimLite.Tests.EntraSync;

/// <summary>The program with a verb in the place of settings, in a process of its own: what it says and with which code it ends.</summary>
public sealed partial class VerbTests
{
    [Theory]
    [InlineData(0, "sync-cycle", "--help")]
    [InlineData(0, "--members-per-patch", "sync-cycle --help")]
    [InlineData(2, "sync-cicle", "sync-cicle --target http://127.0.0.1:1/scim")]
    [InlineData(2, "'--target' is required", "sync-cycle --token t")]
    [InlineData(2, "--i-own-this-target", "doctor --target https://scim.example.com/scim/v2 --token t")]
    [InlineData(2, "can't be written", "doctor --target http://127.0.0.1:1/scim --token t --report /no/such/folder/report.md")]
    [InlineData(2, "can't be written", "sync-cycle --target http://127.0.0.1:1/scim/v2 --token t --report /no/such/folder/report.json")]
    [InlineData(3, "can't be reached", "doctor --target http://127.0.0.1:1/scim --token secret-token")]
    [InlineData(2, "--tokem", "sync-cycle --target http://127.0.0.1:1/scim --token t --tokem t")]
    [InlineData(2, "--target 'example.com' is no Tenant URL", "sync-cycle --target example.com --token t")]
    [InlineData(2, "--parallel is 1000; allowed is 1 to 256", "sync-cycle --target http://127.0.0.1:1/scim --token t --parallel 1000")]
    [InlineData(2, "confirm with --i-own-this-target", "sync-cycle --target http://127.0.0.1:1/scim,https://scim.example.com/scim/v2 --token t")]
    [InlineData(3, "http://127.0.0.1:1/scim/v2 can't be reached: ", "sync-cycle --target http://127.0.0.1:1/scim/v2/?aadOptscim062020 --token t")]
    [InlineData(2, "The verbs are sync-cycle, doctor, verify, health; see --help.", "sink-cycle")]
    [InlineData(2, "--token: the file '/no/such/file' can't be read.", "sync-cycle --target http://127.0.0.1:1/scim --token @/no/such/file")]
    [InlineData(2, "--client-secret: the file '/no/such/file' can't be read.", "doctor --target http://127.0.0.1:1/scim --token t --client-secret @/no/such/file")]
    [InlineData(0, "Exit codes:", "sync-cycle --help")]
    [InlineData(0, "ScimLite doctor --target", "doctor --help")]
    [InlineData(0, "3  Redis can't be reached", "verify --help")]
    [InlineData(0, "1  The service is not ready", "health --help")]
    public async Task It_ends_with_the_code_of_the_case_and_says_what_is_wrong(int code, string told, string arguments)
    {
        var (ended, output) = await Run(arguments.Split(' '));

        Assert.Equal(code, ended);
        Assert.Contains(told, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Against_the_program_itself_a_run_converges_and_its_report_holds_every_figure_and_no_token()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (folder, token) = (Directory.CreateTempSubdirectory(), $"a-very-secret-token-{Guid.NewGuid():N}");
        var (secret, file) = (Path.Combine(folder.FullName, "token"), Path.Combine(folder.FullName, "report.json"));
        await File.WriteAllTextAsync(secret, $" {token}\n", cancel);
        using var server = Start([], ("ASPNETCORE_ENVIRONMENT", "Production"), ("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("ScimLite__Tenants__acme__Token", token), ("ScimLite__Tenants__acme__RequestsPerSecond", "100000"));
        try
        {
            string? url = null;
            while (url is null && await server.StandardOutput.ReadLineAsync(cancel) is { } line)
            {
                url = ListensOn().Match(line) is { Success: true } match ? match.Groups[1].Value + "/scim/v2" : null;
            }

            var (code, output) = await Run("sync-cycle", "--target", $"{url}/?aadOptscim062020", "--target", url!, "--token", "@" + secret, "--users", "20", "--groups", "4", "--members", "30", "--seed", "7", "--report", file);

            Assert.Equal((0, true), (code, output.Contains("CONVERGED: 0 differences", StringComparison.Ordinal)));
            Assert.Matches(@"create user +\d+ +[\d,]+ +[\d.,]+ +[\d.,]+ +[\d.,]+ +[\d.,]+", output);
            var text = await File.ReadAllTextAsync(file, cancel);
            var report = JsonNode.Parse(text)!;
            Assert.Equal((true, 0, 0, 7, "aadOptscim062020"), ((bool)report["converged"]!, report["differences"]!.AsArray().Count, (int)report["differenceCount"]!, (int)report["company"]!["seed"]!, (string)report["company"]!["dialect"]!));
            Assert.Equal(["initial", "incremental", "identical", "restart"], report["cycles"]!.AsArray().Select(c => (string)c!["kind"]!));
            Assert.All(report["cycles"]!.AsArray(), c => Assert.True((double)c!["seconds"]! >= 0 && (int)c["writes"]! >= 0 && (int)c["failures"]! == 0));
            Assert.All(report["requests"]!.AsObject(), r => Assert.True(
                (int)r.Value!["count"]! > 0 && (double)r.Value["perSecond"]! > 0 && (double)r.Value["p50"]! <= (double)r.Value["p95"]! && (double)r.Value["p99"]! <= (double)r.Value["max"]!));
            Assert.DoesNotContain(token, text + output, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Wrong_usage_is_a_line_for_each_fault_and_one_that_leads_to_the_help()
    {
        var (code, output) = await Run("sync-cycle", "--target", "http://127.0.0.1:1/scim", "--token", "t", "--tokem");

        Assert.Equal((2, "Unrecognized command or argument '--tokem'.\nSee sync-cycle --help for the options.\n"), (code, output.ReplaceLineEndings("\n")));
    }

    [Fact]
    public async Task A_target_that_cant_be_reached_is_the_first_line_and_the_only_one()
    {
        var (code, output) = await Run("sync-cycle", "--target", "http://127.0.0.1:1/scim/v2", "--token", "t");

        Assert.Equal((3, "http://127.0.0.1:1/scim/v2 can't be reached: Connection refused\n"), (code, output));
    }

    [Fact]
    public async Task The_help_shows_one_default_for_the_seed()
    {
        var (_, output) = await Run("sync-cycle", "--help");

        var seed = output.Split("--seed")[1].Split("--parallel")[0];
        Assert.Equal(2, seed.Split("[default:").Length);
    }

    [Theory]
    [InlineData("two words", "holds more than one word")]
    [InlineData("two\nlines\n", "holds more than one word")]
    [InlineData(" \n", "is empty")]
    public async Task A_file_of_a_token_holds_the_token_alone(string text, string fault)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);

        var (code, output) = await Run("sync-cycle", "--target", "http://127.0.0.1:1/scim/v2", "--token", "@" + file);

        File.Delete(file);
        Assert.Equal((2, $"--token: the file '{file}' has to hold the secret alone, and {fault}."), (code, output.Split('\n')[0]));
    }

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        using var program = Start(arguments);
        var cancel = TestContext.Current.CancellationToken;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(cancel), program.StandardError.ReadToEndAsync(cancel));
        await program.WaitForExitAsync(cancel);
        return (program.ExitCode, await output + await error);
    }

    private static Process Start(string[] arguments, params (string Key, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "ScimLite.dll"), .. arguments])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListensOn();
}
