namespace ScimLite.Protocol;

/// <summary>
/// One refusal in SCIM's own terms (RFC 7644 §3.12). <paramref name="Detail"/> is shown to the administrator in Entra's
/// provisioning log, so it says what was wrong, where, and what to send instead.
/// </summary>
/// <param name="Status">The HTTP status, 400 to 599.</param>
/// <param name="ScimType">A keyword of RFC 7644 table 9, or null where the table has none for the status.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record ScimError(int Status, string? ScimType, string Detail)
{
    /// <summary>After how many seconds to try again; null leaves it to the status.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Whether a reference to another resource was refused, such as a member that does not exist.</summary>
    public bool ConcernsReferences { get; init; }

    /// <summary>400: the filter breaks the grammar, or compares what can't be compared.</summary>
    public static ScimError InvalidFilter(string detail) => new(400, "invalidFilter", detail);

    /// <summary>400: the body is not JSON, or not of the shape the request asks for.</summary>
    public static ScimError InvalidSyntax(string detail) => new(400, "invalidSyntax", detail);

    /// <summary>400: a PATCH path is malformed or names an attribute that no schema knows.</summary>
    public static ScimError InvalidPath(string detail) => new(400, "invalidPath", detail);

    /// <summary>400: a PATCH path selects nothing that could be operated on.</summary>
    public static ScimError NoTarget(string detail) => new(400, "noTarget", detail);

    /// <summary>400: a value is missing or not of its attribute's type.</summary>
    public static ScimError InvalidValue(string detail) => new(400, "invalidValue", detail);

    /// <summary>400: a member is missing its id, does not exist, or has an id that no member can have.</summary>
    public static ScimError InvalidMember(string detail) => InvalidValue(detail) with { ConcernsReferences = true };

    /// <summary>400: the attribute's mutability forbids the change.</summary>
    public static ScimError Mutability(string detail) => new(400, "mutability", detail);

    /// <summary>400: the answer would take more than the server does for one request.</summary>
    public static ScimError TooMany(string detail) => new(400, "tooMany", detail);

    /// <summary>400, RFC 9865 §2.1: the cursor is none of this tenant's and this query's.</summary>
    public static ScimError InvalidCursor(string detail) => new(400, "invalidCursor", detail);

    /// <summary>400, RFC 9865 §2.1: the cursor was asked for too long ago.</summary>
    public static ScimError ExpiredCursor(string detail) => new(400, "expiredCursor", detail);

    /// <summary>400, RFC 9865 §2.1: the count is none, or another than on the page before.</summary>
    public static ScimError InvalidCount(string detail) => new(400, "invalidCount", detail);

    /// <summary>409: another resource has the value already.</summary>
    public static ScimError Uniqueness(string detail) => new(409, "uniqueness", detail);

    /// <summary>404: there is no such resource for this tenant.</summary>
    public static ScimError NotFound(string resourceType, string id) =>
        new(404, null, $"{resourceType} '{Shorten(id)}' does not exist. It may have been deleted; look it up again with a filter.");

    /// <summary>412: the current version is not one for which the client wants the request to be done.</summary>
    /// <param name="id">The resource.</param>
    /// <param name="tag">The entity tag of its current version.</param>
    public static ScimError PreconditionFailed(string id, string tag) => new(412, null,
        $"'{Shorten(id)}' has version {tag} now, which If-Match or If-None-Match (in a Bulk: version) rules out. Read it again and repeat the change.");

    /// <summary>428 (RFC 6585 §3): the client has to say which version it means. Not 412, to which clients answer by repeating the request.</summary>
    public static ScimError PreconditionRequired(string id) => new(428, null,
        $"A change here has to name the version that it means. Read '{Shorten(id)}', and send its ETag as If-Match (in a Bulk: as version) with the change.");

    /// <summary>An error that RFC 7644 table 9 has no keyword for.</summary>
    public static ScimError Of(int status, string detail) => new(status, null, detail);

    /// <summary>The value cut to a length that an error text can carry.</summary>
    public static string Shorten(string value) => value.Length <= 100 ? value : string.Concat(value.AsSpan(0, 100), "…");
}

/// <summary>Carries a <see cref="ScimError"/> out of the deep, synchronous code of the protocol floor.</summary>
public sealed class ScimException(ScimError error) : Exception(error.Detail)
{
    /// <summary>What to answer.</summary>
    public ScimError Error { get; } = error;
}
