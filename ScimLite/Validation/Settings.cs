using System.Text.Json.Serialization;
using ScimLite.Protocol.Patches;

namespace ScimLite.Validation;

/// <summary>What an operator sets, under <c>ScimLite</c> in ASP.NET Core's configuration.</summary>
public sealed record Settings
{
    /// <summary>Scheme and host for <c>Location</c>, <c>meta.location</c> and <c>$ref</c>, such as <c>https://scim.example.com</c>; empty takes them from the request.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>Addresses and networks (<c>10.0.0.0/8</c>) of the proxies whose forwarded headers are believed.</summary>
    public IReadOnlyList<string> KnownProxies { get; init; } = [];

    /// <summary>A folder with JSON files of schemas and resource types; empty for none.</summary>
    public string SchemaFolder { get; init; } = "";

    /// <summary>What happens to a user's <c>password</c>.</summary>
    public PasswordHandling Passwords { get; init; } = PasswordHandling.Ignore;

    /// <summary>The key of the admin API and the admin page, ASCII without blanks, 16 characters at least; empty: there are none.</summary>
    public string AdminKey { get; init; } = "";

    /// <summary>How administrators sign in at the admin page without the key.</summary>
    public OpenIdConnectSettings OpenIdConnect { get; init; } = new();

    /// <summary>The tenants, by id.</summary>
    public IReadOnlyDictionary<string, TenantSettings> Tenants { get; init; } = new Dictionary<string, TenantSettings>();

    /// <summary>What Redis is asked for beyond the connection string.</summary>
    public RedisSettings Redis { get; init; } = new();

    /// <summary>Whether <c>/metrics</c> is served.</summary>
    public MetricsSettings Metrics { get; init; } = new();

    /// <summary>How long a process that is told to end stays reachable although it is not ready any more, so that whoever sends it requests hears of it; 0 to 300.</summary>
    public int ShutdownDelaySeconds { get; init; }

    /// <summary>How large requests may be.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>How the activity log is kept.</summary>
    public ActivitySettings Activity { get; init; } = new();

    /// <summary>How access tokens are given out.</summary>
    public OAuthSettings OAuth { get; init; } = new();

    /// <summary>How long deleted users can be restored.</summary>
    public RestoreSettings Restore { get; init; } = new();
}

/// <summary>One tenant, under <c>ScimLite:Tenants:&lt;id&gt;</c>.</summary>
public sealed record TenantSettings
{
    /// <summary>The Secret Token, from configuration alone: ASCII without blanks; long and random, since whoever has it owns the directory. Empty: nobody can sign in with one.</summary>
    [JsonIgnore]
    public string Token { get; init; } = "";

    /// <summary>The name for people; empty takes the id.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>The sustained rate; a burst may be twice that. 1 to 100000.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>How the points are read on which the RFC and Entra contradict each other.</summary>
    [JsonConverter(typeof(CamelCaseWords<Dialect>))]
    public Dialect Dialect { get; init; } = Dialect.Entra;

    /// <summary>What happens to ids that are neither users nor groups.</summary>
    [JsonConverter(typeof(CamelCaseWords<UnknownMembers>))]
    public UnknownMembers UnknownMembers { get; init; } = UnknownMembers.Reject;

    /// <summary>The id of the Entra tenant whose own tokens are taken, for a Secret Token left blank in Entra; empty: nobody's. It belongs to
    /// one tenant alone, since nothing else tells customers apart.</summary>
    public string EntraTenantId { get; init; } = "";

    /// <summary>The audience of those tokens: the application's id in Entra's gallery; empty: the one that all custom applications share.</summary>
    public string EntraAudience { get; init; } = "";

    /// <summary>Whether SCIM calls are served; off answers 503.</summary>
    public bool ProvisioningEnabled { get; init; } = true;

    /// <summary>Whether a user's <c>groups</c> hold the groups of its groups as well, with type <c>indirect</c>.</summary>
    public bool IndirectGroups { get; init; }

    /// <summary>Whether PUT, PATCH and DELETE without <c>If-Match</c> are refused.</summary>
    public bool RequireIfMatch { get; init; }

    /// <summary>What stops a mass removal.</summary>
    public GuardSettings Guard { get; init; } = new();

    /// <summary>What becomes of a POST with the userName or externalId of a deleted or deactivated user.</summary>
    public Reprovision Reprovision { get; init; } = Reprovision.New;

    /// <summary>Whether a user or group is refused an externalId that another user or group has. A tenant that was stored before there was
    /// this setting has it off.</summary>
    public bool UniqueExternalId { get; init; } = true;
}

/// <summary>How many users (and, apart, groups) may be deactivated and deleted within a time, under <c>ScimLite:Tenants:&lt;id&gt;:Guard</c>.
/// The one too many pauses removals until an administrator decides. Off unless a number or a share is set.</summary>
public sealed record GuardSettings
{
    /// <summary>So many, 0 to 1000000; 0 sets no number.</summary>
    public int MaxRemovals { get; init; }

    /// <summary>So many percent of those that there are, 0 to 100, from the eleventh on; 0 sets no share.</summary>
    public int MaxShare { get; init; }

    /// <summary>Within so many minutes, 1 to 10080.</summary>
    public int WindowMinutes { get; init; } = 60;
}

/// <summary>What becomes of a POST with the userName or externalId of a user that is deactivated, or that was deleted and can be restored.</summary>
[JsonConverter(typeof(CamelCaseWords<Reprovision>))]
public enum Reprovision
{
    /// <summary>A new user with a new id; 409 where the old user is deactivated.</summary>
    New,

    /// <summary>The old user comes back, active, with its id and its groups.</summary>
    Restore,
}

