using System.Text.RegularExpressions;

namespace ScimLite.Handlers;

/// <summary>How much of a written resource the client wants to see, RFC 7240 §4.2.</summary>
public enum ReturnPreference
{
    /// <summary>It didn't say.</summary>
    None,

    /// <summary>Nothing: the headers are enough.</summary>
    Minimal,

    /// <summary>The whole resource.</summary>
    Representation,
}

/// <summary>Reads <c>Prefer</c> and tells what of it was honoured.</summary>
public static partial class Preferences
{
    /// <summary>The client's wish; one that is not understood is none (RFC 7240 §2).</summary>
    public static ReturnPreference Return(HttpContext http)
    {
        // "If any preference is specified more than once, only the first instance is to be considered" (RFC 7240 §2).
        var first = Preference().Matches(http.Request.Headers["Prefer"].ToString())
            .FirstOrDefault(m => m.Groups["name"].Value.Equals("return", StringComparison.OrdinalIgnoreCase));
        return first?.Groups["value"].Value.ToLowerInvariant() switch
        {
            "minimal" => ReturnPreference.Minimal,
            "representation" => ReturnPreference.Representation,
            _ => ReturnPreference.None,
        };
    }

    /// <summary>Says in the answer that the wish was honoured (RFC 7240 §3).</summary>
    public static void Applied(HttpContext http, ReturnPreference wish)
    {
        if (wish != ReturnPreference.None)
        {
            http.Response.Headers["Preference-Applied"] = wish == ReturnPreference.Minimal ? "return=minimal" : "return=representation";
        }
    }

    // name, perhaps a value, perhaps parameters up to the next comma outside quotes.
    [GeneratedRegex("""(?:^|,)\s*(?<name>[^\s,;="]+)(?:\s*=\s*(?:"(?<value>[^"]*)"|(?<value>[^\s,;"]*)))?(?:"[^"]*"|[^,"])*""")]
    private static partial Regex Preference();
}
