using System.Net;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>How to reach Redis, and what a write waits for there.</summary>
public sealed class RedisOptions
{
    private readonly ConfigurationOptions client;

    private RedisOptions(ConfigurationOptions client, int ackReplicas)
    {
        this.client = client;
        AckReplicas = ackReplicas;
    }

    /// <summary>How many replicas must have a write before it is acknowledged; 0 waits for none.</summary>
    public int AckReplicas { get; }

    /// <summary>The addresses to begin with, for the log.</summary>
    public string Addresses => string.Join(", ", client.EndPoints.Select(e => e is DnsEndPoint named ? $"{named.Host}:{named.Port}" : $"{e}"));

    /// <summary>Reads a connection string of StackExchange.Redis: standalone, Sentinel (<c>serviceName=</c>) or Cluster.</summary>
    /// <param name="configuration">The connection string. Without time-outs of its own it gets those that notice a fail-over soon.</param>
    /// <param name="ackReplicas">How many replicas must have a write before it is acknowledged.</param>
    /// <param name="authority">A PEM file with the authority that signed the server's certificate; empty trusts what the machine trusts.</param>
    /// <param name="certificate">A PEM file with the client's certificate; empty shows none.</param>
    /// <param name="key">The PEM file with its key; empty looks for it beside the certificate.</param>
    /// <exception cref="ArgumentException">The connection string or a file can't be read; the message repeats nothing of a password.</exception>
    public static RedisOptions Read(string configuration, int ackReplicas = 0, string authority = "", string certificate = "", string key = "")
    {
        ConfigurationOptions client;
        try
        {
            client = ConfigurationOptions.Parse(configuration);
        }
        catch (ArgumentException)
        {
            // Its own words could repeat a part of the password.
            throw new ArgumentException("ConnectionStrings:Redis can't be read; allowed is a string of StackExchange.Redis, such as localhost:6379,password=…");
        }
        client.AbortOnConnectFail = false;
        client.ClientName ??= "scimlite";
        if (!configuration.Contains("Timeout=", StringComparison.OrdinalIgnoreCase))
        {
            // A fail-over is noticed in about two seconds rather than ten: the backlog waits as long as the synchronous time-out.
            client.ConnectTimeout = client.SyncTimeout = client.AsyncTimeout = 1000;
            client.ConfigCheckSeconds = 5;
        }
        try
        {
            if (authority.Length > 0)
            {
                client.Ssl = true;
                client.TrustIssuer(authority);
            }
            if (certificate.Length > 0)
            {
                client.Ssl = true;
                client.SetUserPemCertificate(certificate, key.Length > 0 ? key : null);
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException("ScimLite:Redis:CertificateAuthority, ClientCertificate or ClientKey can't be read; allowed are PEM files that ScimLite may read.");
        }
        return new RedisOptions(client, ackReplicas);
    }

    /// <summary>What the client library wants to know.</summary>
    internal ConfigurationOptions ForClient() => client.Clone();
}
