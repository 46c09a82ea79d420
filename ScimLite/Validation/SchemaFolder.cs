using ScimLite.Protocol.Schemas;

namespace ScimLite.Validation;

/// <summary>Reads the folder that <c>ScimLite:SchemaFolder</c> names.</summary>
public static class SchemaFolder
{
    private const int MaxFiles = 100, MaxBytes = 1_048_576;

    /// <summary>The catalog of the service: what is built in, and what the folder's <c>*.json</c> files add, in the order of their names.</summary>
    /// <exception cref="SettingsException">The folder or a file can't be used; the message names each file, place and value.</exception>
    public static SchemaCatalog Read(Settings settings)
    {
        try
        {
            return SchemaCatalog.With(settings.SchemaFolder.Length == 0 ? [] : ReadFiles(settings.SchemaFolder), settings.Passwords == PasswordHandling.Hash);
        }
        catch (SchemaFileException e)
        {
            throw new SettingsException($"ScimLite:SchemaFolder is '{settings.SchemaFolder}', with files that can't be used:{Environment.NewLine}{e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"ScimLite:SchemaFolder is '{settings.SchemaFolder}'; allowed is a folder that can be read ({e.Message}).");
        }
    }

    // Of a ConfigMap the files are links through ..data into a folder of a hidden name; below them nothing is looked for.
    private static List<SchemaFile> ReadFiles(string folder)
    {
        var paths = Directory.EnumerateFiles(folder, "*.json").Where(p => Path.GetFileName(p)[0] != '.').Order(StringComparer.Ordinal).ToList();
        if (paths.Count > MaxFiles)
        {
            throw new SettingsException($"ScimLite:SchemaFolder is '{folder}', with {paths.Count} files; allowed are {MaxFiles} at most.");
        }
        return paths.ConvertAll(path =>
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxBytes)
            {
                throw new SettingsException($"ScimLite:SchemaFolder is '{folder}'; {Path.GetFileName(path)} has {file.Length} bytes, allowed are {MaxBytes} at most.");
            }
            var json = new byte[file.Length];
            file.ReadExactly(json);
            return new SchemaFile(Path.GetFileName(path), json);
        });
    }
}
