using System.Text;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using StackExchange.Redis;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>The walk through the store finds nothing in a directory that calls made, and each thing that is out of step.</summary>
public sealed class RedisCheckTests(RedisUnderTest redis) : IClassFixture<RedisUnderTest>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    async Task<List<string>> Check(TestTenant tenant)
    {
        await using var connection = new RedisConnection(Hosting.RedisServer.ConnectionString);
        var check = new RedisCheck(connection, SchemaCatalog.Core);
        Assert.Contains(tenant.Id, await check.TenantsAsync(Cancel));
        var found = new List<string>();
        await foreach (var fault in check.CheckAsync(tenant.Id, Cancel))
        {
            found.Add($"{fault.Type} {fault.Id}: {fault.What}");
        }
        Assert.True(check.Looked > 10);
        return [.. found.Order(StringComparer.Ordinal)];
    }

    async Task<TestTenant> Directory()
    {
        var tenant = new TestTenant(redis.Store);
        await tenant.CreateUsers("a", "b", "c", "d");
        await tenant.CreateGroup("g", "a", "b", "nobody");
        await tenant.CreateGroup("h", "g", "c");
        await tenant.Change("g", add: ["c"], remove: ["a"]);
        await tenant.Rename(User, "b", "Zoë \u0001 \n end");
        await tenant.Delete(User, "d");
        await tenant.Delete(Group, "h");
        return tenant;
    }

    [Fact]
    public async Task A_directory_that_calls_made_agrees_also_while_others_write_and_in_the_midst_of_a_deletion()
    {
        var tenant = await Directory();
        Assert.Empty(await Check(tenant));

        await tenant.CreateGroup("big", [.. Enumerable.Range(0, (2 * RedisStore.MostLinks) + 1).Select(i => $"m{i:D6}")]);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await tenant.CreateUser($"u{i}");
                await tenant.Change("g", add: [$"u{i}"]);
                await tenant.Rename(User, $"u{i}", $"new {i}");
                await tenant.Delete(User, $"u{i}");
            }
            await tenant.Delete(Group, "big");
        }, Cancel);
        do
        {
            Assert.Empty(await Check(tenant));
        }
        while (!writing.IsCompleted);
        await writing;
        Assert.Empty(await Check(tenant));
    }

    [Fact]
    public async Task Documents_with_hidden_attributes_agree_by_both_of_their_lines()
    {
        var tenant = new TestTenant(redis.Store);
        await tenant.CreateUsers("a", "b");
        await tenant.CreateGroup("g", "a", "b");
        var hidden = tenant.Document(User, "h", "ada", Expected.Absent, r => r["externalId"] = "x1");
        var whole = Encoding.UTF8.GetString(hidden.Document!.Value.Span);
        await tenant.Done(hidden with { Document = Encoding.UTF8.GetBytes("""{"id":"h"}""" + "\n" + whole) });

        Assert.Empty(await Check(tenant));

        foreach (var (document, told) in ((string, string)[])
        [
            ("""{"id":"other"}""" + "\n" + whole, "the document bears another id"),
            ("{\n" + whole, "the document is no JSON"),
            ("""{"id":"h"}""" + "\n{", "the document is no JSON"),
            ("""{"id":"h"}""" + "\n" + """{"id":"h"}""", "the head lists other terms than the document has"),
        ])
        {
            await redis.Database.HashSetAsync($"scimlite:{{{tenant.Id}}}:documents:User", "h", document);
            Assert.Equal([$"User h: {told}"], await Check(tenant));
        }
    }

    [Fact]
    public async Task Each_part_that_is_out_of_step_is_told()
    {
        foreach (var (spoil, told) in ((Func<IDatabase, string, Task>, string[])[])
        [
            ((d, p) => d.HashDeleteAsync($"{p}documents:User", "a"), ["User a: it has no document"]),
            ((d, p) => d.HashSetAsync($"{p}documents:User", "a", "{"), ["User a: the document is no JSON"]),
            ((d, p) => d.HashSetAsync($"{p}documents:User", "a", """{"id":"b"}"""), ["User a: the document bears another id"]),
            ((d, p) => d.HashSetAsync($"{p}documents:User", "a", """{"id":"a","userName":"other"}"""), ["User a: the head lists other terms than the document has"]),
            ((d, p) => d.HashDeleteAsync($"{p}heads:User", "a"),
                ["User a: a document is there of a resource that is not", "User a: a name is there of a resource that is not", "User a: a order is there of a resource that is not", "User a: the index names a resource that is not there"]),
            ((d, p) => d.SortedSetRemoveAsync($"{p}order:User", "a"), ["User a: it is not in the order"]),
            ((d, p) => d.HashDeleteAsync($"{p}names", "a"), ["User a: it has no name, or another type's"]),
            ((d, p) => d.SortedSetRemoveAsync($"{p}index:User", "userName\0NAME OF A\0a"), ["User a: the index lacks a term of it"]),
            ((d, p) => d.SortedSetAddAsync($"{p}index:User", "userName\0SOMEBODY\0a", 0), ["User a: the index has a term that it does not"]),
            ((d, p) => d.SortedSetRemoveAsync($"{p}index:User", "meta.lastModified\02026-01-02T03:04:05.6780000\0a"), ["User a: the index lacks the time of its last change"]),
            ((d, p) => d.SortedSetRemoveAsync($"{p}memberOf", "b\0g"), ["Group g: a membership is kept on one side alone"]),
            ((d, p) => d.SortedSetRemoveAsync($"{p}members", "g\0b"), ["Group b: a membership is kept on one side alone"]),
            ((d, p) => Task.WhenAll(d.SortedSetAddAsync($"{p}members", "gone\0b", 0), d.SortedSetAddAsync($"{p}memberOf", "b\0gone", 0)),
                ["Group b: a membership is kept of a group that is not there", "Group gone: a membership is kept of a group that is not there"]),
            ((d, p) => d.StringSetAsync($"{p}sequence", "1"), ["Group : the counter lies behind what was counted", "User : the counter lies behind what was counted"]),
            ((d, p) => d.HashSetAsync($"{p}log", "9999", "{}"), ["User 9999: an entry of the log has a number out of the row"]),
            ((d, p) => d.HashDeleteAsync($"{p}log", "5"), ["User 1: an entry of the log has a number out of the row", "User 7: an entry of the log does not lead to the one before it"]),
            ((d, p) => d.HashSetAsync($"{p}log", "7", "1767323045678 changed 0 0 5 0 a\n\n{}"),
                ["Group g: it names an entry of the log that is not about it", "User 7: an entry of the log does not lead to the one before it"]),
            ((d, p) => d.SortedSetAddAsync($"{p}tails", "nobody", 1), ["User nobody: the last entry of the log about it is not there"]),
        ])
        {
            var tenant = await Directory();
            await spoil(redis.Database, $"scimlite:{{{tenant.Id}}}:");
            Assert.Equal(told, (await Check(tenant)).Distinct());
        }
    }
}
