namespace ScimLite.Store;

/// <summary>By what people know a resource: what its links show of it, and the activity log.</summary>
/// <param name="Type">The resource type's name.</param>
/// <param name="Display">The name for people.</param>
/// <param name="UserName">The userName, empty where the type has none.</param>
internal readonly record struct Label(string Type, string Display, string UserName)
{
    /// <summary>The label as Redis keeps it, the parts with a zero between them; of the three only the name may hold one itself.</summary>
    public string Text => $"{Type}\0{Display}\0{UserName.Replace("\0", "", StringComparison.Ordinal)}";

    /// <summary>Reads what <see cref="Text"/> wrote; null for the empty text.</summary>
    public static Label? Parse(string text)
    {
        var (first, last) = (text.IndexOf('\0', StringComparison.Ordinal), text.LastIndexOf('\0'));
        return first < 0 ? null : new Label(text[..first], text[(first + 1)..last], text[(last + 1)..]);
    }
}
