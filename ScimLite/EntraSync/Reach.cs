using ScimLite.EntraSync.Checks;

namespace ScimLite.EntraSync;

/// <summary>Says in a sentence why a target can't be used at all: no answer, no SCIM server, or a refused credential.</summary>
internal static class Reach
{
    /// <summary>The sentence for a request without an answer.</summary>
    public static string NotReached(Exchange exchange) => $"{TargetOf(exchange)} can't be reached: {exchange.Received}";

    /// <summary>The sentence for 401 or 403.</summary>
    public static string Refused(Exchange exchange) =>
        $"The credential is refused with {exchange.Brief()} Paste the Secret Token without \"Bearer\" before it.";

    /// <summary>Judges the answer to the first request of a run, a filter without a match.</summary>
    /// <param name="probe">The request and its answer.</param>
    /// <param name="ask">Sends a GET for a path below the Tenant URL.</param>
    /// <returns>Null if a SCIM server is there, whatever it does wrong; else why the target can't be used.</returns>
    public static async Task<string?> WhyNotAsync(Exchange probe, Func<string, Task<Exchange>> ask)
    {
        if (probe.Status == 0)
        {
            return NotReached(probe);
        }
        if (probe.Json is not null && probe.Status != 404)
        {
            return null;
        }
        // A server that answers an empty list with 404 is a SCIM server with a fault. It has another endpoint.
        if (probe.Json is not null)
        {
            foreach (var path in (string[])["/ServiceProviderConfig", "/Users?startIndex=1&count=1"])
            {
                if (await ask(path).ConfigureAwait(false) is { Status: 200, Json: not null })
                {
                    return null;
                }
            }
        }
        return $"No SCIM server answers at {TargetOf(probe)}/Users: {probe.Brief()} The Tenant URL is what comes before /Users.";
    }

    private static string TargetOf(Exchange exchange) => exchange.Url[..^exchange.Request.Path.Length];
}
