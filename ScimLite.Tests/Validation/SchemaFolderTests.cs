using ScimLite.Tests.Hosting;
using ScimLite.Validation;

namespace ScimLite.Tests.Validation;

/// <summary>The folder that <c>ScimLite:SchemaFolder</c> names.</summary>
public sealed class SchemaFolderTests : IDisposable
{
    const string Badge = """
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:example:Badge","name":"Badge","attributes":[{"name":"number"}]}
        """;

    const string User = """
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","schemaExtensions":[{"schema":"urn:example:Badge","required":false}]}
        """;

    readonly string folder = OwnSchemas.Write([("badge.json", Badge), ("user.json", User), ("README.md", "no JSON"), (".hidden.json", "no JSON")]);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Its_JSON_files_are_read_and_nothing_else() => Assert.Equal(["EnterpriseUser", "Badge"], Read());

    [Fact]
    public void Without_one_there_are_the_built_in_schemas() =>
        Assert.Equal(3, SchemaFolder.Read(new Settings()).Schemas.Count);

    [Fact] // Kubernetes: each file is a link to ..data/file, and ..data one to a hidden folder
    public void The_links_of_a_ConfigMap_are_followed_and_what_they_lead_through_is_not_read_twice()
    {
        var hidden = Directory.CreateDirectory(Path.Combine(folder, "..2026_11_25_04_00_00.123"));
        foreach (var file in (string[])["badge.json", "user.json"])
        {
            File.Move(Path.Combine(folder, file), Path.Combine(hidden.FullName, file));
            File.CreateSymbolicLink(Path.Combine(folder, file), Path.Combine("..data", file));
        }

        Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), hidden.Name);

        Assert.Equal(["EnterpriseUser", "Badge"], Read());
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_wrong_setting() => Assert.StartsWith(
        $"ScimLite:SchemaFolder is '{folder}-not'; allowed is a folder that can be read (", Refused(folder + "-not"), StringComparison.Ordinal);

    [Fact]
    public void A_fault_in_a_file_is_a_wrong_setting()
    {
        File.WriteAllText(Path.Combine(folder, "badge.json"), Badge.Replace("\"number\"", "7", StringComparison.Ordinal));

        Assert.Equal($"ScimLite:SchemaFolder is '{folder}', with files that can't be used:{Environment.NewLine}"
            + "badge.json: /attributes/0/name is 7; allowed is 1 to 63 letters, digits, '$', '-' and '_', a letter first (RFC 7643 §2.1).", Refused(folder));
    }

    [Fact]
    public void Files_are_bounded_in_number_and_size()
    {
        File.WriteAllText(Path.Combine(folder, "badge.json"), Badge + new string(' ', 1_048_576));
        Assert.Contains("badge.json has ", Refused(folder), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "badge.json"), Badge);
        for (var i = 0; i < 99; i++)
        {
            File.WriteAllText(Path.Combine(folder, $"x{i}.json"), "{}");
        }

        Assert.Equal($"ScimLite:SchemaFolder is '{folder}', with 101 files; allowed are 100 at most.", Refused(folder));
    }

    IEnumerable<string> Read() => SchemaFolder.Read(new Settings { SchemaFolder = folder }).User.Extensions.Select(e => e.Name);

    static string Refused(string folder) => Assert.Throws<SettingsException>(() => SchemaFolder.Read(new Settings { SchemaFolder = folder })).Message;
}
