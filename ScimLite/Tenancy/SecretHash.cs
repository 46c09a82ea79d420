using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ScimLite.Tenancy;

/// <summary>The SHA-256 of a secret, as a value that costs no allocation.</summary>
public readonly struct SecretHash
{
    private readonly UInt128 left;
    private readonly UInt128 right;

    private SecretHash(ReadOnlySpan<UInt128> halves) => (left, right) = (halves[0], halves[1]);

    /// <summary>Some bits to look it up by; whether it is the same hash, <see cref="Is"/> tells.</summary>
    public long Key => (long)left;

    /// <summary>Hashes the UTF-8 text of a secret of any length.</summary>
    public static SecretHash Of(ReadOnlySpan<char> secret)
    {
        Span<UInt128> halves = stackalloc UInt128[2];
        Span<byte> utf8 = stackalloc byte[512];
        SHA256.HashData(Encoding.UTF8.TryGetBytes(secret, utf8, out var written) ? utf8[..written] : Encoding.UTF8.GetBytes(secret.ToArray()), MemoryMarshal.AsBytes(halves));
        return new SecretHash(halves);
    }

    /// <summary>Whether the two are the same; takes as long whatever part of them is.</summary>
    public bool Is(SecretHash other)
    {
        ReadOnlySpan<UInt128> mine = [left, right];
        ReadOnlySpan<UInt128> theirs = [other.left, other.right];
        return CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(mine), MemoryMarshal.AsBytes(theirs));
    }

    /// <summary>The hash as it is kept: small hexadecimal letters.</summary>
    public override string ToString()
    {
        ReadOnlySpan<UInt128> halves = [left, right];
        return Convert.ToHexStringLower(MemoryMarshal.AsBytes(halves));
    }
}
