using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace ScimLite.EntraSync;

/// <summary>The words that the program takes in the place of serving, and the exit codes that they share.</summary>
public static class Verbs
{
    /// <summary>All is as it should be.</summary>
    public const int Good = 0;

    /// <summary>The check or the cycle found differences, or did not come to its end.</summary>
    public const int Differences = 1;

    /// <summary>Wrong usage: nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>The target can't be reached or refuses the credential.</summary>
    public const int Unusable = 3;

    /// <summary>Whether the first word is a verb, right or mistyped, or asks for help, and is no setting such as <c>--urls</c> or <c>urls=…</c>.</summary>
    public static bool IsAsked(string[] args) =>
        args is ["-h" or "-?" or "--help" or "--version", ..] || (args is [var first, ..] && first is not ['-' or '/', ..] && !first.Contains('='));

    /// <summary>Runs the verb that the arguments name. Wrong usage is one line for each fault, and where to find the help.</summary>
    /// <param name="args">The arguments of the program.</param>
    /// <param name="verbs">The verbs, each with the end of its help: an example and its exit codes.</param>
    /// <returns>One of the exit codes above.</returns>
    public static async Task<int> RunAsync(string[] args, params (Command Command, string Epilogue)[] verbs)
    {
        var root = new RootCommand("ScimLite, a SCIM 2.0 service for Microsoft Entra ID. Without a verb it serves.");
        foreach (var (command, _) in verbs)
        {
            root.Add(command);
        }
        root.Options.OfType<HelpOption>().Single().Action = new HelpWithExamples(verbs.ToDictionary(v => v.Command, v => v.Epilogue));
        // The library would read @FILE as more arguments; an option that takes a secret reads the file itself.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var message in parsed.Errors.Select(e => e.Message).Distinct())
            {
                Console.Error.WriteLine(message);
            }
            Console.Error.WriteLine(parsed.CommandResult.Command is RootCommand
                ? $"The verbs are {string.Join(", ", verbs.Select(v => v.Command.Name))}; see --help."
                : $"See {parsed.CommandResult.Command.Name} --help for the options.");
            return Usage;
        }
        // A verb ends by itself once its token is cancelled: it still has a report to write.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) })
            .ConfigureAwait(false);
    }

    /// <summary>Whether the reports can be written, which is found out before a run and not after it. Where not, it says so.</summary>
    public static async Task<bool> CanWriteAsync(IEnumerable<FileInfo> reports, CancellationToken cancel)
    {
        try
        {
            foreach (var report in reports)
            {
                await File.WriteAllTextAsync(report.FullName, "", cancel).ConfigureAwait(false);
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The report can't be written: {e.Message}");
            return false;
        }
    }

    /// <summary>An option that takes a whole number within a range.</summary>
    public static Option<int> Number(string name, string description, int otherwise, int least, int most)
    {
        var option = new Option<int>(name) { Description = $"{description} ({least} to {most})", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(given =>
        {
            if (given.Tokens is [var token] && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most))
            {
                given.AddError($"{name} is {token.Value}; allowed is {least} to {most}.");
            }
        });
        return option;
    }

    /// <summary>An option that takes a secret, or <c>@FILE</c> for a file that holds the secret alone.</summary>
    public static Option<string?> Secret(string name, string description, bool required = false) => new(name)
    {
        Description = $"{description}; @FILE reads it from a file",
        Required = required,
        CustomParser = given =>
        {
            var text = given.Tokens[0].Value;
            if (!text.StartsWith('@'))
            {
                return text;
            }
            try
            {
                text = File.ReadAllText(text[1..]).Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                given.AddError($"{name}: the file '{text[1..]}' can't be read. {e.Message}");
                return null;
            }
            if (text.Length == 0 || text.Any(char.IsWhiteSpace))
            {
                var fault = text.Length == 0 ? "is empty" : "holds more than one word";
                given.AddError($"{name}: the file '{given.Tokens[0].Value[1..]}' has to hold the secret alone, and {fault}.");
                return null;
            }
            return text;
        },
    };

    // The library's help, and below it what the verb adds.
    private sealed class HelpWithExamples(IReadOnlyDictionary<Command, string> epilogues) : SynchronousCommandLineAction
    {
        private readonly HelpAction help = new();

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (epilogues.TryGetValue(parseResult.CommandResult.Command, out var epilogue))
            {
                parseResult.InvocationConfiguration.Output.WriteLine(epilogue);
            }
            return code;
        }
    }
}
