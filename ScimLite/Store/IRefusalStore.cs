namespace ScimLite.Store;

/// <summary>
/// The refused credentials of each tenant, and those that belong to nobody (tenant <c>""</c>): the latest distinct ones with their counts.
/// The one exception that callers have to expect is <see cref="StoreUnavailableException"/>.
/// </summary>
public interface IRefusalStore
{
    /// <summary>How many distinct refusals of a tenant are kept.</summary>
    public const int MostOfTenant = 50;

    /// <summary>How many distinct refusals are kept of credentials that belong to nobody.</summary>
    public const int MostOfNobody = 200;

    /// <summary>How long a refusal is kept after it was last repeated.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>Adds refusals to the record. One of the same name is counted, and its facts are replaced by the later ones.</summary>
    ValueTask NoteAsync(string tenant, IReadOnlyList<Refused> refusals, CancellationToken cancel);

    /// <summary>Reads the record, newest first.</summary>
    ValueTask<RefusalRecord> ReadAsync(string tenant, DateTimeOffset now, CancellationToken cancel);

    /// <summary>Deletes the record of a tenant.</summary>
    ValueTask ForgetAsync(string tenant, CancellationToken cancel);

    /// <summary>How many distinct refusals are kept of a tenant, or of nobody.</summary>
    public static int MostOf(string tenant) => tenant.Length == 0 ? MostOfNobody : MostOfTenant;
}

/// <summary>A refused credential and how often it was refused.</summary>
/// <param name="Name">What makes two refusals the same.</param>
/// <param name="Facts">What is known of it; the store does not look inside.</param>
/// <param name="Last">When it was last refused, in whole milliseconds.</param>
/// <param name="Count">How often.</param>
public sealed record Refused(string Name, string Facts, DateTimeOffset Last, long Count);

/// <summary>The refused credentials of a tenant.</summary>
/// <param name="Refusals">The distinct ones, newest first.</param>
/// <param name="LastHour">How often credentials were refused in the last 60 minutes, counted by whole minutes.</param>
public sealed record RefusalRecord(IReadOnlyList<Refused> Refusals, long LastHour);
