using System.Globalization;
using System.Text.Json;

namespace ScimLite.EntraSync;

/// <summary>Why a request has no answer.</summary>
public enum ExchangeFault
{
    /// <summary>It has one.</summary>
    None,

    /// <summary>No connection: no such name, nobody listens, or TLS failed.</summary>
    Unreachable,

    /// <summary>A connection, but no whole answer on it.</summary>
    Broken,

    /// <summary>No answer in time. Whether the request was carried out is not known.</summary>
    TimedOut,
}

/// <summary>A request in the words that go over the wire.</summary>
/// <param name="Method">GET, POST, PUT, PATCH or DELETE.</param>
/// <param name="Path">What follows the Tenant URL, escaped as it is to be sent: <c>/Users?filter=userName+eq+%22ada%22</c>; or a whole address.</param>
/// <param name="Body">JSON text, or null for none; only with a body a Content-Type is sent, as Entra does.</param>
public sealed record EntraRequest(string Method, string Path, string? Body = null)
{
    /// <summary>What the request is for, in the words of the report: <c>match user</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Another token than the client's; empty sends no Authorization header.</summary>
    public string? Token { get; init; }

    /// <summary>Headers beyond Entra's, or in their place.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>A request and what came back.</summary>
/// <param name="Request">What was sent.</param>
/// <param name="Url">Where it was sent to.</param>
/// <param name="Status">The HTTP status, or 0 where <paramref name="Fault"/> says why there is none.</param>
/// <param name="Headers">The answer's headers, those of the content included.</param>
/// <param name="Received">The answer's body, or what went wrong.</param>
/// <param name="Duration">From the first byte sent to the last one received.</param>
/// <param name="Fault">Why there is no answer.</param>
public sealed record Exchange(
    EntraRequest Request, string Url, int Status, IReadOnlyDictionary<string, string> Headers, string Received, TimeSpan Duration, ExchangeFault Fault = ExchangeFault.None)
{
    /// <summary>2xx.</summary>
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>401 or 403: Entra quarantines the job.</summary>
    public bool RefusesCredential => Status is 401 or 403;

    /// <summary>How long the server asks to wait (RFC 9110 §10.2.3, in seconds), or null.</summary>
    public TimeSpan? RetryAfter =>
        Headers.TryGetValue("Retry-After", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>The body as a JSON object, or null where it is none.</summary>
    public JsonElement? Json
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Received);
                return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
