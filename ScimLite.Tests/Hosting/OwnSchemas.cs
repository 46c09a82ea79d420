using Microsoft.Extensions.DependencyInjection;

namespace ScimLite.Tests.Hosting;

/// <summary>Starts the service with schema files of a test's own.</summary>
internal static class OwnSchemas
{
    /// <summary>Starts the service; the files are gone again once it has read them.</summary>
    public static async Task<ScimHost> StartAsync(
        StoreKind store, IEnumerable<(string Name, string Json)> files, string dialect = "entra", IReadOnlyDictionary<string, string>? settings = null,
        IReadOnlyDictionary<string, string>? tenantSettings = null, ScimHost? sameDirectoryAs = null, Action<IServiceCollection>? services = null)
    {
        var folder = Write(files);
        try
        {
            return await ScimHost.StartAsync(store, dialect, tenantSettings, sameDirectoryAs: sameDirectoryAs, services: services,
                settings: new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["ScimLite:SchemaFolder"] = folder });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Writes the files into a new folder.</summary>
    public static string Write(IEnumerable<(string Name, string Json)> files)
    {
        var folder = Directory.CreateTempSubdirectory("scimlite-schemas-").FullName;
        foreach (var (name, json) in files)
        {
            File.WriteAllText(Path.Combine(folder, name), json);
        }

        return folder;
    }
}
