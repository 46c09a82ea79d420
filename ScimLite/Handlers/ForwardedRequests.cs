using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace ScimLite.Handlers;

/// <summary>Scheme, host and address of a request that came through a proxy.</summary>
public static class ForwardedRequests
{
    /// <summary>Believes the forwarded headers of these proxies (addresses or networks), and of nobody else.</summary>
    public static void UseKnownProxies(this IApplicationBuilder app, IReadOnlyList<string> proxies)
    {
        if (proxies.Count == 0)
        {
            return;
        }
        // The framework believes the loopback unless told otherwise.
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var proxy in proxies)
        {
            forwarded.KnownIPNetworks.Add(proxy.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(proxy)
                : new IPNetwork(IPAddress.Parse(proxy), proxy.Contains(':', StringComparison.Ordinal) ? 128 : 32));
        }
        app.UseForwardedHeaders(forwarded);
    }
}
