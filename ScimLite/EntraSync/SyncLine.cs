namespace ScimLite.EntraSync;

/// <summary>What every part of a run shares: the options, the wire, what is remembered, what was found, and the figures.</summary>
/// <param name="Options">What the run does.</param>
/// <param name="Client">The wire.</param>
/// <param name="State">What the job remembers.</param>
/// <param name="Findings">What was found.</param>
/// <param name="Measures">The figures.</param>
internal sealed record SyncLine(SyncOptions Options, EntraClient Client, SyncState State, SyncFindings Findings, SyncMeasures Measures)
{
    private const int MostTries = 3;
    private int rotated;

    /// <summary>Takes the next token from here on, once.</summary>
    /// <returns>Whether there was one left to take.</returns>
    public bool RotateToken()
    {
        if (Options.NextToken is null || Interlocked.Exchange(ref rotated, 1) == 1)
        {
            return false;
        }
        Client.Token = Options.NextToken;
        return true;
    }

    /// <summary>Sends a request; where the outcome stays unknown, as often as it takes, up to three times. Not for POST.</summary>
    /// <exception cref="QuarantineException">The target is not there, or refuses the credential.</exception>
    public async Task<Exchange> SendAsync(EntraRequest request, CancellationToken cancel)
    {
        var exchange = await SendOnceAsync(request, cancel).ConfigureAwait(false);
        for (var tries = 1; tries < MostTries && exchange.Fault is ExchangeFault.Broken or ExchangeFault.TimedOut; tries++)
        {
            exchange = await SendOnceAsync(request, cancel).ConfigureAwait(false);
        }
        return exchange;
    }

    /// <summary>Sends a request whose outcome may stay unknown.</summary>
    /// <exception cref="QuarantineException">The target is not there, or refuses the credential.</exception>
    public async Task<Exchange> SendOnceAsync(EntraRequest request, CancellationToken cancel)
    {
        var token = Client.Token;
        var exchange = await Client.SendAsync(request, cancel).ConfigureAwait(false);
        if (exchange.RefusesCredential && (RotateToken() || Client.Token != token))
        {
            exchange = await Client.SendAsync(request, cancel).ConfigureAwait(false);
        }
        return exchange switch
        {
            { Fault: ExchangeFault.Unreachable } => throw new QuarantineException($"EncounteredQuarantineException: {exchange.Url} can't be reached: {exchange.Received}", unusable: true),
            { RefusesCredential: true } => throw new QuarantineException($"EncounteredQuarantineException: the credential was refused with {exchange.Status}", unusable: true),
            _ => exchange,
        };
    }

    /// <summary>Asks with a filter.</summary>
    /// <returns>The resources, or null with the exchange when it is no answer to go by.</returns>
    /// <exception cref="QuarantineException">No list, where Entra takes nothing but a list.</exception>
    public async Task<(IReadOnlyList<TargetResource>? Found, Exchange Exchange)> FindAsync(string kind, string path, CancellationToken cancel)
    {
        var exchange = await SendAsync(new EntraRequest("GET", path) { Kind = kind }, cancel).ConfigureAwait(false);
        if (exchange.Status is not (200 or 404))
        {
            return (null, exchange);
        }
        var found = exchange.Status == 200 ? TargetResource.ReadList(exchange.Json) : null;
        if (found is null)
        {
            Findings.Faulty(ServerFaults.NoMatchIsNoList, $"GET {path}: {exchange.Status} {exchange.Received}");
            throw new QuarantineException($"EncounteredQuarantineException: a filter was answered {exchange.Status} and not 200 with a ListResponse", unusable: false);
        }
        return (found, exchange);
    }

    /// <summary>Notes that an object failed, and goes on with the others.</summary>
    /// <exception cref="QuarantineException">So much failed that Entra stops the job.</exception>
    public void Fail(string key, Exchange exchange, string? reason = null, bool reference = false)
    {
        Findings.Failed(exchange, reason);
        Measures.Fail();
        State.Failed(key, reference);
    }
}
