using System.CommandLine;
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

    /// <summary>Runs the verb that the arguments name.</summary>
    /// <returns>One of the exit codes above.</returns>
    public static async Task<int> RunAsync(string[] args, params Command[] verbs)
    {
        var root = new RootCommand("ScimLite, a SCIM 2.0 service for Microsoft Entra ID. Without a verb it serves.");
        foreach (var verb in verbs)
        {
            root.Add(verb);
        }
        var parsed = root.Parse(args);
        // A verb ends by itself once its token is cancelled: it still has a report to write.
        var invoked = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }).ConfigureAwait(false);
        return parsed.Errors.Count > 0 ? Usage : invoked;
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
}
