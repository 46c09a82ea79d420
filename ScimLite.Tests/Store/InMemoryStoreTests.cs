using ScimLite.Store;

namespace ScimLite.Tests.Store;

/// <summary>The contract on the store in memory, which is the specification of the other.</summary>
public sealed class InMemoryStoreTests() : StoreContract(new InMemoryStore())
{
    [Fact]
    public void It_is_called_memory() => Assert.Equal("memory", new InMemoryStore().Name);
}
