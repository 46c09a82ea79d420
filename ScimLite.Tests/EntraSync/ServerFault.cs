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
}
