using Microsoft.Extensions.Configuration;

namespace ScimLite.Tests.Validation;

/// <summary>Configuration of a test.</summary>
internal static class Configuration
{
    public static IConfigurationRoot Of(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();
}
