using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Tenancy;

/// <summary>Two replicas on one Redis: what an administrator does on one holds on the other in time.</summary>
public sealed class ReplicaTests
{
    static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // A second replica whose clock stands still until the test moves it; one that is deaf hears of no change.
    static Task<AdminHost> Second(AdminHost first, TimeProvider clock, bool deaf = false) => AdminHost.StartAsync(StoreKind.Redis, sameDirectoryAs: first, services: services =>
    {
        services.AddSingleton(clock);
        if (deaf)
        {
            services.AddSingleton(provider => Faulty.Wrap(new RedisTenantStore(provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<ScimTelemetry>()), (call, _) => call == "WatchAsync"));
        }
    });

    static async Task<HttpAnswer> Until(Func<Task<HttpAnswer>> call, int status)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var answer = await call();
            if (answer.Status == status || patience.Elapsed > TimeSpan.FromSeconds(20))
            {
                return answer.Is(status);
            }
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_token_revoked_on_one_replica_is_worthless_on_the_other_as_soon_as_it_is_told()
    {
        await using var first = await (await AdminHost.StartAsync(StoreKind.Redis)).WithTenant();
        await using var second = await Second(first, new FakeTimeProvider(Start));
        var (id, token) = await first.IssueToken();
        using var client = second.Host.Connect(token);
        await Until(() => client.Send("GET", "Users"), 200);

        (await first.Send("DELETE", $"tenants/{first.Tenant}/tokens/{id}")).Is(204);

        // Time stands still there, so nothing but the message can tell it.
        (await Until(() => client.Send("GET", "Users"), 401)).Refuses(401);
    }

    [Fact]
    public async Task Access_tokens_and_entras_own_end_on_the_other_replica_as_soon_as_it_is_told()
    {
        var clock = new FakeTimeProvider(Start);
        await using var issuer = await LocalIssuer.StartAsync();
        var entra = Guid.NewGuid().ToString();
        Task<AdminHost> Replica(AdminHost? beside) => AdminHost.StartAsync(StoreKind.Redis, new Dictionary<string, string> { ["ScimLite:OAuth:KeyHosts:0"] = "127.0.0.1", ["ScimLite:OAuth:EntraAuthority"] = issuer.Url },
            services => services.AddSingleton<TimeProvider>(clock), sameDirectoryAs: beside);
        await using var first = await (await Replica(null)).WithTenant($$""","entraTenantId":"{{entra}}" """);
        await using var second = await Replica(first);
        var made = (await first.Send("POST", $"tenants/{first.Tenant}/clients", """{"name":"x"}""")).Is(201).Json;
        var more = (await first.Send("POST", $"tenants/{first.Tenant}/clients/{made["clientId"]}/secrets", "{}")).Is(201).Json;
        async Task<HttpClient> Granted(string secret) => second.Host.Connect((string)(await TokenEndpointTests.Ask(first.Host, $"grant_type=client_credentials&client_id={made["clientId"]}&client_secret={secret}")).Is(200).Json["access_token"]!);
        using var one = await Granted((string)made["secret"]!);
        using var two = await Granted((string)more["secret"]!);
        using var own = second.Host.Connect(issuer.Key.Sign(new System.Text.Json.Nodes.JsonObject
        {
            ["aud"] = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621", ["iss"] = $"https://sts.windows.net/{entra}/", ["nbf"] = Start.ToUnixTimeSeconds(), ["exp"] = Start.AddHours(1).ToUnixTimeSeconds(),
            ["appid"] = "00000014-0000-0000-c000-000000000000", ["sub"] = "x", ["tid"] = entra, ["ver"] = "1.0",
        }));
        foreach (var client in (HttpClient[])[one, two, own])
        {
            await Until(() => client.Send("GET", "Users"), 200);
        }

        // Time stands still on both, so nothing but the message can tell it.
        (await first.Send("DELETE", $"tenants/{first.Tenant}/clients/{made["clientId"]}/secrets/{made["secretId"]}")).Is(204);
        (await Until(() => one.Send("GET", "Users"), 401)).Refuses(401);
        (await two.Send("GET", "Users")).Is(200);
        (await first.Send("DELETE", $"tenants/{first.Tenant}/clients/{made["clientId"]}")).Is(204);
        (await Until(() => two.Send("GET", "Users"), 401)).Refuses(401);
        (await own.Send("GET", "Users")).Is(200);
        (await first.Send("PATCH", $"tenants/{first.Tenant}", """{"entraTenantId":null}""")).Is(200);
        (await Until(() => own.Send("GET", "Users"), 401)).Refuses(401);
    }

