using System.Net;
using System.Net.Sockets;

namespace ScimLite.Tenancy;

/// <summary>What to do with a credential before it is looked up.</summary>
public enum Guess
{
    /// <summary>Look it up.</summary>
    MayBeTried,

    /// <summary>It was wrong a moment ago and still is; so a client that repeats one mistake uses nothing up.</summary>
    KnownWrong,

    /// <summary>Too many different wrong ones came from there: refuse it without a look.</summary>
    MustWait,
}

/// <summary>
/// Slows down who tries one credential after the other: of each source address (IPv6: each /64) only so many different wrong ones are looked
/// up, and then one from time to time. What was good from there within the last day is looked up all the same, since many customers may call
/// from one address. The memory is bounded; who has to go for a newcomer is the one that was quiet longest.
/// </summary>
/// <param name="burst">How many wrong ones may come at once.</param>
/// <param name="pause">After how long one more may come.</param>
/// <param name="clock">The time.</param>
/// <param name="mostSources">Of how many addresses to know.</param>
/// <param name="mostProven">How many good ones to know at least.</param>
public sealed class GuessLimits(int burst, TimeSpan pause, TimeProvider clock, int mostSources = 10_000, int mostProven = 10_000)
{
    private const int MostRemembered = 8;

    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly Lock door = new();
    private readonly Dictionary<UInt128, LinkedListNode<Source>> sources = [];
    private readonly LinkedList<Source> byLastMistake = new();
    private readonly ProvenCredentials proven = new(mostProven, clock);
    private volatile bool quiet = true;

    /// <summary>How long the next guess of an address has to wait at most.</summary>
    public TimeSpan Pause => pause;

    /// <summary>Whether a credential may be looked up. Costs nothing as long as nobody was wrong.</summary>
    public Guess Judge(IPAddress? from, SecretHash guess) => Judge(from, guess, out _);

    /// <summary>Whether a credential may be looked up, and where it is <see cref="Guess.KnownWrong"/> the reason that
    /// <see cref="Mistaken"/> was given.</summary>
    public Guess Judge(IPAddress? from, SecretHash guess, out Rejection? reason)
    {
        reason = null;
        if (quiet)
        {
            return Guess.MayBeTried;
        }
        lock (door)
        {
            if (!sources.TryGetValue(Name(from), out var node))
            {
                return Guess.MayBeTried;
            }
            var (source, now) = (node.Value, clock.GetTimestamp());
            foreach (var wrong in source.Wrong)
            {
                if (wrong.Key == guess.Key && clock.GetElapsedTime(wrong.At, now) < Memory)
                {
                    reason = wrong.Reason;
                    return Guess.KnownWrong;
                }
            }
            return source.LeftAt(now, burst, pause, clock) >= 1 || proven.Has(source.Name, guess) ? Guess.MayBeTried : Guess.MustWait;
        }
    }

    /// <summary>Notes that a credential was good.</summary>
    public void Proven(IPAddress? from, SecretHash credential) => proven.Add(Name(from), credential);

    /// <summary>Notes that a credential was wrong, whatever it was before.</summary>
    /// <param name="from">Where it came from.</param>
    /// <param name="guess">The hash of the credential.</param>
    /// <param name="reason">Why it was refused, for the next one that is the same.</param>
    public void Mistaken(IPAddress? from, SecretHash guess, Rejection? reason = null)
    {
        proven.Remove(Name(from), guess);
        lock (door)
        {
            var now = clock.GetTimestamp();
            if (sources.TryGetValue(Name(from), out var node))
            {
                byLastMistake.Remove(node);
            }
            else
            {
                if (sources.Count >= mostSources)
                {
                    sources.Remove(byLastMistake.First!.Value.Name);
                    byLastMistake.RemoveFirst();
                }
                node = new LinkedListNode<Source>(new Source(Name(from)) { Left = burst, At = now });
                sources.Add(node.Value.Name, node);
            }
            byLastMistake.AddLast(node);
            var source = node.Value;
            (source.Left, source.At) = (Math.Max(0, source.LeftAt(now, burst, pause, clock) - 1), now);
            source.Wrong.Enqueue((guess.Key, now, reason));
            if (source.Wrong.Count > MostRemembered)
            {
                source.Wrong.Dequeue();
            }
            quiet = false;
        }
    }

    // Whoever has one IPv6 address has the 2^64 beside it.
    private static UInt128 Name(IPAddress? from)
    {
        if (from is null)
        {
            return UInt128.MaxValue;
        }
        Span<byte> bytes = stackalloc byte[16];
        (from.AddressFamily == AddressFamily.InterNetwork ? from.MapToIPv6() : from).TryWriteBytes(bytes, out _);
        if (!from.IsIPv4MappedToIPv6 && from.AddressFamily != AddressFamily.InterNetwork)
        {
            bytes[8..].Clear();
        }
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private sealed class Source(UInt128 name)
    {
        public UInt128 Name { get; } = name;

        public Queue<(long Key, long At, Rejection? Reason)> Wrong { get; } = new(MostRemembered + 1);

        public double Left { get; set; }

        public long At { get; set; }

        public double LeftAt(long now, int burst, TimeSpan pause, TimeProvider clock) => Math.Min(burst, Left + (clock.GetElapsedTime(At, now) / pause));
    }
}
