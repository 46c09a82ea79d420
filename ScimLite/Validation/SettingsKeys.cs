using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace ScimLite.Validation;

/// <summary>
/// The keys that exist under <c>ScimLite</c>, derived from the types of the settings. A mistyped key would otherwise be ignored, and
/// the setting that it was meant for keeps its default.
/// </summary>
internal static class SettingsKeys
{
    private const string AnyId = "<id>";

    /// <summary>Checks that each key of a section is a setting, in any case of its letters.</summary>
    /// <param name="section">The section <c>ScimLite</c>, of all configuration sources together.</param>
    /// <exception cref="SettingsException">A key is unknown; the message names it and the nearest known key, and no value.</exception>
    public static void Check(IConfigurationSection section)
    {
        var faults = Faults(section, typeof(Settings)).ToArray();
        if (faults.Length > 0)
        {
            throw new SettingsException(string.Join(Environment.NewLine, faults));
        }
    }

    private static IEnumerable<string> Faults(IConfigurationSection section, Type type)
    {
        var children = section.GetChildren().ToArray();
        if (IsValue(type))
        {
            return children.SelectMany(Unknown);
        }
        if (ItemOfList(type) is { } item)
        {
            var withCommas = section.Key.Equals(nameof(Settings.KnownProxies), StringComparison.OrdinalIgnoreCase);
            return OneValue(section, section.Path + ":0", allowed: withCommas)
                .Concat(children.SelectMany(c => IsIndex(c.Key) ? Faults(c, item) : Unknown(c)));
        }
        if (ItemOfDictionary(type) is { } named)
        {
            // One value in the place of an item is reported by the reader of the dictionary.
            return children.SelectMany(c => Faults(c, named));
        }
        var properties = Properties(type).ToDictionary(p => p.Name, p => p.PropertyType, StringComparer.OrdinalIgnoreCase);
        return OneValue(section, $"{section.Path}:{properties.Keys.First()}", allowed: section.Path.Count(c => c == ':') is 0 or 2)
            .Concat(children.SelectMany(c => properties.TryGetValue(c.Key, out var property) ? Faults(c, property) : Unknown(c)));
    }

    private static IEnumerable<string> OneValue(IConfigurationSection section, string example, bool allowed)
    {
        if (!allowed && !string.IsNullOrEmpty(section.Value))
        {
            yield return $"{section.Path} is one value; allowed are keys below it, such as {example}.";
        }
    }

    // The whole key as it was set, not only its first unknown part.
    private static IEnumerable<string> Unknown(IConfigurationSection section)
    {
        var children = section.GetChildren().ToArray();
        string[] own = children.Length == 0 || section.Value is not null
            ? [$"{section.Path} is not a setting; the nearest is {Nearest(section.Path)}."] : [];
        return own.Concat(children.SelectMany(Unknown));
    }

    private static string Nearest(string path)
    {
        var (parent, name) = Split(path);
        var isOfTenant = path.StartsWith("ScimLite:Tenants:", StringComparison.OrdinalIgnoreCase);
        var id = isOfTenant && path.Split(':') is [_, _, var tenant, _, ..] ? tenant : AnyId;
        return All("ScimLite", typeof(Settings)).Select(key => key.Replace(AnyId, id, StringComparison.Ordinal)).MinBy(key =>
        {
            if (path.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase))
            {
                // A value where the path goes on below it.
                return 0;
            }
            var (knownParent, knownName) = Split(key);
            // The name says more about what was meant than its place.
            return (2 * Distance(name, knownName)) + Distance(parent, knownParent);
        })!;
    }

    private static (string Parent, string Name) Split(string path)
    {
        var last = path.LastIndexOf(':');
        return (path[..last], path[(last + 1)..]);
    }

    private static bool IsIndex(string key) => int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static IEnumerable<string> All(string path, Type type) =>
        IsValue(type) ? [path]
        : ItemOfList(type) is { } item ? All(path + ":0", item)
        : ItemOfDictionary(type) is { } named ? All($"{path}:{AnyId}", named)
        : Properties(type).SelectMany(p => All($"{path}:{p.Name}", p.PropertyType));

    // What the configuration binder sets. Of the rest, such as IsOn, it knows nothing either.
    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true });

    private static bool IsValue(Type type) => !type.IsArray && TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static Type? ItemOfList(Type type) => ItemOfDictionary(type) is null ? Item(type, typeof(IEnumerable<>), 0) : null;

    private static Type? ItemOfDictionary(Type type) =>
        Item(type, typeof(IReadOnlyDictionary<,>), 1) ?? Item(type, typeof(IDictionary<,>), 1);

    private static Type? Item(Type type, Type shape, int argument) => type.GetInterfaces().Prepend(type)
        .FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == shape)?.GetGenericArguments()[argument];

    // Levenshtein's: characters to insert, delete or replace, whatever their case.
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1)));
            }
        }
        return row[^1];
    }
}
