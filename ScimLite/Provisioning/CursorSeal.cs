using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ScimLite.Protocol;
using ScimLite.Store;
using ScimLite.Validation;

namespace ScimLite.Provisioning;

/// <summary>
/// RFC 9865: makes cursors and reads them. A cursor holds all that the next page needs, so the server keeps nothing for it; it is encrypted
/// and signed with a key of the store's, so that every replica can read it and nobody else can read or make one, and it is bound to the
/// tenant and the query for which it was made.
/// </summary>
public sealed class CursorSeal(IResourceStore store, LimitSettings limits, TimeProvider clock)
{
    private const int SaltSize = 16, TagSize = 16;

    // Each cursor has a key of its own, so that one nonce does for all.
    private static readonly byte[] Nonce = new byte[AesGcm.NonceByteSizes.MaxSize];

    /// <summary>Makes a cursor.</summary>
    /// <param name="place">Where the page goes on.</param>
    /// <param name="count">How many resources a page may hold.</param>
    /// <param name="bound">Names tenant and query.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <returns>Unreserved characters of RFC 3986 alone.</returns>
    internal async ValueTask<string> SealAsync(Place place, int count, string bound, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content))
        {
            writer.Write(clock.GetUtcNow().ToUnixTimeSeconds());
            writer.Write(count);
            writer.Write(place.Source);
            writer.Write(place.Without);
            writer.Write(place.Backwards);
            writer.Write(place.At is not null);
            writer.Write(place.At?.After == true);
            writer.Write(place.At?.Position ?? "");
        }
        var text = content.ToArray();
        var sealedBytes = new byte[SaltSize + text.Length + TagSize];
        var salt = sealedBytes.AsSpan(0, SaltSize);
        RandomNumberGenerator.Fill(salt);
        using var cipher = new AesGcm(await KeyAsync(sealedBytes.AsMemory(0, SaltSize), cancel).ConfigureAwait(false), TagSize);
        cipher.Encrypt(Nonce, text, sealedBytes.AsSpan(SaltSize, text.Length), sealedBytes.AsSpan(SaltSize + text.Length), Bind(bound));
        return Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>Reads a cursor.</summary>
    /// <exception cref="ScimException"><c>invalidCursor</c>, <c>expiredCursor</c> or <c>invalidCount</c>.</exception>
    internal async ValueTask<Place> OpenAsync(string cursor, int count, string bound, CancellationToken cancel)
    {
        if (await DecryptAsync(cursor, bound, cancel).ConfigureAwait(false) is not { } text)
        {
            throw Foreign();
        }
        using var reader = new BinaryReader(new MemoryStream(text));
        var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
        if (age > TimeSpan.FromSeconds(limits.CursorTimeoutSeconds))
        {
            throw Expired($"The cursor is older than {limits.CursorTimeoutSeconds} seconds; ask for each page within that time.");
        }
        if (reader.ReadInt32() is var before && before != count)
        {
            throw new ScimException(ScimError.InvalidCount($"The pages of this walk hold {before} resources. Send count={before} with its cursors, or start again with an empty cursor."));
        }
        var (source, without, backwards, inside, after) = (reader.ReadString(), reader.ReadString(), reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadBoolean());
        return new Place(source, inside ? new Boundary(reader.ReadString(), after) : null, backwards) { Without = without };
    }

    /// <summary>RFC 9865 §2.1: a cursor that the server can't have made for this query.</summary>
    internal static ScimException Foreign() => new(ScimError.InvalidCursor(
        "The cursor belongs to no page of this query. Send the nextCursor or previousCursor of the page before with the same filter and order, or an empty cursor for the first page."));

    /// <summary>RFC 9865 §2.1: a cursor that was good once.</summary>
    internal static ScimException Expired(string why) => new(ScimError.ExpiredCursor($"{why} Start again with an empty cursor."));

    private async ValueTask<byte[]?> DecryptAsync(string cursor, string bound, CancellationToken cancel)
    {
        var sealedBytes = new byte[Base64Url.GetMaxDecodedLength(cursor.Length)];
        if (!Base64Url.IsValid(cursor) || !Base64Url.TryDecodeFromChars(cursor, sealedBytes, out var length) || length < SaltSize + TagSize)
        {
            return null;
        }
        var text = new byte[length - SaltSize - TagSize];
        using var cipher = new AesGcm(await KeyAsync(sealedBytes.AsMemory(0, SaltSize), cancel).ConfigureAwait(false), TagSize);
        try
        {
            cipher.Decrypt(Nonce, sealedBytes.AsSpan(SaltSize, text.Length), sealedBytes.AsSpan(SaltSize + text.Length, TagSize), text, Bind(bound));
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    // A build that puts other things into a cursor counts on here, so that none reads what it can't: meanwhile both run side by side.
    private static byte[] Bind(string bound) => Encoding.UTF8.GetBytes($"2\n{bound}");

    private async ValueTask<byte[]> KeyAsync(ReadOnlyMemory<byte> salt, CancellationToken cancel) =>
        HMACSHA256.HashData(await store.GetSecretAsync("cursor", cancel).ConfigureAwait(false), salt.Span);
}
