using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>Deleted users and their two ways back: by an administrator's hand, and by a new POST where the tenant wants that.</summary>
public sealed class RestoreTests
{
    static string Groups(JsonObject user) => string.Join(' ', (user["groups"] as JsonArray ?? []).Select(g => g!.Text("display")).Order(StringComparer.Ordinal));

    [Theory, OnBothStores]
    public async Task An_administrator_restores_a_user_with_its_id_and_groups(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var client = host.Host.Client;
        var id = (await client.CreateUser("ada", ""","externalId":"x1","title":"Countess" """)).Id;
        await client.CreateGroup("Engines", id);
        var gone = (await client.CreateGroup("Gone", id)).Id;
        (await client.Send("DELETE", $"Users/{id}")).Is(204);
        (await client.Send("DELETE", $"Groups/{gone}")).Is(204);
        (await client.Send("GET", $"Users/{id}")).Is(404);
        Assert.Equal(0, (await client.Send("GET", "Users?filter=userName%20eq%20%22ada%22")).Total);
        var listed = Assert.Single((await host.Ask("deleted")).Is(200).Json["deleted"]!.AsArray())!;
        Assert.Equal((id, "ada"), (listed.Text("id"), listed.Text("userName")));

        (await host.Ask($"deleted/{id}/restore", "POST")).Is(204);

        var user = (await client.Send("GET", $"Users/{id}")).Is(200).Json;
        Assert.Equal(("ada", "x1", "Countess", "Engines"), (user.Text("userName"), user.Text("externalId"), user.Text("title"), Groups(user)));
        Assert.StartsWith("W/\"2.", user["meta"]!.Text("version"), StringComparison.Ordinal);
        Assert.Equal("restore User restored", (await host.Entries($"&resource={id}"))[0].Short());
        (await host.Ask($"deleted/{id}/restore", "POST")).Problem(404);
        (await host.Ask("deleted/nobody/restore", "POST")).Problem(404);
    }

    [Theory, OnBothStores]
    public async Task A_user_whose_name_was_given_away_is_not_restored(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        var id = (await host.Host.Client.CreateUser("ada")).Id;
        (await host.Host.Client.Send("DELETE", $"Users/{id}")).Is(204);
        var other = (await host.Host.Client.CreateUser("ADA")).Id;
        Assert.NotEqual(id, other);

        Assert.Contains("'ada' is already used", (await host.Ask($"deleted/{id}/restore", "POST")).Problem(409).Detail, StringComparison.Ordinal);

        (await host.Host.Client.Send("DELETE", $"Users/{other}")).Is(204);
        (await host.Ask($"deleted/{id}/restore", "POST")).Is(204);
    }

    [Theory, OnBothStores]
    public async Task A_tenant_may_have_the_old_user_back_when_the_provider_creates_it_again(StoreKind store)
    {
        await using var host = await AdminHost.StartAsync(store);
        await host.WithTenant(""","reprovision":"restore" """);
        using var client = host.Host.Connect((await host.IssueToken()).Token);
        var id = (await client.CreateUser("ada", ""","externalId":"x1","title":"Countess" """)).Id;
        await client.CreateGroup("Engines", id);
        (await client.Send("DELETE", $"Users/{id}")).Is(204);

        var again = await client.CreateUser("Ada", ""","externalId":"x1","nickName":"A" """);

        Assert.Equal((id, "Ada", "A", "", "Engines"), (again.Id, again.Json.Text("userName"), again.Json.Text("nickName"), again.Json.Text("title"), Groups(again.Json)));
        Assert.Equal($"http://localhost/scim/v2/Users/{id}", again.Header("Location"));
        Assert.StartsWith("W/\"2.", again.Header("ETag"), StringComparison.Ordinal);
        Assert.Equal(1, (await client.Send("GET", "Users")).Total);
        var told = (await host.Send("GET", $"tenants/{host.Tenant}/activity?resource={id}")).Is(200).Json["entries"]![0]!.AsObject();
        Assert.Equal("create User restored", told.Short());
        Assert.Equal(["nickName:  > A", "title: Countess > ", "userName: ada > Ada"], told.Changes().Split('\n').Order(StringComparer.Ordinal));
        (await client.Send("DELETE", $"Users/{id}")).Is(204);
        Assert.Equal(id, (await client.CreateUser("renamed", ""","externalId":"x1" """)).Id);
        Assert.NotEqual(id, (await client.CreateUser("somebody else", ""","externalId":"x2" """)).Id);
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_deleted_user_where_nothing_is_to_be_kept()
    {
        await using var host = await AdminHost.StartAsync(StoreKind.Memory, new Dictionary<string, string> { ["ScimLite:Restore:Days"] = "0" });
        var id = (await host.Host.Client.CreateUser("ada")).Id;
        (await host.Host.Client.Send("DELETE", $"Users/{id}")).Is(204);

        Assert.Empty((await host.Ask("deleted")).Is(200).Json["deleted"]!.AsArray());
    }
}
