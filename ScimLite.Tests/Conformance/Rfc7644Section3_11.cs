using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Tenancy;
using ScimLite.Tests.Handlers;
using ScimLite.Tests.Hosting;
using ScimLite.Tests.Samples;

namespace ScimLite.Tests.Conformance;

/// <summary>RFC 7644 §3.11, <c>/Me</c>: an alias for the user that the credential stands for.</summary>
public sealed class Rfc7644Section3_11
{
    static readonly string[] Verbs = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"];

    static readonly string Title = HttpCalls.Patch("""{"op":"add","path":"title","value":"x"}""");

    static string? BodyOf(string verb) => verb switch { "PUT" or "POST" => """{"userName":"ada"}""", "PATCH" => Title, _ => null };

    [Theory, OnBothStores] // "A service provider that does NOT support this feature SHOULD respond with HTTP status code 501 (Not Implemented)."
    public async Task A_credential_that_stands_for_no_user_has_no_me(StoreKind store)
    {
        await using var host = await ScimHost.StartAsync(store);
        foreach (var verb in Verbs.Where(v => v != "HEAD"))
        {
            (await host.Client.Send(verb, "Me", BodyOf(verb))).Refuses(501);
        }

        (await host.Client.Send("HEAD", "Me")).Is(501);
        Assert.Equal(0, (await host.Client.Send("GET", "Users")).Is(200).Total);
        using var stranger = host.Connect(null);
        (await stranger.Send("GET", "Me")).Refuses(401);
    }

    [Theory, OnBothStores] // "In any response, the HTTP "Location" header MUST be the permanent location of the aliased resource"
    public async Task Me_is_the_user_for_every_verb_and_every_answer_tells_where_it_is(StoreKind store)
    {
        var me = new Subject();
        await using var host = await ScimHost.StartAsync(store, services: me.StandsInFor);
        var user = await host.Client.CreateUser("ada");
        me.UserId = user.Id;
        var location = $"http://localhost/scim/v2/Users/{user.Id}";
        async Task<HttpAnswer> Call(string verb, int status, string? body = null, params (string, string)[] headers)
        {
            var answer = (await host.Client.Send(verb, "/scim/v2/Me", body, headers)).Is(status);
            Assert.Equal(location, answer.Header("Location"));
            Assert.Equal(status is 200 or 304 ? location : null, answer.Header("Content-Location"));
            return answer;
        }

        Assert.Equal(user.Text, (await Call("GET", 200)).Text);
        await Call("HEAD", 200);
        await Call("GET", 304, null, ("If-None-Match", "W/\"1\""));
        Assert.Equal("ada", (await host.Client.Send("GET", "/scim/me?attributes=userName")).Is(200).Json.Text("userName"));
        Assert.Equal("a", (await Call("PUT", 200, """{"userName":"ada","title":"a"}""")).Json.Text("title"));
        Assert.Equal("x", (await Call("PATCH", 200, Title)).Json.Text("title"));
        await Call("PATCH", 204, Title, ("Prefer", "return=minimal"));
        await Call("PATCH", 412, Title, ("If-Match", "W/\"1\""));
        await Call("PUT", 400, "{");
        Assert.Equal("x", (await host.Client.Send("GET", $"Users/{user.Id}")).Is(200).Json.Text("title"));
        await Call("DELETE", 204);
        (await Call("GET", 404)).Refuses(404);
        await Call("DELETE", 404);
    }

    [Theory, OnBothStores] // "the desired resourceType being created is at the discretion of the service provider"
    public async Task Nobody_registers_through_me(StoreKind store)
    {
        var me = new Subject();
        await using var host = await ScimHost.StartAsync(store, services: me.StandsInFor);
        me.UserId = (await host.Client.CreateUser("ada")).Id;

        (await host.Client.Send("POST", "Me", """{"userName":"eve"}""")).Refuses(501);

        Assert.Equal(1, (await host.Client.Send("GET", "Users")).Is(200).Total);
    }

    // Makes every credential stand for this user.
    sealed class Subject : IClaimsTransformation
    {
        IHttpContextAccessor? accessor;

        public string? UserId { get; set; }

        public void StandsInFor(IServiceCollection services) => services.AddHttpContextAccessor().AddSingleton<IClaimsTransformation>(s =>
        {
            accessor = s.GetRequiredService<IHttpContextAccessor>();
            return this;
        });

        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            var features = accessor!.HttpContext!.Features;
            features.Set(features.Get<Identity>()! with { UserId = UserId });
            return Task.FromResult(principal);
        }
    }
}
