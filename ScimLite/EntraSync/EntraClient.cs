using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ScimLite.EntraSync;

/// <summary>How an <see cref="EntraClient"/> behaves.</summary>
/// <param name="Targets">Tenant URLs without a slash at the end; requests go to each in turn.</param>
/// <param name="Token">The Secret Token.</param>
public sealed record EntraClientOptions(IReadOnlyList<string> Targets, string Token)
{
    /// <summary>Requests a second at most; 0 for no limit.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>How often a request that was answered 429 or 503 is sent again.</summary>
    public int Retries { get; init; }

    /// <summary>How many requests are sent at most, before <see cref="RequestCapException"/>.</summary>
    public long MaxRequests { get; init; } = long.MaxValue;

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A longer Retry-After is not waited for.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tells for a request whether its answer is to be thrown away with the connection, and after how long at the latest; null: never.</summary>
    public Func<EntraRequest, TimeSpan?>? CutAfter { get; init; }

    /// <summary>Is told every exchange, the repeated ones too; called from many threads.</summary>
    public Action<Exchange>? Recorder { get; init; }
}

/// <summary>The run has sent as many requests as it may.</summary>
public sealed class RequestCapException(long cap) : Exception($"The cap of {cap} requests is reached.");

/// <summary>
/// Sends literal requests with Entra's headers: Authorization, Host, and with a body Content-Type; no User-Agent, no Accept, no cookie.
/// Redirects are not followed. Every outcome is an <see cref="Exchange"/>, a failed connection too.
/// </summary>
public sealed class EntraClient : IDisposable
{
    private readonly HttpMessageInvoker http;
    private readonly EntraClientOptions options;
    private readonly TimeProvider clock;
    private readonly Lock turn = new();
    private DateTimeOffset nextTurn;
    private DateTimeOffset pausedUntil;
    private TimeSpan paused;
    private long sent;
    private long givenUp;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="handler">The way to the server, if it is not the network.</param>
    /// <param name="clock">The time that waiting is measured in.</param>
    public EntraClient(EntraClientOptions options, HttpMessageHandler? handler = null, TimeProvider? clock = null)
    {
        this.options = options;
        this.clock = clock ?? TimeProvider.System;
        Token = options.Token;
        http = new HttpMessageInvoker(handler ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
        }, disposeHandler: handler is null);
    }

    /// <summary>The Secret Token; a new one counts from the next request on.</summary>
    public string Token { get; set; }

    /// <summary>How many requests were sent, the repeated ones too.</summary>
    public long Sent => Math.Min(Interlocked.Read(ref sent), options.MaxRequests);

    /// <summary>How long requests were held back after 429 and 503 in all; waits at the same time count once.</summary>
    public TimeSpan Paused
    {
        get
        {
            lock (turn)
            {
                return paused;
            }
        }
    }

    /// <summary>How many requests were given up: answered 429 or 503, and not sent again.</summary>
    public long GivenUp => Interlocked.Read(ref givenUp);

    /// <summary>Sends a request, and again after 429 or 503 as often as the options allow, not before Retry-After is over.</summary>
    /// <returns>The last exchange.</returns>
    /// <exception cref="RequestCapException">The cap is reached; this request was not sent.</exception>
    public async Task<Exchange> SendAsync(EntraRequest request, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var exchange = await SendOnceAsync(request, cancel).ConfigureAwait(false);
            if (exchange.Status is not (429 or 503))
            {
                return exchange;
            }
            var wait = exchange.RetryAfter ?? TimeSpan.FromSeconds(1 << Math.Min(attempt, 10));
            if (attempt >= options.Retries || wait > options.LongestWait)
            {
                Interlocked.Increment(ref givenUp);
                return exchange;
            }
            // One refusal speaks for the whole directory: every request waits.
            Pause(wait);
        }
    }

    private void Pause(TimeSpan wait)
    {
        lock (turn)
        {
            var now = clock.GetUtcNow();
            var (from, until) = (pausedUntil > now ? pausedUntil : now, now + wait);
            if (until > from)
            {
                (paused, pausedUntil) = (paused + (until - from), until);
            }
            nextTurn = until > nextTurn ? until : nextTurn;
        }
    }

    // Who asks takes the next free turn and waits for it; turns are a second divided by the rate apart, so there is no burst.
    private async Task WaitForTurnAsync(CancellationToken cancel)
    {
        TimeSpan wait;
        lock (turn)
        {
            var now = clock.GetUtcNow();
            nextTurn = nextTurn > now ? nextTurn : now;
            wait = nextTurn - now;
            if (options.RequestsPerSecond > 0)
            {
                nextTurn += TimeSpan.FromSeconds(1.0 / options.RequestsPerSecond);
            }
        }
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock, cancel).ConfigureAwait(false);
        }
    }

    private async Task<Exchange> SendOnceAsync(EntraRequest request, CancellationToken cancel)
    {
        await WaitForTurnAsync(cancel).ConfigureAwait(false);
        var number = Interlocked.Increment(ref sent);
        if (number > options.MaxRequests)
        {
            throw new RequestCapException(options.MaxRequests);
        }
        var url = request.Path.StartsWith('/') ? options.Targets[(int)(number % options.Targets.Count)] + request.Path : request.Path;
        var start = clock.GetTimestamp();
        var cut = options.CutAfter?.Invoke(request);
        using var deadline = new CancellationTokenSource(cut ?? options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        Exchange exchange;
        try
        {
            using var message = Message(request, url);
            using var answer = await http.SendAsync(message, either.Token).ConfigureAwait(false);
            if (cut is not null)
            {
                throw new OperationCanceledException();
            }
            var body = await answer.Content.ReadAsStringAsync(either.Token).ConfigureAwait(false);
            var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
            exchange = new Exchange(request, url, (int)answer.StatusCode, headers, body, clock.GetElapsedTime(start));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            exchange = cut is null ? Unanswered(ExchangeFault.TimedOut, $"no answer in {options.Timeout.TotalSeconds} s") : Unanswered(ExchangeFault.Broken, "cut on purpose");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            exchange = Unanswered(Fault((e as HttpRequestException)?.HttpRequestError), (e.InnerException ?? e).Message);
        }
        options.Recorder?.Invoke(exchange);
        return exchange;

        Exchange Unanswered(ExchangeFault fault, string told) =>
            new(request, url, 0, new Dictionary<string, string>(), told, clock.GetElapsedTime(start), fault);
    }

    private static ExchangeFault Fault(HttpRequestError? error) => error switch
    {
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError => ExchangeFault.Unreachable,
        _ => ExchangeFault.Broken,
    };

    [SuppressMessage("Reliability", "CA2000", Justification = "The message disposes its content.")]
    private HttpRequestMessage Message(EntraRequest request, string url)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), url) { Version = HttpVersion.Version11 };
        if ((request.Token ?? Token) is { Length: > 0 } token)
        {
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        }
        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body));
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/scim+json; charset=utf-8");
        }
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content ??= new ByteArrayContent([]);
                message.Content.Headers.Remove(name);
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return message;
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
