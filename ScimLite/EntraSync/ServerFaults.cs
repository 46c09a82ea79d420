namespace ScimLite.EntraSync;

/// <summary>What a server can do wrong so that Entra never converges with it: one sentence for whoever is to mend it.</summary>
internal static class ServerFaults
{
    public const string NoMatchIsNoList = "NoMatchIsNoList";
    public const string LosesMembers = "LosesParallelMembers";
    public const string WipesGroup = "WipesOnRemoveWithValue";
    public const string HidesDisabled = "HidesDisabledUsers";
    public const string CaseSensitiveMatch = "MatchesCaseSensitively";
    public const string KeepsDeleted = "KeepsDeletedUsers";
    public const string BooleanAsText = "AnswersBooleansAsText";
    public const string ManagerForm = "AnswersManagerInAnotherForm";
    public const string ChangesValues = "ChangesValues";
    public const string AcceptsDuplicates = "AcceptsDuplicates";
    public const string DuplicateIsNo409 = "DuplicateIsNo409";
    public const string WritesAgain = "NeverConverges";

    public static readonly IReadOnlyDictionary<string, string> Sentences = new Dictionary<string, string>
    {
        [NoMatchIsNoList] = "A filter without a match was not answered 200 with an empty ListResponse. Entra quarantines the job at once. "
            + "Answer 200, totalResults 0 and \"Resources\": [], never 404.",
        [LosesMembers] = "Members whose PATCH was answered with success are not in their group, or are still in it: PATCH requests for one group that arrive at "
            + "the same time overwrite each other. Change the membership by atomic adds and removes; never read the group and write it back whole.",
        [WipesGroup] = "A PATCH that removes one member by value emptied the group: the value was ignored. Entra sends {\"op\":\"Remove\",\"path\":\"members\","
            + "\"value\":[{\"value\":id}]} and means these members only. Remove the members that the value names, and no other.",
        [HidesDisabled] = "A user who was set to active false can't be found any more. Entra looks for him when he comes back, finds nothing and tries to create him "
            + "again. Keep disabled users visible to GET by id and to filters; only DELETE makes a user vanish.",
        [CaseSensitiveMatch] = "A user is found only in the spelling in which he is stored. Entra may ask in another case, finds nothing and creates him a second time. "
            + "Compare userName without regard to case (RFC 7643 §4.1.1) and keep the spelling as it was sent.",
        [KeepsDeleted] = "A user or group that was deleted is still answered, or still a member. Answer 404 after DELETE, and take it out of every group.",
        [BooleanAsText] = "active is answered as text. Entra sends \"True\" and \"False\" as text and expects a JSON boolean back; it would send the same PATCH in every "
            + "cycle. Read text as a boolean, store and answer a boolean.",
        [ManagerForm] = "manager is answered in another form than {\"value\": id}. Entra can't read it and sends the manager again in every cycle. "
            + "Whatever form it is sent in, answer an object with value.",
        [ChangesValues] = "A value comes back otherwise than it was sent, or not at all. Entra sends the same PATCH again in every cycle. "
            + "Store values exactly as they were sent: no new format for telephone numbers, no trimming, no other case.",
        [AcceptsDuplicates] = "The same POST, sent twice at once, made two resources. Entra then finds more than one match and stops provisioning that object. "
            + "Check and write in one atomic step; refuse the second with 409 uniqueness.",
        [DuplicateIsNo409] = "The second of two identical POST requests was refused, but not with 409. Entra knows only 409 as \"exists already, match it\". "
            + "Answer 409 with scimType uniqueness and a detail that names the attribute.",
        [WritesAgain] = "A cycle in which nothing had changed wrote again. Entra would repeat these writes every 40 minutes for ever. "
            + "See the differences for what does not come back as it was sent.",
    };
}
