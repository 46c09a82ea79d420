using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>
/// Where the service listens: <c>Kestrel:Endpoints</c>, <c>urls</c>, or <c>http_ports</c> and <c>https_ports</c>, in this order. Kestrel
/// reads an address that it does not understand as "all addresses, port 80"; here such an address stops the start.
/// </summary>
public static partial class ListenAddresses
{
    /// <summary>Where the service listens when nothing is configured.</summary>
    public const string Default = "http://localhost:5080";

    private const string Allowed =
        "allowed is scheme, host and port, such as http://localhost:5080, http://127.0.0.1:5080 or http://*:5080";

    /// <summary>The configured addresses, each with the key that it comes from; empty when nothing is configured.</summary>
    public static IReadOnlyList<(string Key, string Url)> Read(IConfiguration configuration)
    {
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().ToArray() is { Length: > 0 } endpoints)
        {
            return [.. endpoints.Select(endpoint => ($"{endpoint.Path}:Url", endpoint["Url"] ?? ""))];
        }
        if (configuration["urls"] is { Length: > 0 } urls)
        {
            var each = urls.Split(';', StringSplitOptions.RemoveEmptyEntries);
            return each.Length > 0 ? [.. each.Select(url => ("urls", url))] : [("urls", urls)];
        }
        return [.. Ports("http"), .. Ports("https")];

        IEnumerable<(string, string)> Ports(string scheme) => (configuration[$"{scheme}_ports"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(port => ($"{scheme}_ports", $"{scheme}://*:{port}"));
    }

    /// <summary>Checks each configured address.</summary>
    /// <exception cref="SettingsException">The service can't listen there, or would listen elsewhere; the message names key, value and what
    /// is allowed.</exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (var (key, url) in Read(configuration))
        {
            if (Fault(url) is { } fault)
            {
                var value = key.EndsWith("_ports", StringComparison.Ordinal) ? configuration[key] : url;
                throw new SettingsException($"{key} is '{value}'; {fault}.");
            }
        }
    }

    /// <summary>Why the server could not begin to listen, in one sentence.</summary>
    /// <param name="fault">What the server threw.</param>
    /// <param name="configuration">Where the addresses are.</param>
    public static string Explain(Exception fault, IConfiguration configuration)
    {
        var asked = string.Join(", ", Read(configuration).Select(a => a.Url).DefaultIfEmpty(Default));
        var causes = Causes(fault).ToArray();
        if (causes.OfType<AddressInUseException>().Any()
            || causes.OfType<SocketException>().Any(s => s.SocketErrorCode == SocketError.AddressAlreadyInUse))
        {
            var address = causes.Select(c => Failed().Match(c.Message)).FirstOrDefault(m => m.Success)?.Groups[1].Value ?? asked;
            return $"another process listens on {address}; end it, or choose another address with --urls.";
        }
        return causes.OfType<SocketException>().FirstOrDefault()?.SocketErrorCode switch
        {
            SocketError.AddressNotAvailable =>
                $"{asked} is not an address of this machine; choose one that it has, or http://*:5080 for all of them.",
            SocketError.AccessDenied =>
                $"this user may not listen on {asked}; choose a port of 1024 or more, or grant the capability NET_BIND_SERVICE.",
            SocketError.AddressFamilyNotSupported =>
                $"this machine does not support the kind of address in {asked}; choose an IPv4 address, such as http://127.0.0.1:5080.",
            { } other => $"the server can't listen on {asked} ({other}).",
            null when causes.OfType<InvalidOperationException>()
                .Any(c => c.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)) =>
                $"{asked} needs a certificate for https; set Kestrel:Certificates:Default:Path, or listen on http and let a proxy end TLS.",
            null => $"{fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")}",
        };
    }

    private static string? Fault(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return Allowed;
        }
        if (address.Scheme.ToUpperInvariant() is not ("HTTP" or "HTTPS"))
        {
            return $"the scheme has to be http or https, and {Allowed}";
        }
        if (address.IsUnixPipe || address.IsNamedPipe)
        {
            return null;
        }
        if (address.PathBase.Length > 0)
        {
            return $"a path is not allowed, and {Allowed}";
        }
        var isLocal = address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || address.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        var isKnown = isLocal || address.Host is "*" or "+" || IPAddress.TryParse(address.Host, out _);
        if (!isKnown && address.Host.LastIndexOf(':') is >= 0 and var colon && !address.Host.EndsWith(']'))
        {
            // An unreadable port is left in the host, and the port is then that of the scheme.
            return $"the port is '{address.Host[(colon + 1)..]}', and allowed is 0 to 65535";
        }
        if (address.Port is < 0 or > ushort.MaxValue)
        {
            return $"the port is {address.Port.ToString(CultureInfo.InvariantCulture)}, and allowed is 0 to 65535";
        }
        if (!isKnown)
        {
            return $"'{address.Host}' is not an IP address, and the server would listen on all addresses; "
                + "allowed is localhost, an IP address of this machine, or * for all";
        }
        return isLocal && address.Port == 0 ? "port 0 (any free port) needs an IP address, such as http://127.0.0.1:0" : null;
    }

    private static IEnumerable<Exception> Causes(Exception fault) => fault switch
    {
        AggregateException many => many.InnerExceptions.SelectMany(Causes).Prepend(fault),
        { InnerException: { } inner } => Causes(inner).Prepend(fault),
        _ => [fault],
    };

    [GeneratedRegex(@"address (\S+): address already in use")]
    private static partial Regex Failed();
}
