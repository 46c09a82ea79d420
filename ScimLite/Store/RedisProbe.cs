using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace ScimLite.Store;

/// <summary>
/// Finds out why Redis does not answer, over a connection of its own. The client library says of most causes only that it had no answer in
/// time. Each cause is one sentence that begins with host and port and names what to check; a password is in none.
/// </summary>
internal sealed class RedisProbe(RedisOptions options)
{
    private const string CheckPlace = "check host and port in ConnectionStrings:Redis";

    private const string CheckNetwork = "check the address in ConnectionStrings:Redis, the network and its firewalls";

    /// <summary>Asks every address of the connection string.</summary>
    /// <param name="patience">How long each address has to answer; where TLS may be the cause, twice that.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The cause at the first address; null when an address answers as it should.</returns>
    public async Task<string?> ExplainAsync(TimeSpan patience, CancellationToken cancel)
    {
        var looks = options.EndPoints.Select(endpoint => ExplainAsync(endpoint, patience, cancel));
        var causes = await Task.WhenAll(looks).ConfigureAwait(false);
        return causes.Contains(null) ? null : causes.FirstOrDefault();
    }

    /// <summary>What an error of Redis means and what to do about it; null for an error that is none of the set-up.</summary>
    /// <param name="where">Host and port.</param>
    /// <param name="error">The text of the error, such as <c>NOAUTH Authentication required.</c></param>
    public static string? Refusal(string where, string error)
    {
        var code = error.TrimStart('-').Split(' ')[0];
        return code switch
        {
            "NOAUTH" => $"{where} asks for a password (NOAUTH); add password=, and user= for an ACL user, to ConnectionStrings:Redis",
            "WRONGPASS" =>
                $"{where} refuses the user name or the password (WRONGPASS); check user= and password= in ConnectionStrings:Redis",
            "NOPERM" =>
                $"{where} does not permit a command that is needed ({error.TrimStart('-')}); "
                    + "grant the ACL user what deploy/README.md lists",
            "LOADING" => $"{where} still loads its data into memory (LOADING); it answers when it is done, so wait",
            "DENIED" => $"{where} runs in protected mode (DENIED); set a password for Redis, or bind it to an address of its own",
            "CLUSTERDOWN" or "MASTERDOWN" or "BUSY" or "TRYAGAIN" or "MISCONF" =>
                $"{where} is not able to work ({error.TrimStart('-')}); look into the log of Redis",
            "ERR" when error.Contains("invalid password", StringComparison.OrdinalIgnoreCase) =>
                $"{where} refuses the password; check password= in ConnectionStrings:Redis",
            "ERR" when error.Contains("max number of clients", StringComparison.OrdinalIgnoreCase) =>
                $"{where} has as many clients as it takes; raise maxclients of Redis, or find out who holds the connections",
            _ => null,
        };
    }

    private async Task<string?> ExplainAsync(EndPoint endpoint, TimeSpan patience, CancellationToken cancel)
    {
        var where = RedisOptions.NameOf(endpoint);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(patience);
        try
        {
            using var socket = await ConnectAsync(endpoint, time.Token).ConfigureAwait(false);
            await using var wire = new NetworkStream(socket);
            return options.IsTls
                ? await ExplainTlsAsync(wire, endpoint, where, patience, time.Token, cancel).ConfigureAwait(false)
                : await ExplainPlainAsync(wire, endpoint, where, patience, time.Token, cancel).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.ConnectionRefused =>
                    $"{where} refuses the connection: nothing listens there; check that Redis runs, and "
                        + "host and port in ConnectionStrings:Redis",
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
                    $"{where} can't be found: the host name is unknown; check it in ConnectionStrings:Redis, and the DNS",
                var other => $"{where} can't be reached ({other}); {CheckNetwork}",
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"{where} can't be reached in time; {CheckNetwork}";
        }
        catch (IOException)
        {
            return $"{where} ends the connection: it is not a Redis, or does not admit this machine; {CheckPlace}";
        }
    }

    private async Task<string?> ExplainPlainAsync(
        Stream wire, EndPoint endpoint, string where, TimeSpan patience, CancellationToken time, CancellationToken cancel)
    {
        var (answer, cause) = await TalkAsync(wire, where, time, cancel).ConfigureAwait(false);
        // What is no Redis without TLS may be one with it.
        return answer is Answer.Redis || !await SpeaksTlsAsync(endpoint, patience, cancel).ConfigureAwait(false) ? cause
            : $"{where} speaks TLS; add ssl=true to ConnectionStrings:Redis, or use the port without TLS";
    }

    private async Task<string?> ExplainTlsAsync(
        Stream wire, EndPoint endpoint, string where, TimeSpan patience, CancellationToken time, CancellationToken cancel)
    {
        var distrust = "";
        await using var tls = new SslStream(wire, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(options.ForTls(endpoint, (certificate, errors) =>
            {
                distrust = options.Trusts(certificate, errors) ? "" : $"{errors}";
                return distrust.Length == 0;
            }), time).ConfigureAwait(false);
        }
        catch (AuthenticationException) when (distrust.Length > 0)
        {
            return $"{where} shows a certificate that is not trusted ({distrust}); "
                + "check ScimLite:Redis:CertificateAuthority, and sslHost= in ConnectionStrings:Redis";
        }
        catch (Exception e) when (e is AuthenticationException or IOException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return await AnswersPlainAsync(endpoint, patience, cancel).ConfigureAwait(false)
                ? $"{where} answers without TLS; remove ssl=true and the certificates of ScimLite:Redis, or use the port of Redis for TLS"
                : $"{where} does not complete the TLS handshake; "
                    + "check that a Redis with TLS listens there, and ScimLite:Redis:ClientCertificate";
        }
        var (answer, cause) = await TalkAsync(tls, where, time, cancel).ConfigureAwait(false);
        return answer is Answer.None
            ? $"{where} ends the connection after the TLS handshake; check ScimLite:Redis:ClientCertificate and ClientKey" : cause;
    }

