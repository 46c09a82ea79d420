using System.Reflection;
using System.Text.RegularExpressions;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.House;

/// <summary>The laws of the house, read off the sources: which floor may name which, how long a file is, and what no file may hold.</summary>
public sealed partial class HouseTests
{
    private static readonly Dictionary<string, string[]> Floors = new()
    {
        ["Handlers"] = ["Provisioning", "Tenancy", "Store", "Validation", "Protocol", "Telemetry"],
        ["Provisioning"] = ["Store", "Validation", "Protocol", "Telemetry"],
        ["Tenancy"] = ["Store", "Validation", "Protocol", "Telemetry"],
        ["Store"] = ["Protocol", "Telemetry"],
        ["Validation"] = ["Protocol"],
        ["Telemetry"] = [],
        ["Protocol"] = [],
        // A client that shared the server's readers and writers would share their mistakes.
        ["EntraSync"] = [],
        ["Admin"] = [],
    };

    private static string[] Sources(string folder) => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

    private static string Short(string file) => Path.GetRelativePath(Repository.Root, file).Replace(Path.DirectorySeparatorChar, '/');

    [Fact]
    public void A_floor_names_only_those_below_it()
    {
        var offences = from file in Sources("ScimLite")
                       let floor = Short(file).Split('/')[1]
                       where Floors.ContainsKey(floor)
                       from Match name in OurNamespace().Matches(File.ReadAllText(file))
                       let other = name.Groups[1].Value
                       where other != floor && Floors.ContainsKey(other) && !Floors[floor].Contains(other)
                       select $"{Short(file)} names {other}";

        Assert.Empty(offences.Distinct());
    }

    [Fact]
    public void Every_folder_of_the_product_is_a_floor()
    {
        var folders = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "ScimLite")).Select(f => Path.GetFileName(f)!)
            .Where(f => f is not ("bin" or "obj" or "Properties"));

        Assert.Empty(folders.Except(Floors.Keys));
    }

    [Fact]
    public void The_protocol_floor_uses_nothing_but_System()
    {
        var offences = from file in Sources("ScimLite/Protocol")
                       from Match import in Import().Matches(File.ReadAllText(file))
                       let name = import.Groups[1].Value
                       where !name.StartsWith("System", StringComparison.Ordinal) && !name.StartsWith("ScimLite.Protocol", StringComparison.Ordinal)
                       select $"{Short(file)} uses {name}";

        Assert.Empty(offences);
    }

    [Fact]
    public void No_file_has_more_than_400_lines_and_the_map_of_the_service_no_more_than_200()
    {
        var tooLong = Sources("ScimLite").Concat(Sources("ScimLite.Tests")).Select(f => (File: Short(f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > (f.File == "ScimLite/Program.cs" ? 200 : 400));

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Time_comes_through_a_TimeProvider()
    {
        Assert.Empty(Sources("ScimLite").Where(f => Clock().IsMatch(File.ReadAllText(f))).Select(Short));
    }

    [Fact]
    public void No_folder_has_a_name_that_says_nothing_and_no_type_bears_its_namespaces_name()
    {
        string[] empty = ["Utils", "Common", "Services", "Models", "Core", "Helpers"];
        Assert.Empty(Sources("ScimLite").SelectMany(f => Short(f).Split('/')[..^1]).Intersect(empty));

        var types = typeof(Program).Assembly.GetTypes().Where(t => t.Namespace?.StartsWith("ScimLite", StringComparison.Ordinal) == true && t.Name == t.Namespace.Split('.')[^1]);
        Assert.Empty(types.Select(t => t.FullName));
    }

    [Fact]
    public void Every_script_is_loaded_and_every_script_file_is_embedded()
    {
        var embedded = typeof(Program).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("Scripts/", StringComparison.Ordinal))
            .Select(n => n["Scripts/".Length..^".lua".Length]).Where(n => n != "prelude").Order(StringComparer.Ordinal);
        var loaded = typeof(Program).Assembly.GetType("ScimLite.Store.RedisScript")!.GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(p => p.GetValue(null) is not null).Select(p => p.Name.ToLowerInvariant()).Order(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "ScimLite", "Store", "Scripts")).Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(n => n != "prelude").Order(StringComparer.Ordinal);

        Assert.Equal(embedded, loaded);
        Assert.Equal(files, loaded);
    }

    [Fact]
    public void Nothing_stands_at_the_top_level_but_what_was_agreed()
    {
        string[] agreed = ["ScimLite", "ScimLite.Tests", "deploy", "global.json", "ScimLite.sln", "README.md", "LICENSE", "Directory.Build.props", "Directory.Packages.props"];
        var entries = Directory.EnumerateFileSystemEntries(Repository.Root).Select(e => Path.GetFileName(e)!).Where(e => !e.StartsWith('.') && e != "TestResults");

        Assert.Empty(entries.Except(agreed));
    }

    [GeneratedRegex(@"\bScimLite\.(\w+)")]
    private static partial Regex OurNamespace();

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b")]
    private static partial Regex Clock();
}
