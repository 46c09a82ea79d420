namespace ScimLite.Handlers;

/// <summary>What a newcomer sees: where to connect and with what.</summary>
public static class Banner
{
    /// <summary>Prints the Tenant URL and what opens it. Called in Development alone: in Production no secret is printed.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="url">Where the service listens.</param>
    /// <param name="token">The Secret Token that was made; null: the settings have tenants of their own.</param>
    /// <param name="adminKey">The admin key that was made; null: the settings have one.</param>
    /// <param name="store">The store's name.</param>
    public static void Print(TextWriter output, string url, string? token, string? adminKey, string store) => output.WriteLine($"""

        ScimLite is running.

          Tenant URL     {url}{Addresses.Root}
          Secret Token   {token ?? "as set for each tenant"}
          Admin page     {url}/admin
          Admin key      {adminKey ?? "as set"}
          Store          {(store == "memory" ? "in memory: the data is gone when this program ends" : store)}

        Try it:
          curl -H "Authorization: Bearer {token ?? "$TOKEN"}" {url}{Addresses.Root}/Users

        Press Ctrl+C to stop.

        """);
}
