using System.Text.RegularExpressions;

namespace ScimLite.Validation;

/// <summary>The settings can't be used; the message names each key, its value and what is allowed.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>Reads and checks the settings before anything else starts.</summary>
public static partial class SettingsReader
{
    /// <summary>Reads the section <c>ScimLite</c>.</summary>
    /// <param name="configuration">Where it is.</param>
    /// <param name="forProduction">Whether nothing is made up later for what is not set, as in Development.</param>
    /// <exception cref="SettingsException">A key is unknown, or a value is not of its type or out of its range.</exception>
    public static Settings Read(IConfiguration configuration, bool forProduction = false)
    {
        Settings settings;
        var section = configuration.GetSection("ScimLite");
        SettingsKeys.Check(section);
        try
        {
            settings = (section.Get<Settings>() ?? new Settings()) with { Tenants = ReadTenants(section.GetSection("Tenants")) };
        }
        catch (InvalidOperationException e) when (Unreadable().Match(e.Message) is { Success: true } match)
        {
            var key = match.Groups["key"].Value;
            var allowed = SettingsValidator.Allowed.GetValueOrDefault(key[(key.LastIndexOf(':') + 1)..], "a value of another kind");
            throw new SettingsException($"{key} is '{match.Groups["value"].Value}'; allowed is {allowed}.");
        }
        if (section["KnownProxies"] is { Length: > 0 } proxies)
        {
            settings = settings with { KnownProxies = proxies.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) };
        }
        var result = new SettingsValidator().Validate(settings);
        if (!result.IsValid)
        {
            throw new SettingsException(string.Join(Environment.NewLine, result.Errors.Select(e => e.ErrorMessage)));
        }
        if (forProduction && settings.OpenIdConnect.IsOn && settings.AdminKey.Length == 0)
        {
            throw new SettingsException("ScimLite:AdminKey is empty, and ScimLite:OpenIdConnect is set; allowed is a key of 16 characters or more, because without one there is no admin page to sign in at.");
        }
        return settings;
    }

    // One by one: of a dictionary the binder leaves out what it can't read, and says nothing.
    private static Dictionary<string, TenantSettings> ReadTenants(IConfigurationSection tenants)
    {
        foreach (var section in tenants.GetChildren().Prepend(tenants))
        {
            if (!string.IsNullOrEmpty(section.Value))
            {
                throw new SettingsException($"{section.Path} is one value; allowed are tenants by id, such as ScimLite:Tenants:acme:Token.");
            }
        }
        return tenants.GetChildren().ToDictionary(t => t.Key, t => t.Get<TenantSettings>() ?? new TenantSettings());
    }

    // The binder's own words for a value that it can't convert.
    [GeneratedRegex("configuration value (?:'(?<value>.*)' )?at '(?<key>[^']+)'", RegexOptions.Singleline)]
    private static partial Regex Unreadable();
}
