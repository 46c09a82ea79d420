using System.Text.Json;
using System.Text.RegularExpressions;

namespace ScimLite.EntraSync;

/// <summary>Keeps secrets out of what is printed and written: a server may repeat in an error what it was sent.</summary>
internal static class Secrets
{
    private const string Mark = "***";

    // A real token is longer. A shorter one may be an ordinary word of a sentence, such as "wrong".
    private const int LeastLength = 8;

    /// <summary>
    /// Replaces secrets in a text. A secret of eight characters or more is replaced wherever it occurs. A shorter one is replaced where it
    /// is a value of its own: after <c>Bearer</c> or an equals sign, or in quotation marks; and as a word of its own if it is more than letters.
    /// </summary>
    public static string Mask(string text, params string?[] secrets) =>
        secrets.OfType<string>().Where(secret => secret.Length > 0).OrderByDescending(secret => secret.Length)
            .SelectMany(secret => (string[])[secret, Uri.EscapeDataString(secret), JsonEncodedText.Encode(secret).ToString()]).Distinct()
            .Aggregate(text, Mask);

    private static string Mask(string text, string secret) => secret.Length >= LeastLength
        ? text.Replace(secret, Mark, StringComparison.Ordinal)
        : Regex.Replace(text, secret.All(char.IsAsciiLetter)
            ? $@"(?<=\bBearer |=|""){Regex.Escape(secret)}(?![\p{{L}}\p{{N}}])"
            : $@"(?<![\p{{L}}\p{{N}}]){Regex.Escape(secret)}(?![\p{{L}}\p{{N}}])", Mark);
}
