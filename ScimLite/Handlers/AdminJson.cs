using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>A Secret Token as the admin API shows it.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Prefix">Its first six characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null: when it is revoked.</param>
/// <param name="LastUsedAt">When it was last used, known a few seconds late; null: never.</param>
/// <param name="Scopes">What it is good for.</param>
/// <param name="UserId">The user that its bearer stands for.</param>
/// <param name="Token">The token itself, in the answer that made it and never again.</param>
public sealed record TokenView(
    string Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, IReadOnlyList<string> Scopes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? UserId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Token)
{
    /// <summary>Shows a token.</summary>
    public static TokenView Of(SecretToken token, DateTimeOffset? lastUsed, string? secret = null) =>
        new(token.Id, token.Name, token.Prefix, token.CreatedAt, token.ExpiresAt, lastUsed, token.Scopes, token.UserId, secret);
}

/// <summary>The Secret Tokens of a tenant, oldest first.</summary>
public sealed record TokenList(IReadOnlyList<TokenView> Tokens);

/// <summary>A client of the token endpoint as the admin API shows it.</summary>
/// <param name="ClientId">The client's id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="LastUsedAt">When it or one of its access tokens was last used; null: never.</param>
/// <param name="Scopes">What its access tokens may be good for.</param>
/// <param name="Federation">Whose assertions stand for it.</param>
/// <param name="Secrets">Its secrets, but for what is secret of them.</param>
public sealed record ClientView(
    string ClientId, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, IReadOnlyList<string> Scopes, Federation? Federation, IReadOnlyList<SecretView> Secrets)
{
    /// <summary>The id of the secret that was made with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecretId { get; init; }

    /// <summary>That secret itself, in the answer that made it and never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>Shows a client.</summary>
    public static ClientView Of(OAuthClient client, IReadOnlyDictionary<string, DateTimeOffset>? uses = null) =>
        new(client.ClientId, client.Name, client.CreatedAt, Last(uses, client.ClientId), client.Scopes, client.Federation,
            [.. client.Secrets.Select(s => SecretView.Of(s, Last(uses, s.SecretId)))]);

    private static DateTimeOffset? Last(IReadOnlyDictionary<string, DateTimeOffset>? uses, string id) => uses?.TryGetValue(id, out var time) == true ? time : null;
}

/// <summary>A client's secret as the admin API shows it.</summary>
/// <param name="SecretId">The secret's id.</param>
/// <param name="Prefix">Its first six characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LastUsedAt">When an access token was last given out for it; null: never.</param>
/// <param name="Secret">The secret itself, in the answer that made it and never again.</param>
public sealed record SecretView(
    string SecretId, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret)
{
    /// <summary>Shows a secret.</summary>
    public static SecretView Of(ClientSecret secret, DateTimeOffset? lastUsed, string? text = null) =>
        new(secret.SecretId, secret.Prefix, secret.CreatedAt, secret.ExpiresAt, lastUsed, text);
}

/// <summary>The clients of a tenant, oldest first.</summary>
public sealed record ClientList(IReadOnlyList<ClientView> Clients);

/// <summary>The tenants, by id.</summary>
public sealed record TenantList(IReadOnlyList<JsonObject> Tenants);

/// <summary>How the admin API writes and reads JSON: camel case, RFC 3339 times in UTC, and no unknown names.</summary>
[JsonSerializable(typeof(TenantList))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(SetupLinkList))]
[JsonSerializable(typeof(NewSetupLink))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(SignIn))]
[JsonSerializable(typeof(ClientList))]
[JsonSerializable(typeof(NewClient))]
[JsonSerializable(typeof(NewSecret))]
[JsonSerializable(typeof(ActivityAnswer))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(GuardView))]
[JsonSerializable(typeof(GuardChoice))]
[JsonSerializable(typeof(DeletedList))]
[JsonSerializable(typeof(DirectoryPage))]
[JsonSerializable(typeof(RefusalList))]
internal sealed partial class AdminJson : JsonSerializerContext
{
    /// <summary>Adds it to the options of the routes.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.Converters.Add(new Rfc3339());
    }
}

/// <summary>Times as they stand in the directory: UTC, with milliseconds and a Z.</summary>
public sealed class Rfc3339 : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().ToUniversalTime();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Text(value));

    /// <summary>The time as text.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
