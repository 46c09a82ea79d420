using Microsoft.Extensions.Logging.Abstractions;
using ScimLite.Protocol.Patches;
using ScimLite.Store;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Tests.Tenancy;

/// <summary>Tokens and the tenants that they stand for.</summary>
public sealed class TenantRegistryTests
{
    const string First = "first-token-0123456789", Second = "second-token-0123456789";

    // In memory a search is over at once.
    sealed class Asked(TenantRegistry registry)
    {
        public Identity? Find(ReadOnlySpan<char> token)
        {
            var found = registry.FindAsync(SecretHash.Of(token), token.ToArray(), CancellationToken.None);
            return found.IsCompletedSuccessfully ? found.Result.Identity
                : throw new InvalidOperationException("A search in memory had to wait.");
        }
    }

    static Asked Registry(params (string Id, TenantSettings Settings)[] tenants)
    {
        var (store, clock) = (new InMemoryTenantStore(TimeProvider.System), TimeProvider.System);
        var settings = new Settings { Tenants = tenants.ToDictionary(t => t.Id, t => t.Settings) };
        return new(new TenantRegistry(settings, store, new CredentialUses(store, clock, NullLogger<CredentialUses>.Instance),
            new EntraTokens(new Assertions(new SigningKeys(settings, clock), clock), settings), clock));
    }

    static readonly Asked Two = Registry(
        ("one", new() { Token = First }),
        ("two", new() { Token = Second, DisplayName = "The Second", Dialect = Dialect.Rfc, UnknownMembers = UnknownMembers.Accept, RequestsPerSecond = 7, ProvisioningEnabled = false }));

    [Fact]
    public void A_token_stands_for_its_own_tenant()
    {
        Assert.Equal("one", Two.Find(First)?.Tenant.Id);
        Assert.Equal("two", Two.Find(Second)?.Tenant.Id);
        Assert.NotEqual("", Two.Find(First)!.Credential);
    }

    [Fact]
    public void What_is_set_for_a_tenant_is_what_it_has_and_its_name_is_its_id_unless_it_has_one()
    {
        Assert.Equal(new Tenant("one", "one", 100, Dialect.Entra, false, true) { UniqueExternalId = true }, Two.Find(First)!.Tenant);
        Assert.Equal(new Tenant("two", "The Second", 7, Dialect.Rfc, true, false) { UniqueExternalId = true }, Two.Find(Second)!.Tenant);
    }

    [Fact]
    public void Nothing_but_the_whole_token_is_the_token()
    {
        for (var length = 0; length < First.Length; length++)
        {
            Assert.Null(Two.Find(First.AsSpan(0, length)));
            Assert.Null(Two.Find(First.AsSpan(length + 1)));
        }

        foreach (var other in (string[])[First + "x", First + First, First.ToUpperInvariant(), First + Second, " " + First, First + "\0", "", " ", "\0", "one", "ü", "\ud800"])
        {
            Assert.Null(Two.Find(other));
        }
    }

    [Theory]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(100_000)]
    public void A_token_of_any_length_is_compared_as_a_whole(int length)
    {
        var token = new string('x', length - 1) + "y";
        var registry = Registry(("one", new() { Token = token }));

        Assert.Equal("one", registry.Find(token)?.Tenant.Id);
        Assert.Null(registry.Find(token.AsSpan(0, length - 1)));
        Assert.Null(registry.Find(new string('x', length)));
        Assert.Null(registry.Find(token + "y"));
    }

    [Fact]
    public void Without_tenants_nobody_is_known()
    {
        Assert.Null(Registry().Find(First));
        Assert.Null(Registry().Find(""));
    }
}
