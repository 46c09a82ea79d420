namespace ScimLite.Handlers;

/// <summary>What Development prints once it listens: where, and which credentials open it.</summary>
public static class Banner
{
    /// <summary>Prints the Tenant URL and its credentials. Called in Development alone: in Production no secret is printed.</summary>
    /// <param name="output">Where to print.</param>
    /// <param name="urls">Where the service listens.</param>
    /// <param name="token">The Secret Token that was made; null: the settings have tenants of their own.</param>
    /// <param name="adminKey">The admin key that was made; null: the settings have one.</param>
    /// <param name="store">The store's name.</param>
    public static void Print(TextWriter output, IReadOnlyList<string> urls, string? token, string? adminKey, string store)
    {
        var url = Callable(urls[0]);
        output.WriteLine($"""

            ScimLite is running.

              Tenant URL     {url}{Addresses.Root}
              Secret Token   {token ?? "as set for each tenant"}
              Admin page     {url}/admin
              Admin key      {adminKey ?? "as set"}
              Store          {(store == "memory" ? "in memory: the data is gone when this program ends" : store)}
              Listening on   {string.Join(", ", urls)}

            Try it:
              curl -H "Authorization: Bearer {token ?? "$TOKEN"}" {url}{Addresses.Root}/Users

            Press Ctrl+C to stop.

            """);
    }

    /// <summary>An address that can be called on this machine, of one that the server listens on: <c>*</c>, <c>+</c>, <c>0.0.0.0</c> and
    /// <c>[::]</c> are not hosts.</summary>
    public static string Callable(string url)
    {
        foreach (var any in (ReadOnlySpan<string>)["//*", "//+", "//0.0.0.0", "//[::]"])
        {
            url = url.Replace(any, "//localhost", StringComparison.Ordinal);
        }
        return url;
    }
}
