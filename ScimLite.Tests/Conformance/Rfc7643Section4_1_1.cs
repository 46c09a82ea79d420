using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §4.1.1, <c>password</c>, where the service is set to keep one.</summary>
public sealed class Rfc7643Section4_1_1
{
    const string Secret = "t1meMa$heen";

    static Task<ScimHost> Start(StoreKind store) => ScimHost.StartAsync(store, settings: new Dictionary<string, string> { ["ScimLite:Passwords"] = "hash" });

    static Task<HttpAnswer> Create(ScimHost host, string password = Secret) => host.Client.CreateUser("ada", $",\"password\":\"{password}\"");

    static Task<HttpAnswer> Set(ScimHost host, string id, string password) =>
        host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch($$"""{"op":"replace","path":"password","value":"{{password}}"}"""));

    static async Task<string> Stored(ScimHost host, string id)
    {
        var key = new ResourceKey(host.Tenant, SchemaCatalog.Core.User, id);
        var stored = await host.Services.GetRequiredService<IResourceStore>().GetAsync(key, Follow.None, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(stored!.Stored.Span);
    }

    static async Task<string> Hash(ScimHost host, string id) =>
        System.Text.Json.Nodes.JsonNode.Parse((await Stored(host, id)).Split('\n')[1])!["password"]!.GetValue<string>();

    [Theory, OnBothStores] // "The cleartext value or the hashed value of a password SHALL NOT be returnable by a service provider."
    public async Task No_answer_holds_the_password_or_its_hash(StoreKind store)
    {
        await using var host = await Start(store);
        var created = await Create(host);
        var hash = await Hash(host, created.Id);

        foreach (var answer in new[]
        {
            created, await host.Client.Send("GET", $"Users/{created.Id}"), await host.Client.Send("GET", $"Users/{created.Id}?attributes=password,userName"), await host.Client.Send("GET", "Users?attributes=password"),
            await host.Client.Send("GET", "Users?filter=userName%20sw%20%22a%22"), await Set(host, created.Id, "an0ther"), await host.Client.Send("PUT", $"Users/{created.Id}", """{"userName":"ada","password":"third"}"""),
        })
        {
            Assert.InRange(answer.Status, 200, 201);
            Assert.DoesNotContain("password", answer.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Secret, answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(hash, answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory, OnBothStores] // "password values MUST NOT be stored in cleartext form", "the value SHOULD be hashed", with a salt (§9.2)
    public async Task What_is_stored_is_a_salted_slow_hash_that_the_frameworks_own_hasher_verifies(StoreKind store)
    {
        await using var host = await Start(store);
        var (one, two) = (await Create(host), await host.Client.CreateUser("bob", $",\"password\":\"{Secret}\""));
        var hash = await Hash(host, one.Id);

        Assert.DoesNotContain(Secret, await Stored(host, one.Id), StringComparison.Ordinal);
        Assert.NotEqual(hash, await Hash(host, two.Id));
        Assert.Equal(PasswordVerificationResult.Success, new PasswordHasher<string>().VerifyHashedPassword("", hash, Secret));
        Assert.Equal(PasswordVerificationResult.Failed, new PasswordHasher<string>().VerifyHashedPassword("", hash, "t1meMa$heem"));
        // PBKDF2 with HMAC-SHA512, version 1 of the format, and how often it is applied.
        var bytes = Convert.FromBase64String(hash);
        Assert.Equal([1, 0, 0, 0, 2], bytes[..5]);
        Assert.Equal(210_000, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(5)));
    }

    [Theory, OnBothStores] // "a means to set, replace, or compare": what it is already is no change
    public async Task The_same_password_again_changes_nothing_and_another_one_makes_a_version(StoreKind store)
    {
        await using var host = await Start(store);
        var id = (await Create(host)).Id;

        Assert.Equal("W/\"1\"", (await Set(host, id, Secret)).Is(200).Header("ETag"));
        Assert.Equal("W/\"1\"", (await host.Client.Send("PUT", $"Users/{id}", $$"""{"userName":"ada","password":"{{Secret}}"}""")).Is(200).Header("ETag"));
        Assert.Equal("W/\"2\"", (await Set(host, id, "an0ther")).Is(200).Header("ETag"));
        Assert.Equal(PasswordVerificationResult.Success, new PasswordHasher<string>().VerifyHashedPassword("", await Hash(host, id), "an0ther"));
    }

    [Theory, OnBothStores] // RFC 7644 §3.5.1: a client can't send back what it could not read
    public async Task A_put_without_a_password_keeps_it_and_a_remove_takes_it_away(StoreKind store)
    {
        await using var host = await Start(store);
        var id = (await Create(host)).Id;
        var hash = await Hash(host, id);

        (await host.Client.Send("PUT", $"Users/{id}", """{"userName":"ada","title":"Countess"}""")).Is(200);
        Assert.Equal(hash, await Hash(host, id));
        (await host.Client.Send("PATCH", $"Users/{id}", HttpCalls.Patch("""{"op":"remove","path":"password"}"""))).Is(200);
        Assert.DoesNotContain('\n', await Stored(host, id));
    }

    [Theory, OnBothStores] // "Prepare the cleartext value for international language comparison. See Section 7.8 of [RFC7644]."
    public async Task All_kinds_of_blanks_are_one(StoreKind store)
    {
        await using var host = await Start(store);
        var id = (await Create(host, "caf\\u00e9 noir")).Id;

        Assert.Equal("W/\"1\"", (await Set(host, id, "caf\\u00e9\\u00a0noir")).Is(200).Header("ETag"));
        Assert.Equal("W/\"2\"", (await Set(host, id, "cafe noir")).Is(200).Header("ETag"));
    }

    [Theory, OnBothStores] // "Testing for an equality match MAY be supported": it is not
    public async Task No_filter_asks_for_a_password(StoreKind store)
    {
        await using var host = await Start(store);
        await Create(host);

        foreach (var filter in (string[])["password eq \"t1meMa$heen\"", "password pr", "not (password sw \"t\")", "userName eq \"ada\" and password sw \"t\""])
        {
            (await host.Client.Send("GET", $"Users?filter={Uri.EscapeDataString(filter)}")).Refuses(400, "invalidFilter");
        }

        Assert.Contains("is never returned", (await host.Client.Send("GET", "Users?sortBy=password")).Refuses(400, "invalidValue").Detail, StringComparison.Ordinal);
    }

    [Theory, OnBothStores]
    public async Task A_password_that_can_be_none_is_refused_without_being_repeated(StoreKind store)
    {
        await using var host = await Start(store);
        var id = (await Create(host)).Id;

        foreach (var password in (string[])["", "xyzzy\\u0007", new string('q', 1025)])
        {
            var refused = (await Set(host, id, password)).Refuses(400, "invalidValue");
            Assert.DoesNotContain("xyzzy", refused.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("qqq", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal("W/\"1\"", (await host.Client.Send("GET", $"Users/{id}")).Header("ETag"));
    }

    [Theory, OnBothStores]
    public async Task The_activity_log_tells_that_it_was_set_and_not_to_what(StoreKind store)
    {
        await using var host = await Start(store);
        var id = (await Create(host)).Id;
        (await Set(host, id, "an0ther")).Is(200);

        var log = await host.Services.GetRequiredService<IActivityStore>().ReadActivityAsync(new ActivityRange(host.Tenant, 10), TestContext.Current.CancellationToken);

        var told = System.Text.Json.JsonSerializer.Serialize(log);
        Assert.Contains("password", told, StringComparison.Ordinal);
        foreach (var secret in (string[])[Secret, "an0ther", "AQAAAAIAA"])
        {
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
        }
    }
}
