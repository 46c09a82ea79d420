using System.Net;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Samples;

/// <summary>The two errors that RFC 7644 §3.12 prints.</summary>
public sealed class ErrorSampleTests
{
    const string UnknownId = "2819c223-7f76-453a-919d-413861904646";

    [Theory] // RFC 7644 §3.12
    [InBothDialects("rfc7644-3.12-not-found-error.json", "Users")]
    [InBothDialects("rfc7644-3.12-not-found-error.json", "Groups")]
    public async Task An_unknown_resource_is_not_found_in_the_words_that_are_printed(
        StoreKind store, string dialect, string file, string endpoint)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var sample = Sample.Json(file);

        var answer = (await host.Client.Get($"{endpoint}/{UnknownId}")).Is(HttpStatusCode.NotFound);

        Assert.Contains(UnknownId, sample.Text("detail"), StringComparison.Ordinal);
        Assert.Contains(UnknownId, answer.Body.Text("detail"), StringComparison.Ordinal);
        Expect.SameError(sample, answer.Body);
    }

    // The RFC calls its example an answer to a PUT, but by §3.5.1 a PUT ignores readOnly attributes; §3.5.2.2 gives the same error here.
    [Theory] // RFC 7644 §3.12, §3.5.2.2: "If an attribute ... is defined as ... a read-only attribute ... mutability"
    [InBothDialects("rfc7644-3.12-mutability-error.json", "rfc7643-8.1-minimal-user.json")]
    public async Task Removing_the_id_is_refused_with_the_error_that_is_printed(
        StoreKind store, string dialect, string file, string userFile)
    {
        await using var host = await ScimHost.StartAsync(store, dialect);
        var created = await host.Client.Create("Users", Sample.Text(userFile));

        var answer = await host.Client.Patch(
            $"Users/{created.Id}",
            """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"id"}]}""");

        Expect.SameError(Sample.Json(file), answer.Is(HttpStatusCode.BadRequest).Body);
        Assert.Contains("id", answer.Body.Text("detail"), StringComparison.Ordinal);
        Expect.Same(created.Body, (await host.Client.Get($"Users/{created.Id}")).Body);
    }
}
