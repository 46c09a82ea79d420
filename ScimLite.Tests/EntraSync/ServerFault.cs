namespace ScimLite.Tests.EntraSync;

/// <summary>What a <see cref="BrokenServer"/> does wrong.</summary>
public enum ServerFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Reads a group, changes the list and writes it back; two at once work on the same reading, and the last one wins.</summary>
    LosesParallelMembers,

    /// <summary>Reads <c>remove</c> of <c>members</c> with a value as the RFC is written: all are removed.</summary>
    WipesOnRemoveWithValue,

    /// <summary>Takes a disabled user for deleted: 404 by id, and in no list.</summary>
    HidesDisabledUsers,

    /// <summary>Finds a userName only in the spelling in which it is stored.</summary>
    MatchesCaseSensitively,

    /// <summary>Answers a filter without a match with 404.</summary>
    AnswersNoMatchWith404,

    /// <summary>Stores a phone number otherwise than it was sent.</summary>
    RewritesPhoneNumbers,

    /// <summary>Answers <c>active</c> as text.</summary>
    AnswersBooleansAsText,

    /// <summary>Answers <c>manager</c> as text.</summary>
    AnswersManagerAsText,

    /// <summary>Answers <c>application/json</c>.</summary>
    AnswersPlainJson,

    /// <summary>Redirects an address with a slash at its end to the one without.</summary>
    RedirectsSlashes,

    /// <summary>Finds by the beginning of a name.</summary>
    MatchesByPrefix,

    /// <summary>Writes the status of an error as a number.</summary>
    NumbersTheStatus,

    /// <summary>Keeps the name that a user had before reserved.</summary>
    ReservesOldNames,

    /// <summary>Lets two creations of one user pass when they come at the same time.</summary>
    CreatesTwiceAtOnce,

    /// <summary>Takes a disabled user out of every group.</summary>
    ForgetsGroupsOfTheDisabled,

    /// <summary>Has no group endpoint.</summary>
    HasNoGroups,

    /// <summary>Publishes no canonical values.</summary>
    HidesCanonicalValues,

    /// <summary>Answers a PATCH that names a member who does not exist with success, and leaves that member out.</summary>
    DropsUnknownMembers,

    /// <summary>Allows no DELETE.</summary>
    RefusesDeletion,
}