    [Fact]
    public async Task Where_the_message_is_lost_it_is_worthless_after_four_seconds()
    {
        var clock = new FakeTimeProvider(Start);
        await using var first = await (await AdminHost.StartAsync(StoreKind.Redis, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        await using var second = await Second(first, clock, deaf: true);
        var (id, token) = await first.IssueToken();
        var clientId = (string)(await first.Send("POST", $"tenants/{first.Tenant}/clients", """{"name":"x"}""")).Is(201).Json["clientId"]!;
        var secret = (string)(await first.Send("POST", $"tenants/{first.Tenant}/clients/{clientId}/secrets", "{}")).Is(201).Json["secret"]!;
        var given = (string)(await TokenEndpointTests.Ask(first.Host, $"grant_type=client_credentials&client_id={clientId}&client_secret={secret}")).Is(200).Json["access_token"]!;
        using var client = second.Host.Connect(token);
        using var oauth = second.Host.Connect(given);
        (await client.Send("GET", "Users")).Is(200);
        (await oauth.Send("GET", "Users")).Is(200);

        (await first.Send("DELETE", $"tenants/{first.Tenant}/tokens/{id}")).Is(204);
        (await first.Send("DELETE", $"tenants/{first.Tenant}/clients/{clientId}")).Is(204);

        (await client.Send("GET", "Users")).Is(200);
        clock.Advance(TenantRegistry.Usable);
        (await client.Send("GET", "Users")).Refuses(401);
        (await oauth.Send("GET", "Users")).Refuses(401);
    }

    [Fact]
    public async Task A_busy_token_is_read_again_beside_the_requests_and_pauses_with_its_tenant()
    {
        var clock = new FakeTimeProvider(Start);
        await using var first = await (await AdminHost.StartAsync(StoreKind.Redis)).WithTenant();
        await using var second = await Second(first, clock, deaf: true);
        using var client = second.Host.Connect((await first.IssueToken()).Token);
        (await client.Send("GET", "Users")).Is(200);
        (await first.Send("PATCH", $"tenants/{first.Tenant}", """{"provisioningEnabled":false}""")).Is(200);

        (await client.Send("GET", "Users")).Is(200);
        clock.Advance(TenantRegistry.Fresh + TimeSpan.FromMilliseconds(1));

        (await Until(() => client.Send("GET", "Users"), 503)).Refuses(503);
    }

    [Fact]
    public async Task Tokens_are_rotated_under_load_without_one_failed_request()
    {
        await using var first = await (await AdminHost.StartAsync(StoreKind.Redis)).WithTenant();
        await using var second = await AdminHost.StartAsync(StoreKind.Redis, sameDirectoryAs: first);
        var (oldId, old) = await first.IssueToken();
        HttpClient[] before = [first.Host.Connect(old), second.Host.Connect(old)], after = before;
        var (current, failures, stop) = (before, 0, false);
        var seen = new int[8];
        var workers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (var n = 0; !Volatile.Read(ref stop); n++)
            {
                var clients = Volatile.Read(ref current);
                var answer = await clients[n % 2].Send(n % 4 == 0 ? "POST" : "GET", "Users", n % 4 == 0 ? $$"""{"userName":"u{{i}}-{{n}}"}""" : null);
                Interlocked.Add(ref failures, answer.Status is 200 or 201 ? 0 : 1);
                Volatile.Write(ref seen[i], clients == before ? 1 : 2);
            }
        }, Cancel)).ToArray();
        await AllAre(1);

        for (var round = 0; round < 3; round++)
        {
            var (id, token) = await first.IssueToken();
            after = [first.Host.Connect(token), second.Host.Connect(token)];
            Array.Clear(seen);
            before = after;
            Volatile.Write(ref current, after);
            await AllAre(1);
            // Nobody uses the old one any more; what is in flight with it has been answered.
            (await first.Send("DELETE", $"tenants/{first.Tenant}/tokens/{oldId}")).Is(204);
            (oldId, old) = (id, token);
        }
        Volatile.Write(ref stop, true);
        await Task.WhenAll(workers);

        Assert.Equal(0, failures);
        Assert.Single((await first.Send("GET", $"tenants/{first.Tenant}/tokens")).Is(200).Json["tokens"]!.AsArray());

