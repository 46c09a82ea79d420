using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tests.Hosting;
using StackExchange.Redis;

namespace ScimLite.Tests.Store;

/// <summary>A Redis store on the server of the test run, and a connection of its own to look at what the store wrote.</summary>
public sealed class RedisUnderTest : IAsyncLifetime
{
    private readonly ScimTelemetry telemetry = new();
    private readonly RedisConnection connection = new(RedisServer.ConnectionString);
    private ConnectionMultiplexer? raw;

    /// <summary>Makes the store; its connection opens with the first call.</summary>
    public RedisUnderTest()
    {
        Store = new RedisStore(connection, SchemaCatalog.Core, telemetry);
        Tenants = new RedisTenantStore(connection, telemetry);
        Budget = new RedisRequestBudget(connection);
    }

    /// <summary>The store.</summary>
    public RedisStore Store { get; }

    /// <summary>The store of tenants.</summary>
    public RedisTenantStore Tenants { get; }

    /// <summary>The tenants' budgets of requests.</summary>
    public RedisRequestBudget Budget { get; }

    /// <summary>The server behind it.</summary>
    public IDatabase Database => raw!.GetDatabase();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => raw = await ConnectionMultiplexer.ConnectAsync(RedisServer.ConnectionString + ",allowAdmin=true");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await raw!.DisposeAsync();
        telemetry.Dispose();
    }

    /// <summary>Sends the server a command that concerns more than one key.</summary>
    public IServer Server => raw!.GetServers()[0];
}
