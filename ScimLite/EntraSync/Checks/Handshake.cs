using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ScimLite.EntraSync.Checks;

/// <summary>What came of a TLS 1.2 handshake.</summary>
/// <param name="Failure">Why there was none; null where there was one.</param>
/// <param name="Trusted">Whether the certificate is of a known authority and for this name.</param>
/// <param name="KeyIsLong">Whether its key has at least 2048 bits (RSA) or 256 (ECC), which Microsoft asks for.</param>
/// <param name="Told">The suite, the key and what is wrong with the certificate, in words.</param>
public sealed record Handshake(string? Failure, bool Trusted, bool KeyIsLong, string Told)
{
    /// <summary>Tries it, with TLS 1.2 alone and whatever certificate there is.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "Nothing but the handshake is done on this connection; a bad certificate is reported, not believed.")]
    public static async Task<Handshake> TryAsync(string host, int port, CancellationToken cancel)
    {
        var wrong = SslPolicyErrors.None;
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(host, port, cancel).ConfigureAwait(false);
            using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = SslProtocols.Tls12,
                RemoteCertificateValidationCallback = (_, _, _, errors) =>
                {
                    wrong = errors;
                    return true;
                },
            }, cancel).ConfigureAwait(false);
            var certificate = (X509Certificate2)tls.RemoteCertificate!;
            var (kind, bits, least) = certificate.GetRSAPublicKey() is { } rsa ? ("RSA", rsa.KeySize, 2048) : ("ECC", certificate.GetECDsaPublicKey()?.KeySize ?? 0, 256);
            return new Handshake(null, wrong == SslPolicyErrors.None, bits >= least,
                $"{tls.SslProtocol}, {tls.NegotiatedCipherSuite}, {kind} {bits}, " + (wrong == SslPolicyErrors.None ? "certificate trusted" : $"certificate not trusted ({wrong})"));
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
        {
            return new Handshake((e.InnerException ?? e).Message, false, false, "");
        }
    }
}
