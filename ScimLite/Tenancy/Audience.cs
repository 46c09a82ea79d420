using System.Text.RegularExpressions;

namespace ScimLite.Tenancy;

/// <summary>
/// The audience that a token has to name (<c>aud</c>, RFC 7519 §4.1.3). Entra shows an application's audience in one form and signs
/// another: it shows <c>api://{id}/.default</c>, and the assertion has <c>api://{id}</c>. So an audience that is built from an
/// application id accepts the forms that Microsoft uses for that id. Any other audience accepts itself alone.
/// </summary>
public sealed partial class Audience
{
    private readonly string registered;
    private readonly string? id;
    private readonly string suffix = "";

    private Audience(string registered, bool mayBeId)
    {
        this.registered = registered;
        if (mayBeId && IdForm().Match(registered) is { Success: true } form)
        {
            id = form.Groups["id"].Value.ToLowerInvariant();
            suffix = form.Groups["suffix"].Value;
        }
    }

    /// <summary>Reads an audience as it was registered; surrounding blanks do not count.</summary>
    public static Audience Of(string registered) => new(registered.Trim(), mayBeId: true);

    /// <summary>An audience that accepts itself alone, whatever its form.</summary>
    public static Audience Exactly(string audience) => new(audience, mayBeId: false);

    /// <summary>The names of this service in <c>api://{id}/{host}</c>: the host, and with its port where the address has one.</summary>
    /// <param name="request">Supplies the host where no public address is set.</param>
    /// <param name="publicUrl">The setting <c>ScimLite:PublicUrl</c>.</param>
    public static IReadOnlyList<string> HostsOf(HttpRequest request, string publicUrl)
    {
        var (host, port) = publicUrl.Length > 0 && Uri.TryCreate(publicUrl, UriKind.Absolute, out var address)
            ? (address.IdnHost, address.IsDefaultPort ? (int?)null : address.Port) : (request.Host.Host, request.Host.Port);
        return host.Length == 0 ? [] : port is null ? [host] : [host, $"{host}:{port}"];
    }

    /// <summary>Whether one of a token's audiences is accepted. RFC 7519 §4.1.3 asks for one of several values, not for all of
    /// them.</summary>
    /// <param name="received">The values of <c>aud</c>.</param>
    /// <param name="hosts">The names of this service, see <see cref="HostsOf"/>.</param>
    public bool Accepts(IEnumerable<string> received, IReadOnlyList<string> hosts) => received.Any(value => Accepts(value, hosts));

    /// <summary>What is accepted, for a message.</summary>
    public string Expected(IReadOnlyList<string> hosts)
    {
        if (id is null)
        {
            return registered;
        }
        string[] names = [".default", .. hosts, .. suffix.Length > 0 && !IsHost(suffix, hosts) ? (string[])[suffix] : []];
        return string.Join(", ", [id, $"api://{id}", .. names.Select(name => $"api://{id}/{name}")]);
    }

    private bool Accepts(string value, IReadOnlyList<string> hosts)
    {
        if (id is null)
        {
            return value == registered;
        }
        var isUri = value.StartsWith("api://", StringComparison.Ordinal);
        var text = isUri ? value.AsSpan("api://".Length) : value;
        // GUIDs are compared without regard to case.
        if (!text.StartsWith(id, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        var rest = text[id.Length..];
        return rest.IsEmpty || (isUri && rest[0] == '/' && IsOwn(rest[1..].ToString(), hosts));
    }

    // A host that an administrator registered explicitly is accepted too: registrations from before these forms were known keep working.
    private bool IsOwn(string name, IReadOnlyList<string> hosts) =>
        name == ".default" || IsHost(name, hosts) || (suffix.Length > 0 && name.Equals(suffix, StringComparison.OrdinalIgnoreCase));

    private static bool IsHost(string name, IReadOnlyList<string> hosts) => hosts.Contains(name, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(?:api://)?(?<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/(?:\.default|(?<suffix>[^/\s]*)))?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IdForm();
}