        async Task AllAre(int generation)
        {
            while (Enumerable.Range(0, seen.Length).Any(i => Volatile.Read(ref seen[i]) != generation))
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Two_replicas_let_one_tenants_rate_through_and_no_more_and_another_tenant_notices_nothing()
    {
        var clock = new FakeTimeProvider(Start);
        await using var first = await AdminHost.StartAsync(StoreKind.Redis, services: services => services.AddSingleton<TimeProvider>(clock));
        await using var second = await Second(first, clock);
        (await first.Send("POST", "tenants", $$"""{"id":"{{first.Tenant}}","requestsPerSecond":20}""")).Is(201);
        var token = (await first.IssueToken()).Token;
        HttpClient[] clients = [first.Host.Connect(token), second.Host.Connect(token)];
        async Task<int> Passed(int requests)
        {
            var passed = 0;
            for (var i = 0; i < requests; i++)
            {
                var answer = await clients[i % 2].Send("GET", "Users?count=0");
                Assert.Equal(answer.Status == 429 ? "1" : null, answer.Header("Retry-After"));
                passed += answer.Status == 200 ? 1 : answer.Refuses(429) is null ? 1 : 0;
                (await (i % 2 == 0 ? first : second).Host.Client.Send("GET", "Users?count=0")).Is(200);
            }
            return passed;
        }

        Assert.Equal(40, await Passed(60));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(20, await Passed(40));
    }

    [Fact]
    public async Task A_store_that_is_away_is_503_for_a_credential_that_is_not_known_here_and_never_401()
    {
        var away = false;
        var clock = new FakeTimeProvider(Start);
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddSingleton(Faulty.Wrap(new InMemoryTenantStore(clock), (_, _) => away ? throw new StoreUnavailableException(new TimeoutException()) : false));
        })).WithTenant();
        using var known = admin.Host.Connect((await admin.IssueToken()).Token);
        using var other = admin.Host.Connect((await admin.IssueToken()).Token);
        (await known.Send("GET", "Users")).Is(200);
        away = true;

        (await known.Send("GET", "Users")).Is(200);
        Assert.NotNull((await other.Send("GET", "Users")).Refuses(503).Header("Retry-After"));
        (await admin.Host.Client.Send("GET", "Users")).Is(200);
        (await admin.Send("GET", "tenants")).Problem(503);
        Assert.Equal("temporarily_unavailable", (string)(await TokenEndpointTests.Ask(admin.Host, $"grant_type=client_credentials&client_id={Guid.NewGuid()}&client_secret=x")).Is(503).Json["error"]!);
        clock.Advance(TenantRegistry.Usable);
        (await known.Send("GET", "Users")).Refuses(503);

        away = false;
        (await known.Send("GET", "Users")).Is(200);
        (await other.Send("GET", "Users")).Is(200);
    }

    [Fact]
    public async Task What_a_request_leaves_behind_while_its_tenant_is_deleted_is_swept_up_later()
    {
        var clock = new FakeTimeProvider(Start);
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Redis, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        var directory = new ScimLite.Tests.Store.TestTenant(admin.Host.Services.GetRequiredService<IResourceStore>(), admin.Tenant);
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}")).Is(204);
        await directory.CreateUser("late");
        var sweeper = admin.Host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<TenantSweeper>().Single();

        await sweeper.SweepAsync(Cancel);
        (await admin.Send("POST", "tenants", $$"""{"id":"{{admin.Tenant}}"}""")).Problem(409);
        clock.Advance(TimeSpan.FromSeconds(30));
        await sweeper.SweepAsync(Cancel);

        (await admin.Send("POST", "tenants", $$"""{"id":"{{admin.Tenant}}"}""")).Is(201);
        using var client = admin.Host.Connect((await admin.IssueToken()).Token);
        Assert.Equal(0, (await client.Send("GET", "Users")).Is(200).Total);
    }
}

/// <summary>A store of tenants some of whose calls are not done.</summary>
public class Faulty : DispatchProxy
{
    private ITenantStore inner = null!;
    private Func<string, object?[]?, bool> swallow = null!;

    /// <summary>Wraps a store.</summary>
    /// <param name="inner">The store.</param>
    /// <param name="swallow">Whether a call is to be done in appearance only; may throw.</param>
    public static ITenantStore Wrap(ITenantStore inner, Func<string, object?[]?, bool> swallow)
    {
        var store = Create<ITenantStore, Faulty>();
        (((Faulty)(object)store).inner, ((Faulty)(object)store).swallow) = (inner, swallow);
        return store;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        swallow(targetMethod!.Name, args) ? ValueTask.CompletedTask : targetMethod.Invoke(inner, args);
}
