using ScimLite.Protocol;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>Indexes that were asked for when resources were there already: they are walked through in the order of creation, beside all reads and writes.</summary>
public sealed partial class RedisStore
{
    private const int BuildStep = 200;

    /// <inheritdoc/>
    public async ValueTask<IndexStep> BuildIndexesAsync(string tenant, ResourceType type, CancellationToken cancel)
    {
        var keys = RedisKeys.All(tenant, type, "");
        var name = Guid.NewGuid().ToString("N");
        var read = (RedisResult[])(await RunAsync(RedisScript.Unindexed, "unindexed", keys, [type.IndexShapes, name, BuildStep], cancel).ConfigureAwait(false))!;
        if (read.Length == 0)
        {
            return new IndexStep(Complete: true, Began: false, []);
        }
        var arguments = new List<RedisValue> { (RedisValue)read[0], read.Length - 1 < BuildStep ? Yes : No, type.IndexShapes };
        foreach (var resource in read.Skip(1).Select(r => (RedisValue[])r!))
        {
            var (id, position, head, document) = (resource[0], resource[1], resource[2], resource[3]);
            var terms = document.IsNull ? [] : IndexTerm.Of(ScimJson.ParseStored(StoredResource.WholeOf((ReadOnlyMemory<byte>)document).Span), type);
            arguments.AddRange([id, position, head, Lines(terms), Lines(terms.Where(t => t.Unique))]);
        }
        var reply = (RedisResult[])(await RunAsync(RedisScript.Reindex, "reindex", keys, [.. arguments], cancel).ConfigureAwait(false))!;
        return new IndexStep((int)reply[0] == 1, ((string)read[0]!).StartsWith(name, StringComparison.Ordinal), [.. reply.Skip(1).Select(r => (string[])r!).Select(Shared)]);

        static string Lines(IEnumerable<IndexTerm> terms) => string.Join('\n', terms.Select(t => t.Text));

        // Of the term the name of its index alone, for no value is told to anybody.
        static SharedValue Shared(string[] found) => new(found[0][..found[0].IndexOf('\0', StringComparison.Ordinal)], found[1], found[2]);
    }
}
