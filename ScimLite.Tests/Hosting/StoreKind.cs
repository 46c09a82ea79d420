namespace ScimLite.Tests.Hosting;

/// <summary>The store a test host runs on; the two must behave alike.</summary>
public enum StoreKind
{
    /// <summary>The in-memory store.</summary>
    Memory,

    /// <summary>The Redis store, on the real server that <see cref="RedisServer"/> found or started.</summary>
    Redis,
}
