using System.CommandLine;

namespace ScimLite.EntraSync;

/// <summary>The verb <c>sync-cycle</c>: its options, their defaults and their limits.</summary>
public static class SyncCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var target = new Option<string[]>("--target") { Description = "Tenant URL, https://host/scim/v2; several are called in turn", Required = true, AllowMultipleArgumentsPerToken = true };
        var token = new Option<string>("--token") { Description = "Secret Token; @FILE reads it from a file", Required = true };
        var command = new Command("sync-cycle", "Plays Entra's provisioning cycles against a SCIM server and says whether its directory converged.") { target, token };
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = new EntraClient(new EntraClientOptions(parsed.GetRequiredValue(target), parsed.GetRequiredValue(token)));
            var probe = await client.SendAsync(new EntraRequest("GET", $"/Users?filter=userName+eq+%22{Guid.NewGuid()}%22") { Kind = "probe" }, cancel).ConfigureAwait(false);
            return probe.Fault == ExchangeFault.Unreachable || probe.RefusesCredential ? Verbs.Unusable : probe.Status == 200 ? Verbs.Good : Verbs.Differences;
        });
        return command;
    }
}
