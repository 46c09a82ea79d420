using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>A script of the store, run by its hash; sent in full where the server doesn't know it, after a restart or a fail-over.</summary>
internal sealed partial class RedisScript
{
    // Blocks between blank lines, each of which defines one name.
    private static readonly string[] Prelude = Load("prelude").ReplaceLineEndings("\n").Split("\n\n");

    private readonly string text;
    private readonly byte[] hash;

    private RedisScript(string name)
    {
        text = WithPrelude(Load(name));
        hash = Sha1(text);
    }

    public static RedisScript Get { get; } = new("get");

    public static RedisScript Links { get; } = new("links");

    public static RedisScript Query { get; } = new("query");

    public static RedisScript Commit { get; } = new("commit");

    public static RedisScript Delete { get; } = new("delete");

    public static RedisScript Check { get; } = new("check");

    public static RedisScript Sweep { get; } = new("sweep");

    public static RedisScript Activity { get; } = new("activity");

    public static RedisScript Append { get; } = new("append");

    public static RedisScript SaveTenant { get; } = new("savetenant");

    public static RedisScript RemoveTenant { get; } = new("removetenant");

    public static RedisScript Budget { get; } = new("budget");

    public static RedisScript FindTenant { get; } = new("findtenant");

    public static RedisScript Members { get; } = new("members");

    public static RedisScript Count { get; } = new("count");

    public static RedisScript Status { get; } = new("status");

    public static RedisScript Claim { get; } = new("claim");

    public static RedisScript Decide { get; } = new("decide");

    public static RedisScript Deleted { get; } = new("deleted");

    public static RedisScript Purge { get; } = new("purge");

    public static RedisScript Unindexed { get; } = new("unindexed");

    public static RedisScript Reindex { get; } = new("reindex");

    public static RedisScript Secret { get; } = new("secret");

    public static RedisScript Refuse { get; } = new("refuse");

    public async Task<RedisResult> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(hash, keys, arguments).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(text, keys, arguments).ConfigureAwait(false);
        }
    }

    // To define a function costs Redis time in each call, so a script defines no others than it uses. What a block needs stands before it.
    private static string WithPrelude(string script)
    {
        foreach (var block in Prelude.Reverse())
        {
            var defined = Definition().Match(block);
            if (defined.Success && Regex.IsMatch(script, $@"\b{defined.Groups[1].Value}\b"))
            {
                script = block + "\n" + script;
            }
        }
        return script;
    }

    [GeneratedRegex(@"^local (?:function )?(\w+)", RegexOptions.Multiline)]
    private static partial Regex Definition();

    private static string Load(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"Scripts/{name}.lua")
            ?? throw new InvalidOperationException($"The script {name} is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1; nothing is kept secret by it.")]
    private static byte[] Sha1(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
}
