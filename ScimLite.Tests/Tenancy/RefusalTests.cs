using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Store;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Telemetry;

namespace ScimLite.Tests.Tenancy;

/// <summary>Refused credentials are visible to the administrator, and never the credential.</summary>
public sealed class RefusalTests
{
    static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    readonly FakeTimeProvider clock = new(Start);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    async Task<AdminHost> StartAsync(StoreKind store, CapturedLog? log = null) => await (await AdminHost.StartAsync(store,
        log is null ? null : new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Trace" },
        services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            if (log is not null)
            {
                services.AddSingleton<ILoggerProvider>(log);
            }
        })).WithTenant();

    static async Task<string> Refused(AdminHost admin, string token)
    {
        using var client = admin.Host.Connect(token);
        return (await client.Send("GET", "Users")).Refuses(401).Detail;
    }

    static async Task<JsonObject[]> Record(AdminHost admin) =>
        [.. (await admin.Send("GET", $"tenants/{admin.Tenant}/refusals")).Is(200).Json["refusals"]!.AsArray().Select(r => r!.AsObject())];

    static Task<HttpAnswer> Ask(AdminHost admin, string id, string secret) =>
        TokenEndpointTests.Ask(admin.Host, $"grant_type=client_credentials&client_id={id}&client_secret={secret}");

    [Theory, OnBothStores]
    public async Task A_revoked_or_expired_secret_token_is_in_its_tenants_record_and_its_bearer_hears_why(StoreKind store)
    {
        await using var admin = await StartAsync(store);
        var (revokedId, revoked) = await admin.IssueToken();
        var (expiredId, expired) = await admin.IssueToken(more: ""","expiresAt":"2026-11-25T13:00:00Z" """);
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/tokens/{revokedId}")).Is(204);
        Assert.Empty(await Record(admin));
        clock.Advance(TimeSpan.FromHours(2));

        Assert.StartsWith("The Secret Token was revoked on 2026-11-25 12:00 UTC.", await Refused(admin, revoked), StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 3; i++)
        {
            Assert.StartsWith("The Secret Token expired on 2026-11-25 13:00 UTC.", await Refused(admin, expired), StringComparison.Ordinal);
        }

        var list = await Record(admin);
        Assert.Equal(
            $$"""{"time":"2026-11-25T14:00:01.000Z","kind":"token","credential":"Entra","credentialId":"{{expiredId}}","prefix":"{{expired[..6]}}","reason":"The Secret Token expired on 2026-11-25 13:00 UTC.","count":3}""",
            list[0].ToJsonString());
        Assert.Equal((revokedId, revoked[..6], 1), ((string?)list[1]["credentialId"], (string?)list[1]["prefix"], (int)list[1]["count"]!));
        var card = (await admin.Send("GET", $"tenants/{admin.Tenant}/status")).Is(200).Json["refusals"]!;
        Assert.Equal((4, "The Secret Token expired on 2026-11-25 13:00 UTC."),
            ((int)card["lastHour"]!, (string?)card["latest"]!["reason"]));

        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("""{"lastHour":0,"latest":null}""",
            (await admin.Send("GET", $"tenants/{admin.Tenant}/status")).Json["refusals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_revoked_token_is_recognised_for_thirty_days()
    {
        await using var admin = await StartAsync(StoreKind.Redis);
        var (id, token) = await admin.IssueToken();
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/tokens/{id}")).Is(204);
        foreach (var (days, said) in ((int, string)[])[(29, "The Secret Token was revoked"),
            (31, "The Secret Token is missing, wrong or expired.")])
        {
            // A replica that starts then: to move a clock by days is to run each timer for days.
            await using var later = await AdminHost.StartAsync(StoreKind.Redis, sameDirectoryAs: admin,
                services: services => services.AddSingleton<TimeProvider>(new FakeTimeProvider(Start.AddDays(days))));
            Assert.StartsWith(said, await Refused(later, token), StringComparison.Ordinal);
        }
    }

    [Theory, OnBothStores]
    public async Task A_client_secret_that_is_wrong_expired_or_revoked_is_in_its_tenants_record(StoreKind store)
    {
        await using var admin = await StartAsync(store);
        var made = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients",
            """{"name":"Entra OAuth","expiresAt":"2026-11-25T12:30:00Z"}""")).Is(201).Json;
        var (id, expired) = ((string)made["clientId"]!, (string)made["secret"]!);
        var second = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients/{id}/secrets", "{}")).Is(201).Json;
        var withdrawn = (string)(await Ask(admin, id, (string)second["secret"]!)).Is(200).Json["access_token"]!;
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{id}/secrets/{second["secretId"]}")).Is(204);
        clock.Advance(TimeSpan.FromHours(1));

        var generic = (string?)(await Ask(admin, Guid.NewGuid().ToString(), expired)).Is(401).Json["error_description"];
        foreach (var (secret, reason, said) in ((string, string, string?)[])
        [
            ("x" + expired[1..], "The client secret is none of this client's.", generic), ("", "", generic),
            (expired, "The client secret expired on 2026-11-25 12:30 UTC.", null),
                ((string)second["secret"]!, "The client secret was revoked on 2026-11-25 12:00 UTC.", null),
        ])
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            var answer = (await Ask(admin, id, secret)).Is(401).Json;
            Assert.StartsWith(said ?? reason, (string?)answer["error_description"], StringComparison.Ordinal);
            if (reason.Length > 0)
            {
                Assert.Equal(("secret", "Entra OAuth", reason),
                    ((string?)(await Record(admin))[0]["kind"], (string?)(await Record(admin))[0]["credential"],
                    (string?)(await Record(admin))[0]["reason"]));
            }
        }
        clock.Advance(TimeSpan.FromSeconds(1));
        (await Ask(admin, id, expired.Insert(3, "x"))).Is(401);
        Assert.Equal(("The client secret is none of this client's.", 2),
            ((string?)(await Record(admin))[0]["reason"], (int)(await Record(admin))[0]["count"]!));

        // An access token that lost its secret, and a client that was deleted.
        var detail = await Refused(admin, await Fresh(withdrawn));
        Assert.Equal("access-token", (string?)(await Record(admin))[0]["kind"]);
        Assert.Contains("revoked", detail, StringComparison.Ordinal);
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{id}")).Is(204);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(generic, (string?)(await Ask(admin, id, "anything")).Is(401).Json["error_description"]);
        Assert.Equal(("Entra OAuth", "The client was deleted on 2026-11-25 13:00 UTC."),
            ((string?)(await Record(admin))[0]["credential"], (string?)(await Record(admin))[0]["reason"]));
        Assert.DoesNotContain(id, (await admin.Send("GET", $"tenants/{admin.Tenant}/clients")).Text, StringComparison.Ordinal);

        // In Redis an access token ends by the server's clock, in memory by the test's; so a new one is taken where the old one is over.
        async Task<string> Fresh(string token)
        {
            if (store == StoreKind.Redis)
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return token;
            }
            var secret = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients/{id}/secrets", "{}")).Is(201).Json;
            var fresh = (string)(await Ask(admin, id, (string)secret["secret"]!)).Is(200).Json["access_token"]!;
            (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{id}/secrets/{secret["secretId"]}")).Is(204);
            clock.Advance(TimeSpan.FromSeconds(1));
            return fresh;
        }
    }

    [Fact]
    public async Task What_belongs_to_nobody_is_in_the_operators_list_with_kind_and_count_and_hardly_ever_a_prefix()
    {
        await using var admin = await StartAsync(StoreKind.Memory);
        var ours = new string('a', 3) + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(31))[..61];
        using var stranger = admin.Host.Connect(null);
        (await stranger.Send("GET", "Users")).Refuses(401);
        foreach (var (scheme, value) in ((string, string)[])[("Basic", Convert.ToBase64String("admin:hunter2"u8)),
            ("Negotiate", "hunter2x"), ("Bearer", "hunter2-hunter2"), ("Bearer", "eyJhbGciOiJub25lIn0.eyJ0aWQiOiJ4In0.")])
        {
            (await stranger.SendBytes("GET", "Users", null, null, [("Authorization", $"{scheme} {value}")])).Refuses(401);
        }
        await Refused(admin, ours);
        await Refused(admin, ours.ToUpperInvariant());
        (await Ask(admin, Guid.NewGuid().ToString(), ours)).Is(401);
        (await Ask(admin, "somebody@example.com", "hunter2")).Is(401);
        (await TokenEndpointTests.Ask(admin.Host, "grant_type=client_credentials")).Is(401);

        var answer = await admin.Send("GET", "refusals");
        var rows = answer.Is(200).Json["refusals"]!.AsArray()
            .Select(r => ((string)r!["kind"]!, (int)r["count"]!, (string?)r["prefix"], (string?)r["credential"])).Order().ToArray();
        Assert.Equal([("basic", 1, null, null), ("bearer", 3, null, null), ("jwt", 1, null, null), ("none", 1, null, null),
            ("none", 1, null, null), ("other", 1, null, null), ("post", 2, null, null)], rows);
        Assert.All((string[])["hunter2", ours, ours[..7], "somebody", "aHVudGVy", "eyJ"], secret =>
            Assert.DoesNotContain(secret, answer.Text, StringComparison.OrdinalIgnoreCase));

        await Refused(admin, ours);
        Assert.Equal(ours[..6], (string?)(await admin.Send("GET", "refusals")).One("refusals", "kind", "bearer")["prefix"]);
        Assert.Empty(await Record(admin));
    }

    [Fact]
    public async Task One_tenants_record_is_no_other_tenants_and_goes_with_the_tenant()
    {
        await using var admin = await StartAsync(StoreKind.Memory);
        var other = $"t{Guid.NewGuid():N}";
        (await admin.Send("POST", "tenants", $$"""{"id":"{{other}}"}""")).Is(201);
        var (id, token) = await admin.IssueToken(other);
        (await admin.Send("DELETE", $"tenants/{other}/tokens/{id}")).Is(204);
        await Refused(admin, token);

        Assert.Empty(await Record(admin));
        Assert.DoesNotContain(id, (await admin.Send("GET", "refusals")).Text, StringComparison.Ordinal);
        Assert.Contains(id, (await admin.Send("GET", $"tenants/{other}/refusals")).Is(200).Text, StringComparison.Ordinal);
        (await admin.Send("DELETE", $"tenants/{other}")).Is(204);
        (await admin.Send("GET", $"tenants/{other}/refusals")).Problem(404);
        Assert.Empty((await admin.Host.Services.GetRequiredService<IRefusalStore>().ReadAsync(other, clock.GetUtcNow(), Cancel)).Refusals);
    }

    [Fact]
    public async Task A_replica_sees_what_another_refused_within_seconds()
    {
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Redis)).WithTenant();
        var second = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var other = await AdminHost.StartAsync(StoreKind.Redis, sameDirectoryAs: admin, services: services =>
            services.AddSingleton<TimeProvider>(second));
        var (id, token) = await admin.IssueToken();
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/tokens/{id}")).Is(204);
        await Refused(other, token);

        var seen = "";
        for (var i = 0; i < 500 && !seen.Contains(id, StringComparison.Ordinal); i++)
        {
            second.Advance(TimeSpan.FromMilliseconds(100));
            seen = (await admin.Send("GET", $"tenants/{admin.Tenant}/refusals")).Text;
        }
        Assert.Contains(id, seen, StringComparison.Ordinal);
    }

    [Theory, OnBothStores]
    public async Task No_secret_is_in_a_log_line_an_answer_or_a_record(StoreKind store)
    {
        using var log = new CapturedLog();
        await using var admin = await StartAsync(store, log);
        var (id, revoked) = await admin.IssueToken();
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/tokens/{id}")).Is(204);
        var made = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", """{"name":"Entra"}""")).Is(201).Json;
        var unknown = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        string[] secrets = [revoked, (string)made["secret"]!, unknown, "a-password-of-somewhere-else"];
        var said = new StringBuilder();
        foreach (var secret in secrets)
        {
            using var client = admin.Host.Connect(secret);
            said.Append((await client.Send("GET", "Users")).Text).Append((await Ask(admin, (string)made["clientId"]!, secret + "x")).Text)
                .Append((await Ask(admin, Guid.NewGuid().ToString(), secret)).Text);
        }
        said.Append((await admin.Send("GET", $"tenants/{admin.Tenant}/refusals")).Is(200).Text)
            .Append((await admin.Send("GET", "refusals")).Is(200).Text)
            .Append((await admin.Send("GET", $"tenants/{admin.Tenant}/status")).Is(200).Text).AppendJoin('\n', log.Lines);

        Assert.NotEmpty(log.Lines);
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(secret, $"{said}", StringComparison.Ordinal);
            Assert.DoesNotContain(secret[..7], $"{said}", StringComparison.Ordinal);
            Assert.DoesNotContain(SecretHash.Of(secret).ToString(), $"{said}", StringComparison.Ordinal);
        }
    }

    // Counts its writes, and is away when a test says so.
    sealed class CountingStore : IRefusalStore
    {
        readonly InMemoryRefusalStore inner = new();

        public int Writes { get; private set; }

        public bool Away { get; set; }

        public ValueTask NoteAsync(string tenant, IReadOnlyList<Refused> refusals, CancellationToken cancel)
        {
            Writes++;
            return Away ? throw new StoreUnavailableException(new TimeoutException()) : inner.NoteAsync(tenant, refusals, cancel);
        }

        public ValueTask<RefusalRecord> ReadAsync(string tenant, DateTimeOffset now, CancellationToken cancel) =>
            inner.ReadAsync(tenant, now, cancel);

        public ValueTask ForgetAsync(string tenant, CancellationToken cancel) => inner.ForgetAsync(tenant, cancel);
    }

    [Fact]
    public async Task A_flood_costs_one_write_and_can_not_displace_what_is_a_tenants()
    {
        var store = new CountingStore();
        using var refusals = new Refusals(store, clock, NullLogger<Refusals>.Instance);
        refusals.Note(new Rejection("acme", new RefusedCredential("token", "x") { CredentialId = "1" }), IPAddress.Loopback);
        for (var i = 0; i < 100_000; i++)
        {
            refusals.Note(Rejection.Nobodys("bearer", "aaaaaa"), new IPAddress(i));
            refusals.Note(new Rejection("acme", new RefusedCredential("secret", "y") { CredentialId = "2" }), new IPAddress(i));
        }
        Assert.Equal(0, store.Writes);
        await refusals.WriteAsync(Cancel);
        await refusals.WriteAsync(Cancel);
        Assert.Equal(2, store.Writes);

        var (nobodys, sum) = await refusals.ReadAsync("", Cancel);
        Assert.Equal((100_000, 100_000), (sum, nobodys.Sum(r => r.Count)));
        Assert.InRange(nobodys.Count, 2, IRefusalStore.MostOfNobody);
        Assert.Null(nobodys.MaxBy(r => r.Count)!.Credential.Address);
        Assert.Equal([1, 100_000], (await refusals.ReadAsync("acme", Cancel)).Refusals.Select(r => r.Count).Order());
    }

    [Fact]
    public async Task What_the_store_did_not_take_is_written_later_and_once()
    {
        var store = new CountingStore { Away = true };
        using var refusals = new Refusals(store, clock, NullLogger<Refusals>.Instance);
        for (var i = 0; i < 3; i++)
        {
            refusals.Note(Rejection.Nobodys("bearer"), IPAddress.Loopback);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => refusals.WriteAsync(Cancel));
        }
        store.Away = false;

        Assert.Equal((1, 3), ((await refusals.ReadAsync("", Cancel)).Refusals.Count, (await refusals.ReadAsync("", Cancel)).LastHour));
    }
}
