using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ScimLite.Tests.Benchmarks;

/// <summary>What ScimLite is measured by: a minimal API that parses the body, makes one round trip to Redis, and answers. It checks no
/// credential, no limit and no rule.</summary>
public static class BareApi
{
    /// <summary>Serves until the process ends.</summary>
    public static async Task<int> RunAsync(string url, string redis)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis);
        var database = connection.GetDatabase();
        var app = builder.Build();
        app.MapGet("/Users/{id}", async http => await AnswerAsync(http, 200, await database.StringGetAsync("bare:" + http.Request.RouteValues["id"])));
        app.MapGet("/Users", async http => await AnswerAsync(http, 200, await database.StringGetAsync("bare:" + http.Request.Query["filter"])));
        app.MapPost("/Users", async http =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            var id = Guid.NewGuid().ToString();
            var document = WithId(id, body.RootElement);
            await database.StringSetAsync("bare:" + id, document);
            await AnswerAsync(http, 201, document);
        });
        app.MapPut("/Users/{id}", async http =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            var document = JsonSerializer.SerializeToUtf8Bytes(body.RootElement);
            await database.StringSetAsync("bare:" + http.Request.RouteValues["id"], document);
            await AnswerAsync(http, 200, document);
        });
        app.MapPatch("/Users/{id}", async http =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            await AnswerAsync(http, 200, await database.StringGetAsync("bare:" + http.Request.RouteValues["id"]));
        });
        app.MapPatch("/Groups/{id}", async http =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            var member = body.RootElement.GetProperty("Operations")[0].GetProperty("value")[0].GetProperty("value").GetString();
            await database.SetAddAsync("bare:" + http.Request.RouteValues["id"], member);
            http.Response.StatusCode = 204;
        });
        app.MapDelete("/Users/{id}", async http =>
        {
            await database.KeyDeleteAsync("bare:" + http.Request.RouteValues["id"]);
            http.Response.StatusCode = 204;
        });
        await app.RunAsync();
        return 0;
    }

    private static byte[] WithId(string id, JsonElement resource)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            foreach (var property in resource.EnumerateObject())
            {
                property.WriteTo(json);
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static Task AnswerAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/scim+json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body).AsTask();
    }
}
