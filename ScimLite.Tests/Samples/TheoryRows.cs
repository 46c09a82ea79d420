using System.Reflection;
using ScimLite.Tests.Hosting;
using Xunit.Sdk;
using Xunit.v3;

namespace ScimLite.Tests.Samples;

/// <summary>Runs a theory on both stores with the same texts, most of them names of sample files.</summary>
/// <remarks>Files are named here and not in a test's body so that one test can prove that none lies unused.</remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnBothStoresAttribute(params string?[] texts) : DataAttribute
{
    /// <summary>One row for each store.</summary>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. Enum.GetValues<StoreKind>().Select(store => new TheoryDataRow([store, .. texts]))]);

    /// <summary>Always true: the rows cost nothing and never change.</summary>
    public override bool SupportsDiscoveryEnumeration() => true;
}

/// <summary>Runs a theory on both stores in both dialects of a tenant: what the RFC prints must not depend on either.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class InBothDialectsAttribute(params string?[] texts) : DataAttribute
{
    static readonly string[] Dialects = ["entra", "rfc"];

    /// <summary>One row for each store and dialect.</summary>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. from store in Enum.GetValues<StoreKind>()
                from dialect in Dialects
                select new TheoryDataRow([store, dialect, .. texts])]);

    /// <summary>Always true: the rows cost nothing and never change.</summary>
    public override bool SupportsDiscoveryEnumeration() => true;
}
