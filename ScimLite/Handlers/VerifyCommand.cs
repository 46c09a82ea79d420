using System.CommandLine;
using ScimLite.Store;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>The verb <c>verify</c>: walks the configured store, changes nothing, and says what does not agree in it.</summary>
public static class VerifyCommand
{
    // What is told of a store in which nothing fits is the kind of fault, not each of a million resources.
    private const int Most = 100;

    /// <summary>The end of the help.</summary>
    public const string Epilogue = """
        Example:
          ConnectionStrings__Redis=localhost:6379 ScimLite verify

        Exit codes:
          0  Everything agrees
          1  Something does not agree
          2  Wrong usage, no Redis is configured, or a setting is wrong
          3  Redis can't be reached

        """;

    // How long to look for the reason why the store does not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Makes the command. Its exit codes: 0 all agrees, 1 something does not, 2 no store is configured or a setting is wrong, 3 the store can't be reached.</summary>
    public static Command Create()
    {
        var command = new Command("verify", "Walks the configured Redis and checks that documents, indexes, memberships and activity agree. It changes nothing and may run beside the service.");
        command.SetAction(async (_, cancel) =>
        {
            try
            {
                var configuration = ServiceStart.CreateBuilder([]).Configuration;
                var settings = SettingsReader.Read(configuration);
                if (configuration.GetConnectionString("Redis") is not { Length: > 0 } text)
                {
                    Console.Error.WriteLine("No store is configured that lasts: set ConnectionStrings:Redis.");
                    return 2;
                }
                var (redis, tls) = (settings.Redis, settings.Redis.CertificateAuthority);
                await using var connection = new RedisConnection(RedisOptions.Read(text, 0, tls, redis.ClientCertificate, redis.ClientKey));
                try
                {
                    return await RunAsync(new RedisCheck(connection, SchemaFolder.Read(settings)), Console.Out, cancel).ConfigureAwait(false);
                }
                catch (StoreUnavailableException e)
                {
                    var cause = e.InnerException is StoreLayoutException ? null : await connection.ExplainAsync(Patience, cancel).ConfigureAwait(false);
                    Console.Error.WriteLine($"The store can't be read: {cause ?? e.InnerException!.Message}");
                    return 3;
                }
            }
            catch (Exception e) when (ServiceStart.IsSettingsFault(e))
            {
                Console.Error.WriteLine(e.Message);
                return 2;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(RedisCheck check, TextWriter output, CancellationToken cancel)
    {
        var found = 0L;
        foreach (var tenant in await check.TenantsAsync(cancel).ConfigureAwait(false))
        {
            await foreach (var fault in check.CheckAsync(tenant, cancel).ConfigureAwait(false))
            {
                if (++found <= Most)
                {
                    output.WriteLine($"{fault.Tenant} {fault.Type} {fault.Id}: {fault.What}");
                }
            }
        }
        output.WriteLine($"{check.Looked} entries were looked at, {found} don't agree.");
        return found == 0 ? 0 : 1;
    }
}
