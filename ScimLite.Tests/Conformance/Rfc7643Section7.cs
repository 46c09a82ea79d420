using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7643 §7: every combination of an attribute's characteristics, through every verb.</summary>
public sealed class Rfc7643Section7
{
    [Fact]
    public void The_gadget_has_every_value_of_every_characteristic()
    {
        Assert.Equal(273, Gadget.Attributes.Count);
        Assert.Equal(["binary", "boolean", "dateTime", "decimal", "integer", "reference", "string"], Gadget.Attributes.Select(a => a.Type).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["immutable", "readOnly", "readWrite", "writeOnly"], Gadget.Attributes.Select(a => a.Mutability).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["always", "default", "never", "request"], Gadget.Attributes.Select(a => a.Returned).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["global", "none", "server"], Gadget.Attributes.Select(a => a.Uniqueness).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, OnBothStores] // "request: The attribute is returned in response to any PUT, POST, or PATCH operations if the attribute was specified by the client"
    public Task A_created_resource_shows_what_is_returned_always_by_default_or_because_it_was_written(StoreKind store) => ForEach(store, async (client, a, told) =>
    {
        var has = a.Mutability != "readOnly";
        var created = (await Create(client, a)).Json;
        var asked = (await client.Send("POST", $"Gadgets?attributes={Escape(a.Path)}", a.Body("asked", a.Values.Other))).Is(201).Json;
        var notAsked = (await client.Send("POST", "Gadgets?attributes=externalId", a.Body("other", a.Values.Third))).Is(201).Json;

        told(has && !a.IsHidden ? a.Values.One : null, a.ShownIn(created), "POST");
        told(has && !a.IsHidden ? a.Values.Other : null, a.ShownIn(asked), "POST that asks for it");
        told(has && a.Returned == "always" && a.Shape != Shape.Part ? a.Values.Third : null, a.ShownIn(notAsked), "POST that asks for another");
    });

    [Theory, OnBothStores] // "default: … returned by default in all SCIM operation responses", "always: … regardless of the contents of the "attributes" parameter", "never", "request: … only if specified in the "attributes" parameter"
    public Task A_read_shows_by_returned_and_by_what_is_asked_for(StoreKind store) => ForEach(store, async (client, a, told) =>
    {
        var id = (await Create(client, a)).Id;
        var has = a.Mutability != "readOnly";
        foreach (var (query, shown) in new[]
        {
            ("", has && a.Returned is "default" or "always"),
            ($"attributes={Escape(a.Path)}", has && !a.IsHidden),
            ($"attributes={Escape(a.Path.ToUpperInvariant())}", has && !a.IsHidden),
            ("attributes=externalId", has && a.Returned == "always" && a.Shape != Shape.Part),
            ($"excludedAttributes={Escape(a.Path)}", has && a.Returned == "always"),
            ("excludedAttributes=externalId", has && a.Returned is "default" or "always"),
        })
        {
            told(shown ? a.Values.One : null, a.ShownIn((await client.Send("GET", $"Gadgets/{id}?{query}")).Is(200).Json), $"GET {query}");
            told(shown ? a.Values.One : null, a.ShownIn((await client.Send("GET", $"Gadgets?filter=id%20eq%20%22{id}%22&{query}")).Is(200).Json["Resources"]![0]!), $"list {query}");
        }
    });

    [Theory, OnBothStores] // "caseExact: … The server SHALL use case sensitivity when evaluating filters."
    public Task A_filter_finds_by_value_as_caseExact_says_and_never_what_is_never_returned(StoreKind store) => ForEach(store, async (client, a, told) =>
    {
        var id = (await Create(client, a)).Id;
        var has = a.Mutability != "readOnly";
        foreach (var (condition, found) in new[]
        {
            ($"eq {a.Values.One}", has), ($"eq {a.Values.Cased}", has && (a.Type is not ("binary" or "reference") && !a.CaseExact)), ($"eq {a.Values.Other}", false), ("pr", has),
            ($"ne {a.Values.Other}", true), ($"ne {a.Values.One}", !has),
        })
        {
            var answer = await client.Send("GET", $"Gadgets?filter={Escape($"{a.Path} {condition} and externalId eq \"{a.Name}\"")}");
            if (a.IsHidden)
            {
                told("400 invalidFilter", $"{answer.Status} {answer.ScimType}", condition);
            }
            else
            {
                told(found ? id : null, answer.Is(200).Json["Resources"]!.AsArray().SingleOrDefault()?["id"]?.GetValue<string>(), condition);
            }
        }

        var ordered = await client.Send("GET", $"Gadgets?filter={Escape($"{a.Path} lt {a.Values.Other} and externalId eq \"{a.Name}\"")}");
        told(a.IsHidden || a.Type is "boolean" or "binary" ? "400 invalidFilter" : has ? "200 1" : "200 0",
            ordered.Status == 200 ? $"200 {ordered.Total}" : $"{ordered.Status} {ordered.ScimType}", "lt");
    });

    [Theory, OnBothStores] // "readOnly: … SHALL NOT be modified", "immutable: … SHALL NOT be updated", "writeOnly: … MAY be updated at any time"; RFC 7644 §3.5.2
    public Task A_patch_changes_what_mutability_lets_it(StoreKind store) => ForEach(store, async (client, a, told) =>
    {
        var id = (await Create(client, a)).Id;
        var fixedForGood = a.Mutability is "readOnly" or "immutable";

        if (a.Mutability != "readOnly")
        {
            var same = (await Patch(client, id, "replace", a, a.Values.One)).Is(200);
            told("W/\"1\" " + (a.IsHidden ? null : a.Values.One), $"{same.Header("ETag")} {a.ShownIn(same.Json)}", "replace by the same value");
        }

        var other = await Patch(client, id, "replace", a, a.Values.Other);
        told(fixedForGood ? "400 mutability" : "200 W/\"2\"", other.Status == 200 ? $"200 {other.Header("ETag")}" : $"{other.Status} {other.ScimType}", "replace");
        if (!fixedForGood)
        {
            told(a.IsHidden ? null : a.Values.Other, a.ShownIn(other.Json), "the answer to replace");
            told(a.IsHidden ? null : a.Values.Other, a.ShownIn((await client.Send("GET", $"Gadgets/{id}?attributes={Escape(a.Path)}")).Is(200).Json), "GET after replace");
        }

        var removed = await client.Send("PATCH", $"Gadgets/{id}", HttpCalls.Patch($$"""{"op":"remove","path":"{{a.Path}}"}"""));
        told(fixedForGood ? "400 mutability" : "200 W/\"3\"", removed.Status == 200 ? $"200 {removed.Header("ETag")}" : $"{removed.Status} {removed.ScimType}", "remove");
        if (a.Mutability == "immutable")
        {
            var late = (await client.Send("POST", "Gadgets", a.Body("late"))).Is(201).Id;
            told("200", (await Patch(client, late, "add", a, a.Values.Other)).Status.ToString(), "add where there was no value");
            told("400 mutability", await Patch(client, late, "add", a, a.Values.One) is var again && again.Status == 400 ? $"400 {again.ScimType}" : "200", a.Shape == Shape.List ? "add to what is there" : "add over what is there");
        }
    });

    [Theory, OnBothStores] // RFC 7644 §3.5.1: "readWrite, writeOnly: Any values provided SHALL replace the existing attribute values", "immutable: … the input value(s) MUST match", "readOnly: Any values provided SHALL be ignored"
    public Task A_put_replaces_ignores_or_is_refused_by_mutability(StoreKind store) => ForEach(store, async (client, a, told) =>
    {
        var id = (await Create(client, a)).Id;
        var same = (await client.Send("PUT", $"Gadgets/{id}", a.Body(a.Name, a.Values.One))).Is(200);
        told("W/\"1\" " + (a.Mutability == "readOnly" || a.IsHidden ? null : a.Values.One), $"{same.Header("ETag")} {a.ShownIn(same.Json)}", "PUT of the same");

        var other = await client.Send("PUT", $"Gadgets/{id}", a.Body(a.Name, a.Values.Other));
        told(a.Mutability switch { "immutable" => "400 mutability", "readOnly" => "200 W/\"1\"", _ => "200 W/\"2\"" },
            other.Status == 200 ? $"200 {other.Header("ETag")}" : $"{other.Status} {other.ScimType}", "PUT of another value");

        // Left out is cleared, unless the client may not change it or can't have read it.
        var before = (await client.Send("GET", $"Gadgets/{id}")).Is(200).Header("ETag");
        var without = (await client.Send("PUT", $"Gadgets/{id}", a.Body(a.Name))).Is(200);
        var stays = a.Mutability != "readWrite" || a.IsHidden;
        told(stays ? before : "W/\"3\"", without.Header("ETag"), "PUT without");
        if (!a.IsHidden)
        {
            told(a.Mutability == "immutable" ? a.Values.One : null, a.ShownIn((await client.Send("GET", $"Gadgets/{id}?attributes={Escape(a.Path)}")).Is(200).Json), "GET after PUT without");
        }
    });

    [Theory, OnBothStores] // "server: The value SHOULD be unique within the context of the current SCIM endpoint (or tenancy)"
    public Task A_unique_value_is_taken_once_in_a_tenant_and_free_again_when_it_is_gone(StoreKind store) => ForEach(store, async (client, a, told) =>
    {
        var id = (await Create(client, a)).Id;
        var guarded = a.IsUnique && a.Mutability != "readOnly";
        var second = await client.Send("POST", "Gadgets", a.Body("second", a.Values.One));
        told(guarded ? "409 uniqueness" : "201", second.Status == 201 ? "201" : $"{second.Status} {second.ScimType}", "POST of the same value");
        if (!guarded)
        {
            return;
        }

        told(a.IsHidden ? "secret" : "told", second.Detail.Contains(a.Values.One.Trim('"'), StringComparison.Ordinal) ? "told" : "secret", "the value in the refusal");
        var cased = await client.Send("POST", "Gadgets", a.Body("cased", a.Values.Cased));
        told(a.CaseExact ? "201" : "409", cased.Status.ToString(), "POST of another spelling");
        var third = (await client.Send("POST", "Gadgets", a.Body("third", a.Values.Other))).Is(201).Id;
        told(a.Mutability == "immutable" ? "400" : "409", (await Patch(client, third, "replace", a, a.Values.One)).Status.ToString(), "PATCH to a value that is taken");
        told(a.Mutability == "immutable" ? "400" : "409", (await client.Send("PUT", $"Gadgets/{third}", a.Body("third", a.Values.One))).Status.ToString(), "PUT to a value that is taken");
        (await client.Send("DELETE", $"Gadgets/{id}")).Is(204);
        told("201", (await client.Send("POST", "Gadgets", a.Body("fourth", a.Values.One))).Status.ToString(), "POST after the holder is gone");
    });

    [Theory, OnBothStores] // "global": kept in each tenant, since a refusal would tell one tenant what another has
    public async Task No_unique_value_of_one_tenant_is_taken_in_another(StoreKind store)
    {
        await using var one = await OwnSchemas.StartAsync(store, Gadget.Files);
        await using var other = await OwnSchemas.StartAsync(store, Gadget.Files);
        foreach (var a in Gadget.Attributes.Where(a => a.IsUnique))
        {
            (await one.Client.Send("POST", "Gadgets", a.Body("x", a.Values.One))).Is(201);
            (await other.Client.Send("POST", "Gadgets", a.Body("x", a.Values.One))).Is(201);
        }
    }

    static string Escape(string text) => Uri.EscapeDataString(text);

    static async Task<HttpAnswer> Create(HttpClient client, GadgetAttribute a) => (await client.Send("POST", "Gadgets", a.Body(a.Name, a.Values.One))).Is(201);

    static Task<HttpAnswer> Patch(HttpClient client, string id, string op, GadgetAttribute a, string value) =>
        client.Send("PATCH", $"Gadgets/{id}", HttpCalls.Patch($$"""{"op":"{{op}}","path":"{{a.Path}}","value":{{a.At(value)}}}"""));

    // All attributes on one host; what differs from the expectation is told for all of them at once.
    static async Task ForEach(StoreKind store, Func<HttpClient, GadgetAttribute, Action<string?, string?, string>, Task> test)
    {
        await using var host = await OwnSchemas.StartAsync(store, Gadget.Files);
        var faults = new List<string>();
        foreach (var a in Gadget.Attributes)
        {
            await test(host.Client, a, (expected, actual, what) =>
            {
                if (expected != actual)
                {
                    faults.Add($"{a.Name}, {what}: expected {expected ?? "nothing"}, but it is {actual ?? "nothing"}");
                }
            });
        }

        Assert.True(faults.Count == 0, $"{faults.Count} differences:{Environment.NewLine}{string.Join(Environment.NewLine, faults.Take(40))}");
    }
}
