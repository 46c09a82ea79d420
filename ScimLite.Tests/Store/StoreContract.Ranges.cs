using System.Globalization;
using System.Text.Json.Nodes;
using ScimLite.Protocol;
using ScimLite.Protocol.Filters;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Store;
using ScimLite.Tests.Protocol;
using static ScimLite.Tests.Store.TestTenant;

namespace ScimLite.Tests.Store;

/// <summary>Stretches of an index, their order, and the places between two resources from which a page goes on.</summary>
public abstract partial class StoreContract
{
    static readonly ResourceType Thing = new("Thing", "/Things", "Thing", SampleType.Thing.Schema, SampleType.Thing.Extensions,
        ["label", "caseExactString", "weight", "children", "born", "shared", "tags"]);

    static readonly CompareOperator[] Operators = [CompareOperator.Eq, CompareOperator.Gt, CompareOperator.Ge, CompareOperator.Lt, CompareOperator.Le, CompareOperator.Sw];

    public static TheoryData<string, string[]> IndexedValues => new()
    {
        { "label", Strange },
        { "caseExactString", Strange },
        // The order of code points, of UTF-16 and of culture differ on these; so do one that ends where another goes on, and what stands for a control character.
        { "label", ["z", "Z", "Ä", "ä", "a", "ab", "\uE000", "\uFFFD", "😀", "😀a", "\uD7FF", "𝔸", "\t", "\ta", "\t\n", "\n\t", "\b", "\v", "\x2", "\x1\x1", "\0\x1", ""] },
        { "weight", ["0", "-0.0", "1", "1.0", "-1", "10", "9", "2.5e3", "2500", "1e300", "-1e300", "1e-300", "-1e-300", "0.1", "123456789.5", "-3.25",
            "0.3", "0.30000000000000001", "0.2999999999999999999", "-0.30000000000000001", "1e-400", "-1e-400", "0e400", "123456789012345678901234567890.1", "123456789012345678901234567890.2", "-123456789012345678901234567890.1"] },
        { "children", ["0", "1", "-1", "2", "10", "-10", "9007199254740992", "-9007199254740992",
            // What a double can't tell apart.
            "9007199254740993", "9007199254740991", "-9007199254740993", "1234567890123456789012345678", "1234567890123456789012345679"] },
        { "born", ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.4999999Z", "2025-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] },
    };

    static string[] Ids(IEnumerable<StoredResource> resources) => [.. resources.Select(r => r.Id)];

    static IndexedAttribute Index(ResourceType type, string path) => type.Indexed.Single(i => i.Path == path);

    [Theory] // RFC 7644 §3.4.2.2, table 3
    [MemberData(nameof(IndexedValues))]
    public async Task An_index_finds_what_the_filter_means_in_the_order_of_the_values(string attribute, string[] values)
    {
        var type = Index(Thing, attribute).Leaf.Type;
        var trees = new Dictionary<string, JsonObject>();
        for (var i = 0; i <= values.Length; i++)
        {
            // The last one has no value.
            JsonNode? value = i == values.Length ? null : type is AttributeType.Integer or AttributeType.Decimal ? JsonNode.Parse(values[i]) : values[i];
            var id = $"t{i:D2}";
            trees[id] = ScimJson.NewObject();
            trees[id][attribute] = value?.DeepClone();
            await tenant.Done(tenant.Document(Thing, id, "n", Expected.Absent, r => r[attribute] = value));
        }
        foreach (var op in Operators)
        {
            foreach (var text in values)
            {
                if (IndexRange.Comparing(Index(Thing, attribute), op, text) is { } range)
                {
                    var filter = new Filter.Compare(AttributePath.Parse(attribute), op, new Literal(LiteralKind.Text, text));
                    var test = FilterEvaluator.Compile(filter, Thing, new EntraDialect(Dialect.Rfc));
                    var page = await tenant.Query(Thing, new Lookup.ByRange(range));
                    Assert.Equal($"{filter}: {string.Join(' ', trees.Keys.Where(id => test(trees[id])).Order())}", $"{filter}: {string.Join(' ', Ids(page.Resources).Order())}");
                    Assert.Equal(page.Resources.Count, page.Total);
                }
            }
        }
        var whole = await tenant.Query(Thing, new Lookup.ByRange(IndexRange.Whole(Index(Thing, attribute))));
        var present = await tenant.Query(Thing, new Lookup.ByRange(IndexRange.Present(Index(Thing, attribute))));
        Assert.Equal(values.Length + 1, whole.Total);
        Assert.Equal($"t{values.Length:D2}", whole.Resources[^1].Id);
        Assert.Equal(Ids(whole.Resources)[..^1].Where(id => trees[id][attribute]!.ToString().Length > 0), Ids(present.Resources));
        foreach (var (left, right) in whole.Resources.Zip(whole.Resources.Skip(1).SkipLast(1)))
        {
            var filter = new Filter.Compare(AttributePath.Parse(attribute), CompareOperator.Le, new Literal(LiteralKind.Text, trees[right.Id][attribute]!.ToString()));
            Assert.True(FilterEvaluator.Compile(filter, Thing, new EntraDialect(Dialect.Rfc))(trees[left.Id]), $"{left.Id} {filter}");
        }
    }

    [Fact]
    public async Task A_resource_with_several_values_in_a_stretch_is_found_once_for_each()
    {
        await tenant.Done(tenant.Document(Thing, "a", "n", Expected.Absent, r => r["tags"] = new JsonArray("x1", "x2", "y", "X1")));
        await tenant.Done(tenant.Document(Thing, "b", "n", Expected.Absent));

        Assert.Equal("2: a a", await tenant.Found(Thing, new Lookup.ByRange(IndexRange.Comparing(Index(Thing, "tags"), CompareOperator.Sw, "x")!)));
        Assert.Equal("3: a a a", await tenant.Found(Thing, new Lookup.ByRange(IndexRange.Whole(Index(Thing, "tags")))));
        Assert.Equal("0:", await tenant.Found(Thing, new Lookup.ByRange(IndexRange.Comparing(Index(Thing, "shared"), CompareOperator.Eq, "true")!)));
    }

    [Fact]
    public async Task The_time_of_the_last_change_is_an_index_that_every_kind_of_write_keeps()
    {
        Task<string> Since(ResourceType type, string time) =>
            tenant.Found(type, new Lookup.ByRange(IndexRange.Comparing(ResourceType.LastModified, CompareOperator.Ge, time)!));
        Task<string> All(ResourceType type) => tenant.Found(type, new Lookup.ByRange(IndexRange.Whole(ResourceType.LastModified)));
        await tenant.CreateUsers("a", "b", "c");
        await tenant.CreateGroup("g", "a");
        await tenant.CreateGroup("h", "b");
        Assert.Equal(("3: a b c", "2: g h"), (await All(User), await All(Group)));
        Assert.Equal("3: a b c", await Since(User, "2026-01-02T03:04:05.678Z"));
        Assert.Equal("0:", await Since(User, "2026-01-02T03:04:05.6780001Z"));

        tenant.Now = tenant.Now.AddMilliseconds(1);
        await tenant.Rename(User, "a", "renamed");
        await tenant.Change("g", add: ["b"]);
        await tenant.Change("h", add: ["b"]);
        Assert.Equal(("1: a", "1: g"), (await Since(User, "2026-01-02T03:04:05.679Z"), await Since(Group, "2026-01-02T03:04:05.679Z")));
        Assert.Equal(("3: b c a", "2: h g"), (await All(User), await All(Group)));

        tenant.Now = tenant.Now.AddSeconds(1);
        await tenant.Delete(User, "b");
        Assert.Equal(("2: c a", "2: g h"), (await All(User), await All(Group)));
        Assert.Equal("2: g h", await Since(Group, "2026-01-02T03:04:06.679Z"));
        await tenant.Delete(Group, "g");
        Assert.Equal("1: h", await All(Group));
    }

    public static TheoryData<string> Walks => ["all", "index", "modified", "members"];

    [Theory]
    [MemberData(nameof(Walks))]
    public async Task Pages_go_on_from_a_boundary_in_both_directions(string walk)
    {
        var (type, lookup, expected) = await Fill(walk);
        Assert.Equal(expected, Ids((await tenant.Query(type, lookup)).Resources));
        foreach (var size in new[] { 1, 2, 5, 11, 12 })
        {
            foreach (var backwards in new[] { false, true })
            {
                var met = new List<string>();
                Boundary? from = null;
                for (var more = true; more;)
                {
                    var page = await tenant.Page(type, lookup, size, from, backwards);
                    Assert.Equal((expected.Length, size >= expected.Length - met.Count), (page.Total, !page.More));
                    met.AddRange(Ids(page.Resources));
                    (more, from) = (page.More, new Boundary(page.Positions[^1], After: !backwards));
                }
                Assert.Equal(backwards ? expected.Reverse() : expected, met);
                var end = await tenant.Page(type, lookup, size, from, backwards);
                Assert.Equal((expected.Length, 0, false), (end.Total, end.Resources.Count, end.More));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Walks))]
    public async Task A_boundary_stays_where_it_is_when_resources_go(string walk)
    {
        var (type, lookup, expected) = await Fill(walk);
        var page = await tenant.Page(type, lookup, 4, null, false);
        var (fourth, third) = (page.Positions[3], page.Positions[2]);
        foreach (var id in new[] { expected[0], expected[3], expected[4] })
        {
            await tenant.Delete(type, id);
        }
        string[] left = [.. expected.Except([expected[0], expected[3], expected[4]])];

        Assert.Equal(left[2..4], Ids((await tenant.Page(type, lookup, 2, new Boundary(fourth, After: true), false)).Resources));
        Assert.Equal(left[2..4], Ids((await tenant.Page(type, lookup, 2, new Boundary(fourth, After: false), false)).Resources));
        Assert.Equal(left[1..3], Ids((await tenant.Page(type, lookup, 2, new Boundary(third, After: false), false)).Resources));
        Assert.Equal([left[1], left[0]], Ids((await tenant.Page(type, lookup, 5, new Boundary(fourth, After: true), true)).Resources));
        Assert.Equal([left[0]], Ids((await tenant.Page(type, lookup, 5, new Boundary(third, After: false), true)).Resources));
    }

    [Fact]
    public async Task A_boundary_may_lie_outside_of_what_a_lookup_finds()
    {
        await tenant.CreateUsers("a", "b");
        var range = IndexRange.Comparing(Index(User, "userName"), CompareOperator.Eq, "name of a")!;
        foreach (var (position, found, before) in new[] { ("userName\0A\0x", 1, 0), ("userName\0Z\0x", 0, 1) })
        {
            var page = await tenant.Page(User, new Lookup.ByRange(range), 5, new Boundary(position, true), false);
            var back = await tenant.Page(User, new Lookup.ByRange(range), 5, new Boundary(position, true), true);
            Assert.Equal((1L, found, 1L, before), (page.Total, page.Resources.Count, back.Total, back.Resources.Count));
        }
        Assert.Equal(["a"], Ids((await tenant.Page(User, new Lookup.ById("a", null), 5, new Boundary("a", false), false)).Resources));
        Assert.Empty((await tenant.Page(User, new Lookup.ById("a", null), 5, new Boundary("a", true), false)).Resources);
        Assert.Equal(["a"], Ids((await tenant.Page(User, new Lookup.ById("a", null), 5, new Boundary("a", true), true)).Resources));
    }

    [Fact]
    public async Task Members_are_read_page_by_page_without_the_group()
    {
        await tenant.CreateUsers("b", "a", "c");
        await tenant.CreateGroup("g", "b", "a", "c", "unknown", "g");
        await tenant.CreateGroup("g2", "a");
        async Task<string> Members(int start, int count, string? only = null, Boundary? from = null, bool backwards = false, string group = "g")
        {
            var key = new ResourceKey(tenant.Id, Group, group);
            var page = await store.ReadMembersAsync(new MemberQuery(key, start, count) { Only = only, From = from, Backwards = backwards }, TestContext.Current.CancellationToken);
            return page is null ? "none" : $"{page.Total}: {string.Join(' ', page.Members.Select(m => $"{m.Id}{(m.Type is null ? "?" : "")}"))}{(page.More ? " more" : "")}";
        }

        Assert.Equal("5: a b c g unknown?", await Members(0, 10));
        Assert.Equal("5: b c more", await Members(1, 2));
        Assert.Equal("5: unknown? g more", await Members(0, 2, backwards: true));
        Assert.Equal("5: c g more", await Members(0, 2, from: new Boundary("b", After: true)));
        Assert.Equal("5: b c g more", await Members(0, 3, from: new Boundary("b", After: false)));
        Assert.Equal("5: b a", await Members(0, 3, from: new Boundary("b", After: true), backwards: true));
        Assert.Equal("5: g unknown?", await Members(0, 3, from: new Boundary("deleted", After: true)));
        Assert.Equal("5:  more", await Members(0, 0));
        Assert.Equal(("1: c", "0: ", "1: unknown?"), (await Members(0, 5, only: "c"), await Members(0, 5, only: "x"), await Members(0, 5, only: "unknown")));
        Assert.Equal(("none", "none"), (await Members(0, 5, group: "h"), await Members(0, 5, group: "a")));
    }

    // Twelve resources in an order that is neither that of their ids nor that of their names.
    async Task<(ResourceType Type, Lookup Lookup, string[] Expected)> Fill(string walk)
    {
        string[] ids = [.. Enumerable.Range(0, 12).Select(i => $"{i * 5 % 12:D2}")];
        if (walk == "members")
        {
            await tenant.CreateUser("u");
            foreach (var id in ids)
            {
                await tenant.CreateGroup(id, "u");
            }
            return (Group, new Lookup.ByMember("u"), [.. ids.Order(StringComparer.Ordinal)]);
        }
        foreach (var id in ids)
        {
            tenant.Now = tenant.Now.AddSeconds(1);
            await tenant.CreateUser(id, $"{(int.Parse(id, CultureInfo.InvariantCulture) * 7 % 12):D2}");
        }
        return walk switch
        {
            "all" => (User, new Lookup.All(), ids),
            "modified" => (User, new Lookup.ByRange(IndexRange.Whole(ResourceType.LastModified)), ids),
            _ => (User, new Lookup.ByRange(IndexRange.Whole(Index(User, "userName"))), [.. Enumerable.Range(0, 12).Select(i => $"{i * 7 % 12:D2}")]),
        };
    }
}
