using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using ScimLite.Protocol;

namespace ScimLite.Provisioning;

/// <summary>
/// Sees to it that a password is stored as a salted, slow hash and in no other form (RFC 7643 §4.1.1): PBKDF2 with HMAC-SHA512, in the
/// format of ASP.NET Core Identity, so that a product can verify it with the same framework. One instance serves one request.
/// </summary>
public sealed class Passwords(ResourceType type)
{
    /// <summary>The longest password, in characters.</summary>
    public const int MaxLength = 1024;

    // OWASP's figure for PBKDF2-HMAC-SHA512.
    private static readonly PasswordHasher<string> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    private readonly string? name = type.Schema.Attributes.FirstOrDefault(a => a.IsPassword)?.Name;
    private (string Text, string Hash)? made;

    /// <summary>Puts the hash in the place of a new password; one that is the old password leaves the old hash, so that nothing changes.</summary>
    /// <param name="before">The resource as it is stored; null for a new one.</param>
    /// <param name="after">The resource as the client wants it.</param>
    /// <exception cref="ScimException"><c>invalidValue</c>: the password is empty, too long, or holds control characters.</exception>
    public void Hash(JsonObject? before, JsonObject after)
    {
        if (name is null || after[name] is not { } sent || JsonNode.DeepEquals(sent, before?[name]))
        {
            return;
        }
        var text = Prepare(sent.GetValue<string>());
        after[name] = before?[name]?.GetValue<string>() is { } old && Hasher.VerifyHashedPassword("", old, text) != PasswordVerificationResult.Failed
            ? old
            : (made is { } known && known.Text == text ? known : (made = (text, Hasher.HashPassword("", text))).Value).Hash;
    }

    private ScimException Refused(string why) => new(ScimError.InvalidValue($"'{name}' {why}. Send 1 to {MaxLength} characters without control characters."));

    // RFC 7644 §7.8 by way of RFC 8265 §4.2: every kind of blank is a space, and there are no control characters. Composed and decomposed
    // letters stay apart, since a process without ICU can't tell that they are the same.
    private string Prepare(string text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            throw Refused(text.Length == 0 ? "is empty" : "is too long");
        }
        var prepared = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            prepared.Append(char.GetUnicodeCategory(c) switch
            {
                System.Globalization.UnicodeCategory.SpaceSeparator => ' ',
                System.Globalization.UnicodeCategory.Control => throw Refused("holds control characters"),
                _ => c,
            });
        }
        return prepared.ToString();
    }
}
