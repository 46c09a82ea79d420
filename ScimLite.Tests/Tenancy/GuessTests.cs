using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ScimLite.Tenancy;
using ScimLite.Tests.Hosting;

namespace ScimLite.Tests.Tenancy;

/// <summary>Whoever tries one credential after the other gets slower and slower, and nobody else does.</summary>
public sealed class GuessTests
{
    readonly FakeTimeProvider clock = new();

    static readonly IPAddress Here = IPAddress.Parse("192.0.2.7"), There = IPAddress.Parse("192.0.2.8");

    static SecretHash Wrong(int number) => SecretHash.Of($"wrong {number}");

    static GuessLimits Used(GuessLimits limits, IPAddress? from, int wrong)
    {
        for (var i = 0; i < wrong; i++)
        {
            Assert.Equal(Guess.MayBeTried, limits.Judge(from, Wrong(i)));
            limits.Mistaken(from, Wrong(i));
        }
        return limits;
    }

    [Fact]
    public void After_a_burst_one_may_be_tried_from_time_to_time()
    {
        var limits = Used(new GuessLimits(3, TimeSpan.FromSeconds(10), clock), Here, 3);

        Assert.Equal(Guess.MustWait, limits.Judge(Here, Wrong(9)));
        clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(Guess.MustWait, limits.Judge(Here, Wrong(9)));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(Guess.MayBeTried, limits.Judge(Here, Wrong(9)));
        limits.Mistaken(Here, Wrong(9));
        Assert.Equal(Guess.MustWait, limits.Judge(Here, Wrong(10)));
        clock.Advance(TimeSpan.FromDays(1));
        Used(limits, Here, 3);
        Assert.Equal(Guess.MustWait, limits.Judge(Here, Wrong(9)));
    }

