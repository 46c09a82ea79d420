using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;

namespace ScimLite.Tests.Benchmarks;

/// <summary>The protocol floor alone. Parsing the body to a document is the baseline: nobody can do less.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class ProtocolBenchmarks
{
    private static readonly ResourceType User = SchemaCatalog.Core.User;
    private readonly byte[] body = Encoding.UTF8.GetBytes(Texts.User("ada"));
    private readonly byte[] patch = Encoding.UTF8.GetBytes(Texts.Title("Countess"));
    private readonly byte[] member = Encoding.UTF8.GetBytes(Texts.Member("Add", "2819c223-7f76-453a-919d-413861904646"));
    private readonly ArrayBufferWriter<byte> output = new(4096);
    private JsonObject resource = null!;
    private StoredResource stored = null!;
    private Func<JsonObject, bool> test = null!;

    /// <summary>Reads the user once.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        using var document = ScimJson.ParseBody(body);
        resource = SchemaRules.Read(document.RootElement, User, new EntraDialect(Dialect.Entra));
        stored = new StoredResource("2819c223", 3, "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", ScimJson.Write(resource), []);
        test = FilterEvaluator.Compile(FilterParser.Parse("title pr and emails[type eq \"work\" and value co \"@contoso\"]", new EntraDialect(Dialect.Entra)), User, new EntraDialect(Dialect.Entra));
    }

    /// <summary>The baseline.</summary>
    [Benchmark(Baseline = true)]
    public int Parse_the_body()
    {
        using var document = ScimJson.ParseBody(body);
        return document.RootElement.GetPropertyCount();
    }

    /// <summary>What a POST costs before the store.</summary>
    [Benchmark]
    public byte[] Read_and_write_a_user()
    {
        using var document = ScimJson.ParseBody(body);
        return ScimJson.Write(SchemaRules.Read(document.RootElement, User, new EntraDialect(Dialect.Entra)));
    }

    /// <summary>What a PATCH of an attribute costs before the store.</summary>
    [Benchmark]
    public JsonObject Patch_a_user()
    {
        using var document = ScimJson.ParseBody(patch);
        var dialect = new EntraDialect(Dialect.Entra);
        var tree = ScimJson.ParseStored(stored.Document.Span);
        PatchApplier.Apply(tree, PatchRequest.Read(document.RootElement, User, dialect).Operations, User, dialect);
        return tree;
    }

    /// <summary>What a PATCH of one member costs before the store.</summary>
    [Benchmark]
    public MembershipDelta? Read_a_member_patch()
    {
        using var document = ScimJson.ParseBody(member);
        var dialect = new EntraDialect(Dialect.Entra);
        var request = PatchRequest.Read(document.RootElement, SchemaCatalog.Core.Group, dialect);
        return MembershipDelta.TryFrom(request, SchemaCatalog.Core.Group, dialect, out _);
    }

    /// <summary>What an answer costs.</summary>
    [Benchmark]
    public int Write_a_stored_user()
    {
        output.ResetWrittenCount();
        ResourceView.Write(output, stored, User, "https://scim.example.com/scim/v2", null);
        return output.WrittenCount;
    }

    /// <summary>What a filter costs to read.</summary>
    [Benchmark]
    public Filter Parse_a_filter() => FilterParser.Parse("userName eq \"ada@contoso.com\" and active eq true", new EntraDialect(Dialect.Entra));

    /// <summary>What a scan costs for each resource.</summary>
    [Benchmark]
    public bool Test_a_user() => test(ResourceView.ToTree(stored, User, "https://scim.example.com/scim/v2"));
}
