using System.Net;
using ScimLite.Validation;

namespace ScimLite.Tenancy;

/// <summary>The key of the administrators of the whole service (<c>ScimLite:AdminKey</c>), and how often one may be wrong about it.</summary>
public sealed class AdminKey(Settings settings, TimeProvider clock)
{
    private readonly SecretHash right = SecretHash.Of(settings.AdminKey);
    private readonly GuessLimits limits = new(5, TimeSpan.FromSeconds(30), clock);

    /// <summary>After how many seconds to try again, once <see cref="Try"/> says <see cref="Guess.MustWait"/>.</summary>
    public int RetryAfterSeconds => (int)limits.Pause.TotalSeconds;

    /// <summary>Whether this is the key. After five wrong ones from an address not even the right one is taken from there for a while.</summary>
    /// <returns><c>MayBeTried</c> when it is; <c>KnownWrong</c> when it isn't; <c>MustWait</c> when nobody looked.</returns>
    public Guess Try(ReadOnlySpan<char> key, IPAddress? from)
    {
        var hash = SecretHash.Of(key);
        var guess = limits.Judge(from, hash);
        if (guess != Guess.MayBeTried || (settings.AdminKey.Length > 0 && hash.Is(right)))
        {
            return guess;
        }
        limits.Mistaken(from, hash);
        return Guess.KnownWrong;
    }
}
