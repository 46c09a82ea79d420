using ScimLite.Store;
using ScimLite.Telemetry;

namespace ScimLite.Tenancy;

/// <summary>A credential that ends soon, or has ended not long ago.</summary>
/// <param name="Kind"><c>token</c> or <c>secret</c>.</param>
/// <param name="Id">The id of the token or secret.</param>
/// <param name="Name">The name of the token, or of the secret's client.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Within">Within how many days: 30, 7, 1; 0 when it has ended.</param>
public sealed record ExpiringCredential(string Kind, string Id, string Name, DateTimeOffset ExpiresAt, int Within);

/// <summary>Warns of credentials that end in 30, 7 and 1 days: in the metric <c>scim.credential.expiry</c>, and in a log line for each step.</summary>
public sealed class CredentialExpiry(TenantAccounts accounts, ScimTelemetry telemetry, TimeProvider clock, ILogger<CredentialExpiry> logger) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1), Every = TimeSpan.FromHours(1);
    private static readonly int[] Steps = [0, 1, 7, 30];

    private Dictionary<string, int> told = [];

    /// <summary>The credentials of a tenant that end within 30 days, or have ended in the last 30; the nearest end first.</summary>
    public static IReadOnlyList<ExpiringCredential> Of(TenantAccount account, DateTimeOffset now) =>
        [.. account.Tokens.Select(t => (Kind: "token", t.Id, t.Name, t.ExpiresAt))
            .Concat(account.Clients.SelectMany(c => c.Secrets.Select(s => (Kind: "secret", Id: s.SecretId, c.Name, ExpiresAt: (DateTimeOffset?)s.ExpiresAt))))
            .Where(c => c.ExpiresAt is { } at && at - now <= TimeSpan.FromDays(Steps[^1]) && now - at <= TimeSpan.FromDays(Steps[^1]))
            .Select(c => new ExpiringCredential(c.Kind, c.Id, c.Name, c.ExpiresAt!.Value, Steps.First(days => c.ExpiresAt - now <= TimeSpan.FromDays(days))))
            .OrderBy(c => c.ExpiresAt)];

    /// <summary>Looks at the credentials of all tenants.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var found = (await accounts.ListAsync(cancel).ConfigureAwait(false)).SelectMany(t => Of(t.Account, now).Select(c => (Tenant: t.Id, Credential: c))).ToArray();
        telemetry.Expiring = [.. found.Select(f => (f.Tenant, f.Credential.Kind, f.Credential.Id, f.Credential.ExpiresAt - now))];
        foreach (var (tenant, credential) in found.Where(f => told.GetValueOrDefault(f.Credential.Id, int.MaxValue) > f.Credential.Within))
        {
            Log.Expiring(logger, credential.Kind, credential.Id, tenant, credential.ExpiresAt, credential.Within);
        }
        told = found.ToDictionary(f => f.Credential.Id, f => f.Credential.Within, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(First, clock, stoppingToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.Postponed(logger, StoreUnavailableException.LevelOf(e), "look for credentials that expire", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
