using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace ScimLite.Tenancy;

/// <summary>How secrets are made and named. A secret has 256 random bits, so its plain SHA-256 gives nothing away.</summary>
internal static class Credential
{
    /// <summary>How many characters of a secret are kept to tell it by.</summary>
    public const int PrefixLength = 6;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>A new secret: 64 small hexadecimal letters and digits, which need no escape in a header, a form or a shell.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The first characters of a text that has the form of the secrets made here; null for any other, which may be short or
    /// a password of somewhere else.</summary>
    public static string? PrefixOf(ReadOnlySpan<char> secret) =>
        secret.Length == 64 && !secret.ContainsAnyExcept(HexDigits) ? secret[..PrefixLength].ToString() : null;

    /// <summary>An id for a token, a client or a secret.</summary>
    public static string NewId() => Guid.NewGuid().ToString();

    /// <summary>Whether the secret is the one with this hash; takes as long whatever part of it is right.</summary>
    public static bool Matches(string secret, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SecretHash.Of(secret).ToString()), Encoding.ASCII.GetBytes(hash));

    /// <summary>Under which handle the store finds a Secret Token or an access token.</summary>
    public static string TokenHandle(string hash) => $"token:{hash}";

    /// <summary>Under which handle the store finds a client.</summary>
    public static string ClientHandle(string clientId) => $"client:{clientId}";

    /// <summary>Under which handle the store finds a client that was deleted. Builds from before know no such handle, so to them it is
    /// unknown.</summary>
    public static string DeletedClientHandle(string clientId) => $"deleted-client:{clientId}";

    /// <summary>Under which handle the store finds a set-up link.</summary>
    public static string SetupHandle(string hash) => $"setup:{hash}";

    /// <summary>Under which handle the store finds the tenant that takes an Entra tenant's own tokens.</summary>
    public static string EntraHandle(string entraTenantId) => $"entra:{entraTenantId}";
}

/// <summary>What a credential is good for.</summary>
public static class Scope
{
    /// <summary>Reading the directory.</summary>
    public const string Read = "read";

    /// <summary>Reading and writing the directory, as a provisioning client does.</summary>
    public const string Provision = "provision";
}
