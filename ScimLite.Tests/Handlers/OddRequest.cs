using System.Text;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Handlers;

/// <summary>A request that no client should send, and how it must be answered.</summary>
/// <param name="Why">What is odd about it, for whoever reads the failure.</param>
/// <param name="Method">The verb.</param>
/// <param name="Target">Where; <c>{user}</c> and <c>{group}</c> stand for ids that exist.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="ScimType">The error's keyword, where one is expected.</param>
internal sealed record OddRequest(string Why, string Method, string Target, int Status, string? ScimType = null)
{
    public byte[]? Body { get; init; }

    public string? ContentType { get; init; } = HttpAnswer.MediaType;

    public (string Name, string Value)[] Headers { get; init; } = [];

    public bool KnownLength { get; init; } = true;

    /// <summary>A body for each verb that takes one.</summary>
    public static IEnumerable<OddRequest> OnEveryWrite(string why, byte[] body, int status, string? scimType) =>
    [
        new($"{why}, POST /Users", "POST", "Users", status, scimType) { Body = body },
        new($"{why}, POST /Groups", "POST", "Groups", status, scimType) { Body = body },
        new($"{why}, PUT /Users", "PUT", "Users/{user}", status, scimType) { Body = body },
        new($"{why}, PUT /Groups", "PUT", "Groups/{group}", status, scimType) { Body = body },
        new($"{why}, PATCH /Users", "PATCH", "Users/{user}", status, scimType) { Body = body },
        new($"{why}, PATCH /Groups", "PATCH", "Groups/{group}", status, scimType) { Body = body },
    ];

    public static OddRequest Post(string why, string endpoint, string body, string? scimType = "invalidValue", int status = 400) =>
        new(why, "POST", endpoint, status, scimType) { Body = Encoding.UTF8.GetBytes(body) };

    public static OddRequest Patch(string why, string target, string operations, string? scimType, int status = 400) =>
        new(why, "PATCH", target, status, scimType) { Body = Encoding.UTF8.GetBytes(HttpCalls.Patch(operations)) };

    /// <summary>Sends them all to one directory, which has to be the same afterwards.</summary>
    public static async Task Refused(
        StoreKind store, IEnumerable<OddRequest> requests, string dialect = "entra", IReadOnlyDictionary<string, string>? settings = null)
    {
        await using var host = await ScimHost.StartAsync(store, dialect, settings: settings);
        var user = (await host.Client.CreateUser("ada", ""","emails":[{"value":"ada@example.com","type":"work","primary":true}]""")).Id;
        var group = (await host.Client.CreateGroup("Engines", user)).Id;
        var before = await host.Client.Directory();
        var faults = new List<string>();
        var count = 0;
        foreach (var request in requests)
        {
            count++;
            var target = request.Target.Replace("{user}", user, StringComparison.Ordinal).Replace("{group}", group, StringComparison.Ordinal);
            var answer = await host.Client.SendBytes(request.Method, target, request.Body, request.ContentType, request.Headers, request.KnownLength);
            faults.AddRange(answer.Faults(request.Status, request.ScimType).Select(fault => $"{request.Why}: {fault}"));
        }

        Assert.NotEqual(0, count);
        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(10)));
        Assert.Equal(before, await host.Client.Directory());
    }
}
