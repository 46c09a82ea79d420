using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Tenancy;

/// <summary>When credentials were used, and when they end.</summary>
public sealed class CredentialLifeTests
{
    static readonly DateTimeOffset Start = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    readonly FakeTimeProvider clock = new(Start);

    Task<AdminHost> Host(StoreKind store) => AdminHost.StartAsync(store, services: services => services.AddSingleton<TimeProvider>(clock));

    [Theory, OnBothStores]
    public async Task The_last_use_is_told_in_batches_and_not_with_each_request(StoreKind store)
    {
        await using var admin = await (await Host(store)).WithTenant();
        var (id, token) = await admin.IssueToken();
        using var client = admin.Host.Connect(token);
        var uses = admin.Host.Services.GetRequiredService<CredentialUses>();
        async Task<string?> Last() => (string?)(await admin.Send("GET", $"tenants/{admin.Tenant}/tokens")).One("tokens", "id", id)["lastUsedAt"];

        (await client.Send("GET", "Users")).Is(200);
        Assert.Null(await Last());
        await uses.WriteAsync(TestContext.Current.CancellationToken);
        Assert.Equal("2026-11-25T12:00:00.000Z", await Last());

        clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
        {
            (await client.Send("GET", "Users")).Is(200);
        }
        await uses.WriteAsync(TestContext.Current.CancellationToken);
        Assert.Equal("2026-11-25T12:00:01.000Z", await Last());
        await uses.WriteAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(5));
        (await client.Send("GET", "Users")).Is(200);
        await uses.WriteAsync(TestContext.Current.CancellationToken);
        Assert.Equal("2026-11-25T12:00:06.000Z", await Last());
    }

    [Fact]
    public void Those_that_end_within_thirty_days_are_told_with_the_step_they_are_at()
    {
        SecretToken Token(string id, double? days) => new(id, id, "", "", Start, days is null ? null : Start.AddDays(days.Value), ["provision"], null);
        var account = new TenantAccount
        {
            Tokens = [Token("never", null), Token("later", 30.1), Token("month", 30), Token("week", 7), Token("eight", 7.1), Token("day", 1), Token("over", -0.1), Token("long ago", -31)],
            Clients = [new OAuthClient("c", "client", Start, ["provision"], null, [new ClientSecret("s", "", "", Start, Start.AddDays(3)), new ClientSecret("t", "", "", Start, Start.AddDays(300))])],
        };

        Assert.Equal(["token over 0", "token day 1", "secret s 7", "token week 7", "token eight 30", "token month 30"],
            CredentialExpiry.Of(account, Start).Select(c => $"{c.Kind} {c.Id} {c.Within}"));
    }

    [Fact]
    public async Task Each_step_is_one_log_line_with_ids_alone_and_the_metric_tells_the_time_left()
    {
        var log = new Lines();
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock)
            .AddSingleton<Microsoft.Extensions.Logging.ILogger<CredentialExpiry>>(log))).WithTenant();
        var (id, token) = await admin.IssueToken(more: ""","expiresAt":"2026-12-05T12:00:00Z" """);
        await admin.IssueToken();
        var expiry = admin.Host.Services.GetServices<IHostedService>().OfType<CredentialExpiry>().Single();
        var cancel = TestContext.Current.CancellationToken;
        using var recorded = new System.Diagnostics.Metrics.MeterListener();
        var measured = new List<string>();
        recorded.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "scim.credential.expiry")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        recorded.SetMeasurementEventCallback<double>((_, value, tags, _) => measured.Add($"{value} {string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"))}"));
        recorded.Start();

        await expiry.LookAsync(cancel);
        await expiry.LookAsync(cancel);
        recorded.RecordObservableInstruments();
        clock.Advance(TimeSpan.FromDays(3));
        await expiry.LookAsync(cancel);
        clock.Advance(TimeSpan.FromDays(7));
        await expiry.LookAsync(cancel);
        await expiry.LookAsync(cancel);

        Assert.Equal(3, log.Count(id));
        Assert.Equal(3, log.Count(admin.Tenant));
        Assert.Equal(0, log.Count(token) + log.Count("Entra 2026"));
        Assert.Contains($"{TimeSpan.FromDays(10).TotalSeconds} scim.tenant={admin.Tenant} scim.credential.kind=token scim.credential.id={id}", measured);
    }

    sealed class Lines : Microsoft.Extensions.Logging.ILogger<CredentialExpiry>
    {
        readonly List<string> lines = [];

        public int Count(string text) => lines.Count(l => l.Contains(text, StringComparison.Ordinal));

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));
    }
}
