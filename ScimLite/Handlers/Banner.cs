namespace ScimLite.Handlers;

/// <summary>What a newcomer sees: where to connect and with what.</summary>
public static class Banner
{
    /// <summary>Prints the Tenant URL and the Secret Token. Called in Development alone: in Production no secret is printed.</summary>
    public static void Print(TextWriter output, string url, string token, string store) => output.WriteLine($"""

        ScimLite is running.

          Tenant URL     {url}{Addresses.Root}
          Secret Token   {token}
          Store          {(store == "memory" ? "in memory: the data is gone when this program ends" : store)}

        Try it:
          curl -H "Authorization: Bearer {token}" {url}{Addresses.Root}/Users

        Press Ctrl+C to stop.

        """);
}
