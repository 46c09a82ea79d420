using System.CommandLine;
using System.Net;

namespace ScimLite.Handlers;

/// <summary>The verb <c>health</c>, with which a container that has no shell asks itself whether it is ready.</summary>
public static class HealthCommand
{
    /// <summary>The end of the help.</summary>
    public const string Epilogue = """
        Example:
          ScimLite health --url http://localhost:5080

        Exit codes:
          0  The service is ready
          1  The service is not ready, or does not answer
          2  Wrong usage

        """;

    private const int IsReady = 0, IsNotReady = 1;

    /// <summary>Makes the command. It prints one line; its exit code is 0 when the service is ready, 1 when it is not or does not answer,
    /// and 2 on a wrong address.</summary>
    public static Command Create()
    {
        var url = new Option<string>("--url")
        {
            Description = "Where the service listens; by default where ASPNETCORE_URLS or ASPNETCORE_HTTP_PORTS says",
            DefaultValueFactory = _ => Configured(),
        };
        url.Validators.Add(given =>
        {
            if (given.Tokens is [var token] && !IsAddress(token.Value))
            {
                given.AddError($"--url is '{token.Value}'; allowed is scheme, host and port, such as {ListenAddresses.Default}.");
            }
        });
        var command = new Command("health",
            $"Asks the service on this machine whether it is ready. Example: ScimLite health --url {ListenAddresses.Default}") { url };
        command.SetAction((parsed, cancel) => AskAsync(Banner.Callable(parsed.GetRequiredValue(url)), Console.Out, cancel));
        return command;
    }

    private static async Task<int> AskAsync(string address, TextWriter output, CancellationToken cancel)
    {
        if (!IsAddress(address))
        {
            output.WriteLine($"Not ready: '{address}' is no address to ask; name one with --url {ListenAddresses.Default}.");
            return ServiceStart.Refused;
        }
        var ready = new Uri(new Uri(address), "/health/ready");
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
            using var answer = await client.GetAsync(ready, cancel).ConfigureAwait(false);
            output.WriteLine(answer.IsSuccessStatusCode ? $"Ready: {ready} answers 200."
                : answer.StatusCode == HttpStatusCode.ServiceUnavailable
                ? $"Not ready: {ready} answers 503; the log of the service says why."
                : $"Not ready: {ready} answers {(int)answer.StatusCode}; is it ScimLite that listens there?");
            return answer.IsSuccessStatusCode ? IsReady : IsNotReady;
        }
        catch (HttpRequestException e)
        {
            output.WriteLine($"Not ready: {ready} can't be asked: {e.Message}");
            return IsNotReady;
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            output.WriteLine($"Not ready: {ready} does not answer within 4 seconds.");
            return IsNotReady;
        }
    }

    // The variables of the service itself, which a container's health check shares.
    private static string Configured() =>
        Environment.GetEnvironmentVariable("ASPNETCORE_URLS") is { Length: > 0 } urls ? urls.Split(';')[0]
        : Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS") is { Length: > 0 } ports ? $"http://localhost:{ports.Split(';')[0]}"
        : ListenAddresses.Default;

    private static bool IsAddress(string url) =>
        Uri.TryCreate(Banner.Callable(url), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}
