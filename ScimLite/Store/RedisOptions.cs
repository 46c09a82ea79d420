using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace ScimLite.Store;

/// <summary>How to reach Redis, and what a write waits for there.</summary>
public sealed class RedisOptions
{
    private readonly ConfigurationOptions client;
    private readonly X509Certificate2Collection authorities = [], certificates = [];

    private RedisOptions(ConfigurationOptions client, int ackReplicas)
    {
        this.client = client;
        AckReplicas = ackReplicas;
    }

    /// <summary>How many replicas must have a write before it is acknowledged; 0 waits for none.</summary>
    public int AckReplicas { get; }

    /// <summary>The addresses to begin with, for the log.</summary>
    public string Addresses => string.Join(", ", client.EndPoints.Select(NameOf));

    /// <summary>The addresses to begin with.</summary>
    internal IReadOnlyList<EndPoint> EndPoints => [.. client.EndPoints];

    /// <summary>Whether the addresses are Sentinels, which know where the primary is.</summary>
    internal bool IsSentinel => !string.IsNullOrEmpty(client.ServiceName);

    /// <summary>Whether the connection is encrypted.</summary>
    internal bool IsTls => client.Ssl;

    /// <summary>The ACL user; null is the default user.</summary>
    internal string? User => client.User;

    /// <summary>The password; null for none. It is in no message.</summary>
    internal string? Password => client.Password;

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
        var options = new RedisOptions(client, ackReplicas);
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
                options.authorities.ImportFromPemFile(authority);
            }
            if (certificate.Length > 0)
            {
                client.Ssl = true;
                client.SetUserPemCertificate(certificate, key.Length > 0 ? key : null);
                options.certificates.Add(X509Certificate2.CreateFromPemFile(certificate, key.Length > 0 ? key : null));
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException("ScimLite:Redis:CertificateAuthority, ClientCertificate or ClientKey can't be read; allowed are PEM files that ScimLite may read.");
        }
        return options;
    }

    /// <summary>Host and port, for the log.</summary>
    internal static string NameOf(EndPoint endpoint) => endpoint is DnsEndPoint named ? $"{named.Host}:{named.Port}" : $"{endpoint}";

    /// <summary>Whether a server's certificate is trusted: by the machine, or by the authority that was given.</summary>
    internal bool Trusts(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || authorities.Count == 0 || certificate is null)
        {
            return errors == SslPolicyErrors.None;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        using var shown = new X509Certificate2(certificate);
        return chain.Build(shown);
    }

    /// <summary>How to shake hands with an address.</summary>
    /// <param name="endpoint">The address.</param>
    /// <param name="trusts">Whether to go on with a certificate.</param>
    internal SslClientAuthenticationOptions ForTls(EndPoint endpoint, Func<X509Certificate?, SslPolicyErrors, bool> trusts) => new()
    {
        TargetHost = client.SslHost ?? (endpoint as DnsEndPoint)?.Host ?? (endpoint as IPEndPoint)?.Address.ToString() ?? "",
        ClientCertificates = certificates,
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => trusts(certificate, errors),
    };

    /// <summary>What the client library wants to know.</summary>
    internal ConfigurationOptions ForClient() => client.Clone();
}
