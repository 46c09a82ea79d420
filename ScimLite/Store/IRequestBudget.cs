namespace ScimLite.Store;

/// <summary>How many requests each tenant may still send: a token bucket that all replicas take portions from.</summary>
public interface IRequestBudget
{
    /// <summary>Takes a portion out of a tenant's bucket.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="rate">How many tokens come in a second.</param>
    /// <param name="burst">How many the bucket holds.</param>
    /// <param name="wanted">How many to take at most, 1 or more.</param>
    /// <param name="now">The time; one earlier than that of another replica counts as that one.</param>
    /// <param name="cancel">Gives up waiting.</param>
    ValueTask<Portion> TakeAsync(string tenant, int rate, int burst, int wanted, DateTimeOffset now, CancellationToken cancel);
}

/// <summary>What was taken out of a bucket.</summary>
/// <param name="Granted">How many tokens.</param>
/// <param name="Wait">Where there was none: until there is one.</param>
public readonly record struct Portion(int Granted, TimeSpan Wait);
