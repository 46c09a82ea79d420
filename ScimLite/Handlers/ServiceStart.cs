using System.Security.Cryptography;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>How the process starts: where its settings files are, and one sentence on standard error for what stops it.</summary>
public static class ServiceStart
{
    /// <summary>The exit code of a start that a setting, an argument or an address stopped.</summary>
    public const int Refused = 2;

    private static readonly string[] StartLogs = ["Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Extensions.Hosting.Internal.Host"];

    /// <summary>Reads the configuration: settings files in the folder of the binary whatever the working directory is, environment,
    /// arguments.</summary>
    /// <exception cref="SettingsException">An argument is not read.</exception>
    /// <exception cref="InvalidDataException">A settings file is not JSON.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        CheckArguments(args);
        return WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    }

    /// <summary>Whether an exception is about the configuration, so that its message says what to change.</summary>
    public static bool IsSettingsFault(Exception e) =>
        e is SettingsException or ArgumentException or InvalidDataException or FormatException
            or IOException or UnauthorizedAccessException;

    /// <summary>Says why the service does not start.</summary>
    /// <returns>The exit code.</returns>
    public static int Refuse(Exception fault) =>
        Refuse(fault.InnerException is null
            ? fault.Message : $"{fault.Message} {fault.GetBaseException().Message.ReplaceLineEndings(" ")}");

    /// <summary>Says why the service does not start.</summary>
    /// <returns>The exit code.</returns>
    public static int Refuse(string reason)
    {
        Console.Error.WriteLine($"ScimLite does not start: {reason}");
        return Refused;
    }

    /// <summary>Sets the server up: where it listens when nothing is configured, and its limits.</summary>
    public static void ConfigureServer(this WebApplicationBuilder builder, LimitSettings limits)
    {
        if (ListenAddresses.Read(builder.Configuration).Count == 0)
        {
            builder.WebHost.UseUrls(ListenAddresses.Default);
        }
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The handlers refuse what is too large, in SCIM's shape; a filter may arrive with each character as three.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = 8192 + (3 * limits.MaxFilterLength);
            kestrel.Limits.MaxRequestBufferSize = Math.Max(1_048_576, kestrel.Limits.MaxRequestLineSize);
        });
    }

    /// <summary>Makes the service of what was configured.</summary>
    /// <param name="builder">The configuration and the services.</param>
    /// <param name="reason">Why it can't be made; empty when it can.</param>
    /// <returns>The service; null where it can't be made.</returns>
    public static WebApplication? TryBuild(this WebApplicationBuilder builder, out string reason)
    {
        try
        {
            reason = "";
            return builder.Build();
        }
        catch (Exception e) when (e is InvalidOperationException || IsSettingsFault(e))
        {
            reason = e.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    /// <summary>Checks the levels below <c>Logging</c>, of all providers: the library's own message does not name the key.</summary>
    /// <exception cref="SettingsException">A level is none.</exception>
    public static void CheckLogLevels(IConfiguration configuration)
    {
        var logging = configuration.GetSection("Logging");
        var levels = logging.GetChildren().Select(provider => provider.GetSection("LogLevel")).Append(logging.GetSection("LogLevel"));
        foreach (var level in levels.SelectMany(section => section.GetChildren()))
        {
            if (level.Value is { Length: > 0 } name && !Enum.TryParse<LogLevel>(name, ignoreCase: true, out _))
            {
                throw new SettingsException($"{level.Path} is '{name}'; allowed is {string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }
    }

    /// <summary>Starts the service. The server and the host log nothing of a start that fails; the caller prints its reason once.</summary>
    /// <returns>Null; or why it did not start.</returns>
    public static async Task<string?> TryStartAsync(this WebApplication app, StartLog log)
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
            log.IsOver = true;
            return null;
        }
        catch (Exception e) when (e is not HostAbortedException)
        {
            return ListenAddresses.Explain(e, app.Configuration);
        }
    }

    // The library leaves out what it can't read: the service would then start with other settings than were asked for.
    private static void CheckArguments(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].Contains('='))
            {
                continue;
            }
            // What is no key may be a secret.
            var name = args[i] is ['-' or '/', ..] ? $"'{args[i]}'" : $"number {i + 1}";
            var isKey = args[i].StartsWith("--", StringComparison.Ordinal) || args[i].StartsWith('/');
            if (!isKey || ++i == args.Length)
            {
                throw new SettingsException($"the argument {name} {(isKey ? "has no value" : "is not read")}; "
                    + "allowed are --KEY=VALUE and --KEY VALUE, such as --urls http://localhost:5080.");
            }
        }
    }

    /// <summary>Keeps the server and the host from logging a failed start with its stack. Later lines are logged.</summary>
    public sealed class StartLog
    {
        private volatile bool isOver;

        /// <summary>Filters what the two log.</summary>
        public StartLog(WebApplicationBuilder builder)
        {
            foreach (var category in StartLogs)
            {
                var least = Level(builder.Configuration, category);
                builder.Logging.AddFilter(category, level => level >= least && (isOver || level < LogLevel.Error));
            }
        }

        /// <summary>Whether the service has started.</summary>
        public bool IsOver { get => isOver; set => isOver = value; }

        // The filter replaces the configured rule of its category, which is the one of the longest prefix.
        private static LogLevel Level(ConfigurationManager configuration, string category)
        {
            for (var name = category; name.Length > 0; name = name[..Math.Max(0, name.LastIndexOf('.'))])
            {
                if (Enum.TryParse<LogLevel>(configuration[$"Logging:LogLevel:{name}"], ignoreCase: true, out var level))
                {
                    return level;
                }
            }
            var isSet = Enum.TryParse<LogLevel>(configuration["Logging:LogLevel:Default"], ignoreCase: true, out var otherwise);
            return isSet ? otherwise : LogLevel.Information;
        }
    }
}

/// <summary>What Development makes by itself, so that a newcomer has nothing to configure.</summary>
/// <param name="Settings">The settings with what was made.</param>
/// <param name="Token">The Secret Token of the tenant <c>default</c>; null where the settings have tenants of their own.</param>
/// <param name="AdminKey">The admin key; null where the settings have one.</param>
public sealed record DevelopmentDefaults(Settings Settings, string? Token, string? AdminKey)
{
    // An off-the-shelf conformance suite sends as fast as it can.
    private const int RequestsPerSecond = 100_000;

    /// <summary>Adds a tenant <c>default</c> where there is no tenant, and an admin key where there is none.</summary>
    public static DevelopmentDefaults Make(Settings given)
    {
        var (token, adminKey) = (given.Tenants.Count == 0 ? Secret() : null, given.AdminKey.Length == 0 ? Secret() : null);
        var tenants = token is null ? given.Tenants
            : new Dictionary<string, TenantSettings> { ["default"] = new() { Token = token, RequestsPerSecond = RequestsPerSecond } };
        return new DevelopmentDefaults(given with { Tenants = tenants, AdminKey = adminKey ?? given.AdminKey }, token, adminKey);
    }

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}
