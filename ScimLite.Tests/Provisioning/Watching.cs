using System.Text.Json.Nodes;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Tenancy;

namespace ScimLite.Tests.Provisioning;

/// <summary>What an administrator sees of the tenant of a host.</summary>
internal static class Watching
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>An answer of the admin API about the host's own tenant.</summary>
    public static Task<HttpAnswer> Ask(this AdminHost host, string target, string method = "GET", string? body = null) =>
        host.Send(method, $"tenants/{host.Host.Tenant}/{target}", body);

    /// <summary>The entries of a page of the log.</summary>
    public static async Task<JsonObject[]> Entries(this AdminHost host, string query = "") =>
        [.. (await host.Ask($"activity?limit=500{query}")).Is(200).Json["entries"]!.AsArray().Select(e => e!.AsObject())];

    /// <summary>The entries, newest first, once there are so many: what is refused is told a moment later.</summary>
    public static async Task<JsonObject[]> Entries(this AdminHost host, int count, string query = "")
    {
        var entries = await host.Entries(query);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var start = TimeProvider.System.GetTimestamp(); entries.Length < count && TimeProvider.System.GetElapsedTime(start) < Patience;)
        {
            await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            entries = await host.Entries(query);
        }
        Assert.Equal(count, entries.Length);
        return entries;
    }

    public static string Text(this JsonNode entry, string name) => entry[name]?.ToString() ?? "";

    /// <summary>An entry in short, such as <c>patch User changed</c>.</summary>
    public static string Short(this JsonObject entry) => $"{entry.Text("operation")} {entry.Text("resourceType")} {entry.Text("outcome")}";

    /// <summary>The changes that an entry tells, one on a line.</summary>
    public static string Changes(this JsonObject entry) => string.Join('\n', entry["changes"]!.AsArray().Select(c => $"{c!.Text("attribute")}: {c!.Text("old")} > {c!.Text("new")}"));

    public static Task<HttpAnswer> SetActive(this HttpClient client, string user, string value) =>
        client.Send("PATCH", $"Users/{user}", HttpCalls.Patch($$"""{"op":"Replace","path":"active","value":"{{value}}"}"""));
}
