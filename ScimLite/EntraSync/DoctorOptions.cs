using System.Text.RegularExpressions;

namespace ScimLite.EntraSync;

/// <summary>What <c>doctor</c> is asked to examine.</summary>
/// <param name="Target">The Tenant URL, without a slash at the end.</param>
/// <param name="Token">The Secret Token; it is in no report.</param>
public sealed partial record DoctorOptions(string Target, string Token)
{
    /// <summary>A second Secret Token of the same tenant that is to be valid at the same time; null where rotation can't be tried.</summary>
    public string? SecondToken { get; init; }

    /// <summary>Where access tokens are given out, an absolute address; null where there is no such place.</summary>
    public string? TokenEndpoint { get; init; }

    /// <summary>The client identifier for the token endpoint.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The client secret for the token endpoint.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary>A second secret of the same client that is to be valid at the same time.</summary>
    public string? SecondSecret { get; init; }

    /// <summary>A secret of the same client that has expired, and is to give no token any more.</summary>
    public string? ExpiredSecret { get; init; }

    /// <summary>The scope that is asked for at the token endpoint; null sends none.</summary>
    public string? Scope { get; init; }

    /// <summary>Requests a second outside of the checks that are about rates; 0 for no limit.</summary>
    public int Rate { get; init; } = 25;

    /// <summary>For how long the rate of 25 requests a second is held.</summary>
    public int RateSeconds { get; init; } = 10;

    /// <summary>How many requests the checks of races send at the same time.</summary>
    public int Parallel { get; init; } = 16;

    /// <summary>How many requests at most are sent to find the server's own limit.</summary>
    public int Burst { get; init; } = 600;

    /// <summary>How many requests the whole run sends at most.</summary>
    public int MaxRequests { get; init; } = 5000;

    /// <summary>The ids of the checks to ask; empty asks all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Takes every secret among them, and every access token, out of a text.</summary>
    public string Clean(string text) =>
        AccessToken().Replace(Secrets.Mask(text, Token, SecondToken, ClientSecret, SecondSecret, ExpiredSecret), "$1***");

    [GeneratedRegex("(\"access_token\"\\s*:\\s*\")[^\"]+")]
    private static partial Regex AccessToken();
}
