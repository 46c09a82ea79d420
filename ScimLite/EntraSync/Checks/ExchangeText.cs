using System.Net;

namespace ScimLite.EntraSync.Checks;

/// <summary>Exchanges in the words of a report.</summary>
public static class ExchangeText
{
    /// <summary>The answer in one line: status and the start of the body, or why there is none.</summary>
    public static string Brief(this Exchange exchange) => exchange.Fault == ExchangeFault.None
        ? exchange.Received.Length == 0 ? $"{exchange.StatusLine()} without a body" : $"{exchange.StatusLine()} {Shorten(exchange.Received, 300)}"
        : $"no answer ({exchange.Received})";

    /// <summary>The status with its name, as in <c>404 NotFound</c>.</summary>
    public static string StatusLine(this Exchange exchange) => exchange.Status == 0 ? "no answer"
        : Enum.IsDefined((HttpStatusCode)exchange.Status) ? $"{exchange.Status} {(HttpStatusCode)exchange.Status}" : $"{exchange.Status}";

    /// <summary>The start of a text, with a note of how much was left out.</summary>
    public static string Shorten(string text, int length) => text.Length <= length ? text : $"{text[..length]}… ({text.Length} characters)";
}
