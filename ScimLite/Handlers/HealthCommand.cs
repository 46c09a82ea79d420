using System.CommandLine;

namespace ScimLite.Handlers;

/// <summary>The verb <c>health</c>, with which a container that has no shell asks itself whether it is ready.</summary>
public static class HealthCommand
{
    /// <summary>Makes the command. Its exit code is 0 when the service is ready and 1 when it is not or does not answer.</summary>
    public static Command Create()
    {
        var url = new Option<string>("--url")
        {
            Description = "Where the service listens; by default where ASPNETCORE_URLS says",
            DefaultValueFactory = _ => (Environment.GetEnvironmentVariable("ASPNETCORE_URLS") ?? "http://localhost:5080").Split(';')[0],
        };
        var command = new Command("health", "Asks the service on this machine whether it is ready.") { url };
        command.SetAction(async (parsed, cancel) =>
        {
            // A server listens on +, which is no host to call.
            var address = parsed.GetRequiredValue(url).Replace("//+", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal);
            try
            {
                using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
                using var answer = await client.GetAsync(new Uri(new Uri(address), "/health/ready"), cancel).ConfigureAwait(false);
                return answer.IsSuccessStatusCode ? 0 : 1;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return 1;
            }
        });
        return command;
    }
}