    [Fact]
    public void The_same_mistake_again_uses_nothing_up_and_is_forgotten_after_ten_seconds()
    {
        var limits = Used(new GuessLimits(3, TimeSpan.FromSeconds(60), clock), Here, 1);

        Assert.Equal(Guess.KnownWrong, limits.Judge(Here, Wrong(0)));
        Assert.Equal(Guess.MayBeTried, limits.Judge(Here, Wrong(1)));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Guess.MayBeTried, limits.Judge(Here, Wrong(0)));
    }

    [Fact]
    public void Addresses_are_counted_apart_and_one_ipv6_network_is_one()
    {
        var limits = Used(new GuessLimits(3, TimeSpan.FromSeconds(10), clock), Here, 3);
        Assert.Equal(Guess.MayBeTried, limits.Judge(There, Wrong(9)));
        Assert.Equal(Guess.MustWait, limits.Judge(Here.MapToIPv6(), Wrong(9)));
        Assert.Equal(Guess.MayBeTried, limits.Judge(null, Wrong(9)));

        Used(limits, IPAddress.Parse("2001:db8:0:1::1"), 3);
        Assert.Equal(Guess.MustWait, limits.Judge(IPAddress.Parse("2001:db8:0:1:ffff::2"), Wrong(9)));
        Assert.Equal(Guess.MayBeTried, limits.Judge(IPAddress.Parse("2001:db8:0:2::1"), Wrong(9)));
    }

    [Fact]
    public void Of_more_addresses_than_it_knows_the_one_that_was_quiet_longest_is_forgotten()
    {
        var limits = new GuessLimits(1, TimeSpan.FromDays(1), clock, mostSources: 3);
        foreach (var last in (int[])[1, 2, 3, 4])
        {
            limits.Mistaken(IPAddress.Parse($"192.0.2.{last}"), Wrong(0));
        }

        Assert.Equal(Guess.MayBeTried, limits.Judge(IPAddress.Parse("192.0.2.1"), Wrong(9)));
        Assert.All((int[])[2, 3, 4], last => Assert.Equal(Guess.MustWait, limits.Judge(IPAddress.Parse($"192.0.2.{last}"), Wrong(9))));
    }

    [Fact]
    public void What_was_good_from_there_within_a_day_may_be_tried_until_it_is_wrong()
    {
        var limits = new GuessLimits(1, TimeSpan.FromDays(9), clock);
        var good = SecretHash.Of("good");
        limits.Proven(Here, good);
        limits.Mistaken(Here, Wrong(0));
        limits.Mistaken(There, Wrong(0));

        Assert.Equal(Guess.MustWait, limits.Judge(There, good));
        clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(Guess.MayBeTried, limits.Judge(Here, good));
        limits.Proven(Here, good);
        clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(Guess.MayBeTried, limits.Judge(Here, good));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Guess.MustWait, limits.Judge(Here, good));

        limits.Proven(Here, good);
        limits.Mistaken(Here, good);
        Assert.Equal(Guess.KnownWrong, limits.Judge(Here, good));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Guess.MustWait, limits.Judge(Here, good));
    }

    [Fact]
    public void Of_more_good_ones_than_it_knows_those_that_were_quiet_are_forgotten()
    {
        var limits = new GuessLimits(1, TimeSpan.FromDays(9), clock, mostProven: 10);
        limits.Mistaken(Here, Wrong(0));
        SecretHash Good(int number) => SecretHash.Of($"good {number}");
        for (var i = 0; i < 100; i++)
        {
            limits.Proven(Here, Good(-1));
            limits.Proven(Here, Good(i));
        }

        Assert.All(Enumerable.Range(90, 10).Append(-1), i => Assert.Equal(Guess.MayBeTried, limits.Judge(Here, Good(i))));
        Assert.All(Enumerable.Range(0, 80), i => Assert.Equal(Guess.MustWait, limits.Judge(Here, Good(i))));
    }

    // The host of a test has no network; the address is put into the request.
    static async Task<int> Call(ScimHost host, string token, string from, string? forwardedFor = null) => (await host.Server.SendAsync(request =>
    {
        (request.Request.Method, request.Request.Path) = ("GET", "/scim/v2/Users");
        request.Request.Headers.Authorization = $"Bearer {token}";
        request.Connection.RemoteIpAddress = IPAddress.Parse(from);
        if (forwardedFor is not null)
        {
            request.Request.Headers["X-Forwarded-For"] = forwardedFor;
        }
    }, TestContext.Current.CancellationToken)).Response.StatusCode;

    [Fact]
    public async Task A_storm_of_guesses_is_slowed_and_who_always_calls_from_there_is_not()
    {
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        var (known, fresh) = ((await admin.IssueToken()).Token, (await admin.IssueToken()).Token);
        Assert.Equal(200, await Call(admin.Host, known, "192.0.2.7"));
        var answers = new List<int>();
        for (var i = 0; i < 80; i++)
        {
            answers.Add(await Call(admin.Host, $"guess {i}", "192.0.2.7"));
        }

        Assert.All(answers.Take(50), status => Assert.Equal(401, status));
        Assert.All(answers.Skip(50), status => Assert.Equal(429, status));
        Assert.Equal(200, await Call(admin.Host, known, "192.0.2.7"));
        Assert.Equal(429, await Call(admin.Host, fresh, "192.0.2.7"));
        Assert.Equal(200, await Call(admin.Host, fresh, "192.0.2.8"));
    }

    [Fact]
    public async Task Who_was_silent_for_hours_is_let_in_during_a_storm_and_refused_as_before_once_revoked_or_expired()
    {
        clock.SetUtcNow(new DateTimeOffset(2026, 11, 27, 8, 0, 0, TimeSpan.Zero));
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        var (known, revoked, expiring) = (await admin.IssueToken(), await admin.IssueToken(), await admin.IssueToken(more: ",\"expiresAt\":\"2026-11-27T10:00:00Z\""));
        foreach (var (_, token) in ((string, string)[])[known, revoked, expiring])
        {
            Assert.Equal(200, await Call(admin.Host, token, "192.0.2.7"));
        }
        clock.Advance(TimeSpan.FromHours(6));
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/tokens/{revoked.Id}")).Is(204);
        var storm = 0;
        while (await Call(admin.Host, $"guess {storm}", "192.0.2.7") == 401)
        {
            storm++;
        }

        Assert.Equal(50, storm);
        Assert.Equal(200, await Call(admin.Host, known.Token, "192.0.2.7"));
        Assert.Equal(401, await Call(admin.Host, revoked.Token, "192.0.2.7"));
        Assert.Equal(401, await Call(admin.Host, expiring.Token, "192.0.2.7"));
    }

    [Fact]
    public async Task Guesses_of_client_secrets_and_of_set_up_links_are_slowed_as_well()
    {
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock))).WithTenant();
        var made = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", """{"name":"Entra"}""")).Is(201).Json;
        var link = (string)(await admin.Send("POST", $"tenants/{admin.Tenant}/setup-links", """{"name":"IT"}""")).Is(201).Json["secret"]!;
        Task<(int, string)> Ask(string secret, string from) => Post("/oauth2/token", "application/x-www-form-urlencoded", $"grant_type=client_credentials&client_id={made["clientId"]}&client_secret={secret}", from);
        Task<(int, string)> Open(string secret, string from) => Post("/admin/session", "application/json", $$"""{"setup":"{{secret}}"}""", from);
        var last = "";
        var used = (await admin.Send("POST", $"tenants/{admin.Tenant}/clients", """{"name":"Entra"}""")).Is(201).Json;
        Task<(int, string)> AskAsUsual() => Post("/oauth2/token", "application/x-www-form-urlencoded", $"grant_type=client_credentials&client_id={used["clientId"]}&client_secret={used["secret"]}", "192.0.2.7");
        Assert.Equal((200, ""), await AskAsUsual());
        clock.Advance(TimeSpan.FromHours(6));
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal((401, ""), await Ask($"guess-{i}", "192.0.2.7"));
            Assert.Equal((401, ""), await Open($"guess-{i}", "192.0.2.9"));
        }

        foreach (var call in (Func<Task<(int, string)>>[])[() => Ask("guess", "192.0.2.7"), () => Ask($"{made["secret"]}", "192.0.2.7"), () => Open("guess", "192.0.2.9"), () => Open(link, "192.0.2.9")])
        {
            var (status, wait) = await call();
            Assert.Equal(429, status);
            Assert.InRange(int.Parse(wait, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        }
        Assert.Equal((200, ""), await Ask($"{made["secret"]}", "192.0.2.8"));
        Assert.Equal((200, ""), await Open(link, "192.0.2.8"));
        Assert.Equal((200, ""), await AskAsUsual());
        Assert.Equal(200, await Call(admin.Host, (string)JsonNode.Parse(last)!["access_token"]!, "192.0.2.7"));
        (await admin.Send("DELETE", $"tenants/{admin.Tenant}/clients/{used["clientId"]}")).Is(204);
        Assert.Equal((401, ""), await AskAsUsual());

        async Task<(int, string)> Post(string path, string mediaType, string body, string from)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(body);
            var answer = await admin.Host.Server.SendAsync(request =>
            {
                (request.Request.Method, request.Request.Path, request.Request.ContentType, request.Request.ContentLength) = ("POST", path, mediaType, bytes.Length);
                request.Request.Body = new MemoryStream(bytes);
                request.Features.Set<IHttpRequestBodyDetectionFeature>(new HasBody());
                request.Connection.RemoteIpAddress = IPAddress.Parse(from);
            }, TestContext.Current.CancellationToken);
            using var reader = new StreamReader(answer.Response.Body);
            last = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            return (answer.Response.StatusCode, answer.Response.Headers.RetryAfter.ToString());
        }
    }

    sealed class HasBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => true;
    }

    [Fact]
    public async Task A_client_that_repeats_one_mistake_slows_nobody()
    {
        await using var admin = await (await AdminHost.StartAsync(StoreKind.Memory)).WithTenant();
        var token = (await admin.IssueToken()).Token;
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(401, await Call(admin.Host, "an old token", "192.0.2.7"));
        }

        Assert.Equal(200, await Call(admin.Host, token, "192.0.2.7"));
    }

    [Theory]
    [InlineData(true, 401)]
    [InlineData(false, 429)]
    public async Task A_forwarded_address_counts_where_a_known_proxy_says_it(bool known, int last)
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, services: services => services.AddSingleton<TimeProvider>(clock),
            settings: known ? new Dictionary<string, string> { ["ScimLite:KnownProxies:0"] = "192.0.2.7" } : null);
        var status = 0;
        for (var i = 0; i < 70; i++)
        {
            status = await Call(host, $"guess {i}", "192.0.2.7", $"198.51.100.{i}");
        }

        Assert.Equal(last, status);
    }
}
