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
    private readonly IReadOnlySet<string> renamed = FakeDirectory.RenamedIn(Options);
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
            { Fault: ExchangeFault.Unreachable } => throw new QuarantineException(Reach.NotReached(exchange), unusable: true),
            { RefusesCredential: true } => throw new QuarantineException(Reach.Refused(exchange), unusable: true),
            _ => exchange,
        };
    }

    /// <summary>Asks with a filter.</summary>
    /// <returns>The resources, or null with the exchange when it is no answer to go by.</returns>
    /// <exception cref="QuarantineException">No list, where Entra takes nothing but a list.</exception>
    public async Task<(IReadOnlyList<TargetResource>? Found, Exchange Exchange)> FindAsync(string kind, string path, CancellationToken cancel)
    {
        var exchange = await SendAsync(new EntraRequest("GET", path) { Kind = kind }, cancel).ConfigureAwait(false);
        return (ReadFound(exchange), exchange);
    }

    /// <summary>Reads the answer to a filter.</summary>
    /// <returns>The resources, or null when it is no answer to go by.</returns>
    /// <exception cref="QuarantineException">No list, where Entra takes nothing but a list.</exception>
    public IReadOnlyList<TargetResource>? ReadFound(Exchange exchange)
    {
        if (exchange.Status is not (200 or 404))
        {
            return null;
        }
        var found = exchange.Status == 200 ? TargetResource.ReadList(exchange.Json) : null;
        if (found is null)
        {
            Findings.Faulty(ServerFaults.NoMatchIsNoList, $"GET {exchange.Request.Path}: {exchange.Status} {exchange.Received}");
            throw new QuarantineException($"EncounteredQuarantineException: a filter was answered {exchange.Status} and not 200 with a ListResponse", unusable: false);
        }
        return found;
    }

    /// <summary>
    /// Looks by externalId, as a second matching attribute, for an object without a match that a run with these options renames.
    /// An earlier run may have left it under its later name.
    /// </summary>
    /// <param name="endpoint"><c>/Users</c> or <c>/Groups</c>.</param>
    /// <param name="objectId">The object's id in the source.</param>
    /// <param name="cancel">Stops the run.</param>
    /// <returns>The resource; null without exactly one, also on a server that has no such filter.</returns>
    public async Task<TargetResource?> FindRenamedAsync(string endpoint, string objectId, CancellationToken cancel)
    {
        if (!renamed.Contains(objectId) || Options.Match == MatchingAttribute.ExternalId)
        {
            return null;
        }
        var path = endpoint == "/Users" ? EntraText.FindUser("externalId", objectId) : EntraText.FindGroup("externalId", objectId);
        var exchange = await SendAsync(new EntraRequest("GET", path) { Kind = "match renamed" }, cancel).ConfigureAwait(false);
        return exchange.Status == 200 && TargetResource.ReadList(exchange.Json) is [var one] ? one : null;
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
