using System.Diagnostics;

namespace ScimLite.Tests.EntraSync;

/// <summary>The program with a verb in the place of settings, in a process of its own: what it says and with which code it ends.</summary>
public sealed class VerbTests
{
    [Theory]
    [InlineData(0, "sync-cycle", "--help")]
    [InlineData(0, "sync-cycle", "sync-cycle --help")]
    [InlineData(2, "sync-cicle", "sync-cicle --target http://127.0.0.1:1/scim")]
    [InlineData(2, "--target", "sync-cycle --token t")]
    [InlineData(2, "--tokem", "sync-cycle --target http://127.0.0.1:1/scim --token t --tokem t")]
    public async Task Help_ends_with_0_and_wrong_usage_with_2_and_the_word_that_is_wrong(int code, string told, string arguments)
    {
        var (ended, output) = await Run(arguments.Split(' '));

        Assert.Equal(code, ended);
        Assert.Contains(told, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_where_nobody_listens_ends_with_3()
    {
        var (ended, _) = await Run("sync-cycle", "--target", "http://127.0.0.1:1/scim/v2", "--token", "t");

        Assert.Equal(3, ended);
    }

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "ScimLite.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var cancel = TestContext.Current.CancellationToken;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(cancel), program.StandardError.ReadToEndAsync(cancel));
        await program.WaitForExitAsync(cancel);
        return (program.ExitCode, await output + await error);
    }
}