    // Signs in as the client library does, and runs what needs the permissions that the service needs first.
    private async Task<(Answer Answer, string? Cause)> TalkAsync(
        Stream stream, string where, CancellationToken time, CancellationToken cancel)
    {
        try
        {
            var wire = new Wire(stream);
            string[] signIn = options.IsSentinel || options.Password is not { Length: > 0 } password ? []
                : options.User is { Length: > 0 } user ? ["AUTH", user, password] : ["AUTH", password];
            string[][] needed = options.IsSentinel ? [] : [["GET", "scimlite:layout"], ["EVAL", "return 1", "0"]];
            foreach (var command in (string[][])[signIn, ["PING"], .. needed])
            {
                if (command.Length == 0)
                {
                    continue;
                }
                var answer = await wire.AskAsync(command, time).ConfigureAwait(false);
                if (answer is not ['+' or '-' or ':' or '$' or '_', ..])
                {
                    var web = answer.StartsWith("HTTP", StringComparison.Ordinal) ? ": it answers as a web server" : "";
                    return answer.Length > 0 ? (Answer.Other, $"{where} is not a Redis{web}; {CheckPlace}")
                        : (Answer.None, $"{where} closes the connection without an answer: it is not a Redis, "
                            + $"or does not admit this machine; {CheckPlace}");
                }
                // A Sentinel has a password of its own, or none.
                var isOfSentinel = options.IsSentinel && answer.StartsWith("-NOAUTH", StringComparison.Ordinal);
                if (answer[0] == '-' && !isOfSentinel && Refusal(where, answer) is { } refusal)
                {
                    return (Answer.Redis, refusal);
                }
            }
            return (Answer.Redis, null);
        }
        catch (IOException)
        {
            return (Answer.None, $"{where} ends the connection: it is not a Redis, or does not admit this machine; {CheckPlace}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (Answer.Other,
                $"{where} accepts the connection and does not answer: it hangs or is overloaded, or is not a Redis; "
                    + "look at the process that listens there");
        }
    }

    // Without a password, and whatever the certificate.
    private async Task<bool> SpeaksTlsAsync(EndPoint endpoint, TimeSpan patience, CancellationToken cancel)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(patience);
        try
        {
            using var socket = await ConnectAsync(endpoint, time.Token).ConfigureAwait(false);
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsClientAsync(options.ForTls(endpoint, static (_, _) => true), time.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or AuthenticationException or IOException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task<bool> AnswersPlainAsync(EndPoint endpoint, TimeSpan patience, CancellationToken cancel)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(patience);
        try
        {
            using var socket = await ConnectAsync(endpoint, time.Token).ConfigureAwait(false);
            await using var stream = new NetworkStream(socket);
            return await new Wire(stream).AskAsync(["PING"], time.Token).ConfigureAwait(false) is ['+', ..] or ['-', ..];
        }
        catch (Exception e) when (e is SocketException or IOException
            || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task<Socket> ConnectAsync(EndPoint endpoint, CancellationToken cancel)
    {
        var socket = endpoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, cancel).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private enum Answer
    {
        // The connection was closed.
        None,

        // Nothing that Redis says, or nothing at all.
        Other,

        Redis,
    }

    // Redis' protocol, as far as the first line of an answer.
    private sealed class Wire(Stream stream)
    {
        private readonly byte[] buffer = new byte[512];
        private int from, to;

        public async Task<string> AskAsync(string[] command, CancellationToken cancel)
        {
            var text = new StringBuilder().Append('*').Append(command.Length).Append("\r\n");
            foreach (var word in command)
            {
                text.Append('$').Append(Encoding.UTF8.GetByteCount(word)).Append("\r\n").Append(word).Append("\r\n");
            }
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancel).ConfigureAwait(false);
            var line = await ReadLineAsync(cancel).ConfigureAwait(false);
            if (line is ['$', not '-', ..])
            {
                // The value; those asked for have no line break.
                await ReadLineAsync(cancel).ConfigureAwait(false);
            }
            return line;
        }

        // Up to the line break, the end of the stream, or as much as any error of Redis has.
        private async Task<string> ReadLineAsync(CancellationToken cancel)
        {
            var line = new StringBuilder();
            while (line.Length < buffer.Length)
            {
                if (from == to)
                {
                    (from, to) = (0, await stream.ReadAsync(buffer, cancel).ConfigureAwait(false));
                    if (to == 0)
                    {
                        break;
                    }
                }
                var character = (char)buffer[from++];
                if (character == '\n')
                {
                    break;
                }
                line.Append(character);
            }
            return line.ToString().TrimEnd('\r');
        }
    }
}