/// <summary>How long deleted users can be restored, under <c>ScimLite:Restore</c>.</summary>
public sealed record RestoreSettings
{
    /// <summary>Days, 0 to 365; 0 keeps nothing of a deleted user.</summary>
    public int Days { get; init; } = 30;
}

/// <summary>An identity provider for administrators, such as Entra, under <c>ScimLite:OpenIdConnect</c>.</summary>
public sealed record OpenIdConnectSettings
{
    /// <summary>The issuer, such as <c>https://login.microsoftonline.com/{tenant id}/v2.0</c>; empty: administrators sign in with the key alone.</summary>
    public string Authority { get; init; } = "";

    /// <summary>The application's id.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The application's secret.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary>The ids of the groups (claim <c>groups</c>) whose members are administrators.</summary>
    public IReadOnlyList<string> AllowedGroups { get; init; } = [];

    /// <summary>The app roles (claim <c>roles</c>) whose bearers are administrators.</summary>
    public IReadOnlyList<string> AllowedRoles { get; init; } = [];

    /// <summary>Whether there is one.</summary>
    public bool IsOn => Authority.Length > 0;
}

/// <summary>What happens to a user's <c>password</c>.</summary>
public enum PasswordHandling
{
    /// <summary>It is in no schema, and left out like any unknown attribute.</summary>
    Ignore,

    /// <summary>It is in the User schema, and its hash is stored.</summary>
    Hash,
}

/// <summary>What happens to members that don't exist.</summary>
public enum UnknownMembers
{
    /// <summary>The request is refused, naming them.</summary>
    Reject,

    /// <summary>They are stored as sent.</summary>
    Accept,
}

/// <summary>What Redis is asked for, under <c>ScimLite:Redis</c>.</summary>
public sealed record RedisSettings
{
    /// <summary>How many replicas must have a write before it is acknowledged, 0 to 16.</summary>
    public int AckReplicas { get; init; }

    /// <summary>A PEM file with the authority that signed the server's certificate.</summary>
    public string CertificateAuthority { get; init; } = "";

    /// <summary>A PEM file with the client's certificate.</summary>
    public string ClientCertificate { get; init; } = "";

    /// <summary>The PEM file with its key.</summary>
    public string ClientKey { get; init; } = "";
}

/// <summary>Metrics for Prometheus, under <c>ScimLite:Metrics</c>.</summary>
public sealed record MetricsSettings
{
    /// <summary>Whether <c>/metrics</c> is served.</summary>
    public bool Enabled { get; init; }
}

/// <summary>How large requests may be, under <c>ScimLite:Limits</c>.</summary>
public sealed record LimitSettings
{
    /// <summary>Bytes of a body, 1024 to 104857600.</summary>
    public int MaxBodyBytes { get; init; } = 1_048_576;

    /// <summary>Bytes of the body of a POST, PUT or PATCH of a group, 1024 to 104857600 and not below <see cref="MaxBodyBytes"/>. Null: the
    /// larger of <see cref="MaxBodyBytes"/> and 8388608, which holds 20,000 members with <c>display</c> and <c>$ref</c>.</summary>
    public int? MaxGroupBodyBytes { get; init; }

    /// <summary>The limit in force for the body of a group, in bytes.</summary>
    public int GroupBodyBytes => MaxGroupBodyBytes ?? Math.Max(MaxBodyBytes, 8_388_608);

    /// <summary>Operations of a Bulk, 1 to 10000.</summary>
    public int MaxBulkOperations { get; init; } = 1000;

    /// <summary>Resources of a page, 1 to 10000.</summary>
    public int MaxPageSize { get; init; } = 1000;

    /// <summary>Characters of a filter, 64 to 65536.</summary>
    public int MaxFilterLength { get; init; } = 8192;

    /// <summary>Requests of one process under way at the same time, 1 to 100000.</summary>
    public int MaxConcurrentRequests { get; init; } = 500;

    /// <summary>Nested brackets of a filter, 1 to 128.</summary>
    public int MaxFilterDepth { get; init; } = 32;

    /// <summary>Resources that are sorted in memory for one request, 100 to 1000000; an indexed attribute sorts any number.</summary>
    public int MaxSortedResources { get; init; } = 10_000;

    /// <summary>Seconds for which a cursor is good, 60 to 604800.</summary>
    public int CursorTimeoutSeconds { get; init; } = 3600;
}

/// <summary>How the activity log is kept, under <c>ScimLite:Activity</c>.</summary>
public sealed record ActivitySettings
{
    /// <summary>Days, 1 to 3650.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>Entries of a tenant, 0 to 10000000; 0 keeps no log.</summary>
    public int MaxEntries { get; init; } = 1_000_000;
}

/// <summary>How access tokens are given out, under <c>ScimLite:OAuth</c>.</summary>
public sealed record OAuthSettings
{
    /// <summary>How long one lives, 60 to 360 minutes: what Entra's gallery asks for.</summary>
    public int AccessTokenMinutes { get; init; } = 60;

    /// <summary>The hosts whose signing keys are trusted; empty: <c>login.microsoftonline.com</c> alone. Keys come over https, but for the
    /// loopback of a test.</summary>
    public IReadOnlyList<string> KeyHosts { get; init; } = [];

    /// <summary>Where Entra publishes its tenants' keys; another one in a sovereign cloud.</summary>
    public string EntraAuthority { get; init; } = "https://login.microsoftonline.com";

    /// <summary>Who signs the tokens that Entra sends where its Secret Token is left blank; <c>/{tenant}/</c> follows.</summary>
    public string EntraIssuer { get; init; } = "https://sts.windows.net";

    /// <summary>The hosts whose signing keys are trusted.</summary>
    public IReadOnlyList<string> TrustedKeyHosts => KeyHosts.Count > 0 ? KeyHosts : ["login.microsoftonline.com"];
}
