namespace ScimLite.EntraSync;

/// <summary>Where somebody stands in the source.</summary>
public enum SourceState
{
    /// <summary>Assigned and enabled.</summary>
    Enabled,

    /// <summary>Unassigned, disabled or soft-deleted: to be kept in the target with <c>active</c> false.</summary>
    Disabled,

    /// <summary>Deleted for good.</summary>
    Deleted,
}

/// <summary>A person of the source.</summary>
/// <param name="objectId">Entra's object id, which goes into externalId.</param>
internal sealed class SourceUser(string objectId)
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public string ObjectId => objectId;

    public string UserName => values["userName"];

    /// <summary>The work e-mail address, or null for those without a mailbox.</summary>
    public string? Mail => values.GetValueOrDefault(EntraPaths.Mail);

    public SourceState State { get; private set; }

    public SourceUser? Manager { get; private set; }

    /// <summary>Counts the changes, the manager's aside: it is a reference and travels by itself.</summary>
    public int Revision { get; private set; } = 1;

    /// <summary>What the target is to hold, by the path that Entra's mapping gives it. <c>active</c> and the manager are not among them.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    public void Set(string path, string value)
    {
        values[path] = value;
        Revision++;
    }

    public void Enter(SourceState state)
    {
        State = state;
        Revision++;
    }

    public void ReportTo(SourceUser? manager) => Manager = manager;
}

/// <summary>A group of the source.</summary>
/// <param name="objectId">Entra's object id.</param>
/// <param name="displayName">Its name.</param>
internal sealed class SourceGroup(string objectId, string displayName)
{
    public string ObjectId => objectId;

    public string DisplayName { get; private set; } = displayName;

    /// <summary>The object ids of its members: people and other groups.</summary>
    public HashSet<string> Members { get; } = [];

    public bool Deleted { get; private set; }

    public int Revision { get; private set; } = 1;

    public void Rename(string name)
    {
        DisplayName = name;
        Revision++;
    }

    public void Delete()
    {
        Deleted = true;
        Members.Clear();
        Revision++;
    }
}
