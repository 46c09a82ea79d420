using System.Security.Cryptography;
using System.Text;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>
/// Finds the tenant that a Secret Token belongs to. Tokens are kept as SHA-256 alone; the hash picks a few candidates by its
/// first bytes and they are compared in fixed time, so that no answer's timing tells how much of a guess was right.
/// </summary>
public sealed class TenantRegistry
{
    private readonly ILookup<int, (byte[] Hash, Identity Identity)> byHash;

    /// <summary>Reads the tenants from settings.</summary>
    public TenantRegistry(Settings settings)
    {
        Tenants = [.. settings.Tenants.Select(t => new Tenant(
            t.Key, t.Value.DisplayName.Length > 0 ? t.Value.DisplayName : t.Key, t.Value.RequestsPerSecond, t.Value.Dialect,
            t.Value.UnknownMembers == UnknownMembers.Accept, t.Value.ProvisioningEnabled)
        {
            IndirectGroups = t.Value.IndirectGroups,
            RequireIfMatch = t.Value.RequireIfMatch,
        })];
        byHash = Tenants.Where(t => settings.Tenants[t.Id].Token.Length > 0)
            .Select(t => (Hash: HashOf(settings.Tenants[t.Id].Token), Identity: new Identity(t, "Secret Token"))).ToLookup(c => Bucket(c.Hash));
    }

    /// <summary>All tenants.</summary>
    public IReadOnlyList<Tenant> Tenants { get; }

    /// <summary>Who bears this token; null when nobody does.</summary>
    public Identity? Find(ReadOnlySpan<char> token)
    {
        var hash = HashOf(token);
        Identity? found = null;
        foreach (var candidate in byHash[Bucket(hash)])
        {
            found = CryptographicOperations.FixedTimeEquals(candidate.Hash, hash) ? candidate.Identity : found;
        }
        return found;
    }

    private static byte[] HashOf(ReadOnlySpan<char> token)
    {
        Span<byte> utf8 = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(token, utf8, out var written)
            ? SHA256.HashData(utf8[..written]) : SHA256.HashData(Encoding.UTF8.GetBytes(token.ToArray()));
    }

    private static int Bucket(byte[] hash) => BitConverter.ToInt32(hash);
}
