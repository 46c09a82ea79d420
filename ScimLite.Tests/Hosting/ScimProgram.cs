using System.Diagnostics;
using System.Text;

namespace ScimLite.Tests.Hosting;

/// <summary>The real program in a process of its own.</summary>
internal static class ScimProgram
{
    /// <summary>Starts it on a free port of the loopback, from a folder that is not its own: the settings files are found all the same.</summary>
    public static Process Start(string environment, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "ScimLite.dll") },
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Whatever the machine sets for other programs of this kind would be read as well.
        foreach (var key in start.Environment.Keys.Where(k => k.StartsWith("ScimLite", StringComparison.OrdinalIgnoreCase) || k.StartsWith("ConnectionStrings", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(key);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    // The end of the output ends the wait too, so that a program that died is a failure and no hanging test.
    /// <summary>Reads its output up to the line that holds a text.</summary>
    public static async Task<string> ReadUntil(StreamReader output, string last)
    {
        var text = new StringBuilder();
        while (await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            text.AppendLine(line);
            if (line.Contains(last, StringComparison.Ordinal))
            {
                return text.ToString();
            }
        }

        throw new InvalidOperationException($"The program ended before it said '{last}': {text}");
    }

    /// <summary>Ends it at once.</summary>
    public static async Task Stop(Process program)
    {
        program.Kill(entireProcessTree: true);
        await program.WaitForExitAsync(CancellationToken.None);
    }
}
