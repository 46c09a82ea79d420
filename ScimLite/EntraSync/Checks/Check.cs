namespace ScimLite.EntraSync.Checks;

/// <summary>One question that <c>doctor</c> asks a server.</summary>
/// <param name="Id">Its short name: M and P are the tests of Microsoft's web validator by their number, L those of the Logic App template.</param>
/// <param name="Area">The part of the report in which it stands.</param>
/// <param name="Title">What holds when it passes; Microsoft's own name where there is one.</param>
/// <param name="Why">Why it matters to Entra.</param>
/// <param name="Mend">What to change in the server when it fails.</param>
/// <param name="Run">Asks; returns when all is well, and throws a <see cref="CheckFailedException"/> or <see cref="CheckSkippedException"/>.</param>
public sealed record Check(string Id, Area Area, string Title, string Why, string Mend, Func<Examination, Task> Run)
{
    /// <summary>Whether there is nothing to ask where the server has no group endpoint.</summary>
    public bool NeedsGroups { get; init; }
}

/// <summary>The parts of the report, in the order in which they are examined.</summary>
public enum Area
{
    /// <summary>What Entra's button <em>Test Connection</em> asks.</summary>
    Connection,

    /// <summary>Headers, media types, addresses, errors.</summary>
    Wire,

    /// <summary>/Schemas, /ResourceTypes and /ServiceProviderConfig.</summary>
    Discovery,

    /// <summary>The user tests of scimvalidator.microsoft.com.</summary>
    Users,

    /// <summary>The group tests of scimvalidator.microsoft.com.</summary>
    Groups,

    /// <summary>The direct tests of the Logic App template.</summary>
    LogicApp,

    /// <summary>The shapes that Entra sends beyond what the validators try.</summary>
    Dialect,

    /// <summary>What loses access rights or people when it is wrong, and no validator asks.</summary>
    Safety,

    /// <summary>The demands of Microsoft's gallery.</summary>
    Gallery,
}

/// <summary>What came of a check.</summary>
public enum Verdict
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It holds as far as Entra needs it, and could be better.</summary>
    Warning,

    /// <summary>It does not hold.</summary>
    Failed,

    /// <summary>It could not be asked, for a reason that the report names.</summary>
    Skipped,
}

/// <summary>A check and what came of it.</summary>
/// <param name="Check">The check.</param>
/// <param name="Verdict">What came of it.</param>
/// <param name="Expected">What should have come; null when it passed or was skipped.</param>
/// <param name="Found">What came instead; for a skipped check the reason, for a passed one the proof figures where it has some.</param>
/// <param name="Exchanges">What was sent and what came, in order.</param>
public sealed record CheckResult(Check Check, Verdict Verdict, string? Expected, string? Found, IReadOnlyList<Exchange> Exchanges);

/// <summary>Ends a check: the server did something else than what was expected.</summary>
public sealed class CheckFailedException(string expected, string found) : Exception($"Expected {expected}; found {found}")
{
    /// <summary>What should have come.</summary>
    public string Expected { get; } = expected;

    /// <summary>What came.</summary>
    public string Found { get; } = found;
}

/// <summary>Ends a check that can't be asked of this server.</summary>
public sealed class CheckSkippedException(string reason) : Exception(reason);
