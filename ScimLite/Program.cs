using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Mvc;
using ScimLite.EntraSync;
using ScimLite.Handlers;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tenancy;
using ScimLite.Validation;

// Verbs
if (Verbs.IsAsked(args))
{
    return await Verbs.RunAsync(args, (SyncCommand.Create(), SyncCommand.Epilogue), (DoctorCommand.Create(), DoctorCommand.Epilogue),
        (VerifyCommand.Create(), VerifyCommand.Epilogue), (HealthCommand.Create(), HealthCommand.Epilogue)).ConfigureAwait(false);
}

// Settings
WebApplicationBuilder builder;
Settings settings;
SchemaCatalog catalog;
RedisOptions? redis = null;
try
{
    builder = ServiceStart.CreateBuilder(args);
    settings = SettingsReader.Read(builder.Configuration, forProduction: !builder.Environment.IsDevelopment());
    catalog = SchemaFolder.Read(settings);
    if (builder.Configuration.GetConnectionString("Redis") is { Length: > 0 } text)
    {
        redis = RedisOptions.Read(text, settings.Redis.AckReplicas, settings.Redis.CertificateAuthority, settings.Redis.ClientCertificate, settings.Redis.ClientKey);
    }
    ListenAddresses.Check(builder.Configuration);
    ServiceStart.CheckLogLevels(builder.Configuration);
}
catch (Exception e) when (ServiceStart.IsSettingsFault(e))
{
    return ServiceStart.Refuse(e);
}
var made = builder.Environment.IsDevelopment() ? DevelopmentDefaults.Make(settings) : null;
settings = made?.Settings ?? settings;
builder.ConfigureServer(settings.Limits);
var startLog = new ServiceStart.StartLog(builder);

// Services
var services = builder.Services;
services.AddSingleton(settings).AddSingleton(settings.Limits).AddSingleton(settings.Restore).AddSingleton(catalog).AddSingleton(TimeProvider.System);
services.AddSingleton(new ActivityRetention(settings.Activity.RetentionDays, settings.Activity.MaxEntries));
services.AddScimTelemetry(builder.Configuration, settings.Metrics.Enabled);
services.AddStore(redis);
services.AddSingleton<Provisioner>().AddSingleton<CursorSeal>().AddSingleton<Searcher>().AddSingleton<MemberSearcher>().AddSingleton<BulkRunner>();
services.AddRequestBodies().AddCare();
services.AddSingleton<TenantGate>().AddSingleton<ResourceHandlers>().AddSingleton<MeHandler>().AddSingleton<BulkHandler>().AddSingleton<DiscoveryHandlers>();
services.AddTenancy();
if (settings.AdminKey.Length > 0)
{
    services.AddAdminSessions(settings);
}
services.AddSingleton<TenantHandlers>().AddSingleton<TokenHandlers>().AddSingleton<ClientHandlers>().AddSingleton<SetupLinkHandlers>().AddSingleton<SessionHandlers>();
services.ConfigureHttpJsonOptions(json => AdminJson.Configure(json.SerializerOptions)).Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
services.AddExceptionHandler<AdminProblems>().AddExceptionHandler<ScimExceptionHandler>();
services.AddStoreHealth();
services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(settings.ShutdownDelaySeconds + 30));

if (builder.TryBuild(out var fault) is not { } app)
{
    return ServiceStart.Refuse(fault);
}

// Pipeline
app.UseKnownProxies(settings.KnownProxies);
app.UseMiddleware<Correlation>();
app.UseExceptionHandler(_ => { });
app.UseMiddleware<LoadShedding>();
app.Use(TenantGate.CollapseSlashes);
app.UseWhen(http => http.Request.Path.StartsWithSegments("/scim"), scim => scim.UseStatusCodePages(StatusText.WriteAsync));
app.UseWhen(http => http.Request.Path.StartsWithSegments("/admin"), admin => admin.UseStatusCodePages(AdminProblems.WriteAsync));
app.UseRouting();
app.UseRequestBodies();
app.UseAuthentication();
app.UseAuthorization();
app.Use(app.Services.GetRequiredService<TenantLimits>().Use);
app.Use(app.Services.GetRequiredService<TenantGate>().Use);

// Routes, in the order of RFC 7644 §3.2; /scim and /scim/v2 are the same thing
var resources = app.Services.GetRequiredService<ResourceHandlers>();
var me = app.Services.GetRequiredService<MeHandler>();
var bulk = app.Services.GetRequiredService<BulkHandler>();
var discovery = app.Services.GetRequiredService<DiscoveryHandlers>();
foreach (var root in (string[])[Addresses.Root, "/scim"])
{
    var scim = app.MapGroup(root).RequireAuthorization();
    foreach (var type in catalog.ResourceTypes)
    {
        var routes = scim.MapGroup("").WithMetadata(type);
        var (all, one) = (type.Endpoint, type.Endpoint + "/{id}");
        routes.MapMethods(one, ["GET", "HEAD"], http => resources.Read(http, type));
        routes.MapMethods(all, ["GET", "HEAD"], http => resources.Search(http, type));
        routes.MapPost(all, http => resources.Create(http, type));
        routes.MapPost(all + "/.search", http => resources.SearchByPost(http, type));
        routes.MapPut(one, http => resources.Replace(http, type));
        routes.MapPatch(one, http => resources.Patch(http, type));
        routes.MapDelete(one, http => resources.Delete(http, type));
        if (type.HasMembers)
        {
            routes.MapMethods(one + "/members", ["GET", "HEAD"], http => resources.Members(http, type));
        }
    }
    scim.MapMethods("", ["GET", "HEAD"], resources.SearchAll);
    scim.MapPost("/.search", resources.SearchAllByPost);
    scim.MapMethods("/Me", ["GET", "HEAD"], http => me.As(http, resources.Read));
    scim.MapPost("/Me", me.Create);
    scim.MapPut("/Me", http => me.As(http, resources.Replace));
    scim.MapPatch("/Me", http => me.As(http, resources.Patch));
    scim.MapDelete("/Me", http => me.As(http, resources.Delete));
    scim.MapPost("/Bulk", bulk.Run);
    scim.MapMethods("/ServiceProviderConfig", ["GET", "HEAD"], discovery.ServiceProviderConfig);
    scim.MapMethods("/Schemas", ["GET", "HEAD"], discovery.Schemas);
    scim.MapMethods("/Schemas/{id}", ["GET", "HEAD"], discovery.Schema);
    scim.MapMethods("/ResourceTypes", ["GET", "HEAD"], discovery.ResourceTypes);
    scim.MapMethods("/ResourceTypes/{id}", ["GET", "HEAD"], discovery.ResourceType);
}
app.MapPost("/oauth2/token", app.Services.GetRequiredService<TokenEndpoint>().Answer);
if (settings.AdminKey.Length > 0)
{
    var (tenants, tokens, clients) = (app.Services.GetRequiredService<TenantHandlers>(), app.Services.GetRequiredService<TokenHandlers>(), app.Services.GetRequiredService<ClientHandlers>());
    var (links, sessions) = (app.Services.GetRequiredService<SetupLinkHandlers>(), app.Services.GetRequiredService<SessionHandlers>());
    var admin = app.MapGroup("/admin/api").WithMetadata(new RequestSizeLimitAttribute(AdminProblems.MostBytes));
    var all = admin.MapGroup("/tenants").RequireAuthorization(AdminAccess.Policy);
    all.MapGet("", tenants.List);
    all.MapPost("", tenants.Create);
    all.MapPatch("/{tenant}", tenants.Change);
    all.MapDelete("/{tenant}", tenants.Delete);
    var one = admin.MapGroup("/tenants/{tenant}").RequireAuthorization(AdminAccess.TenantPolicy);
    one.MapGet("", tenants.Read);
    one.MapGet("/tokens", tokens.List);
    one.MapPost("/tokens", tokens.Create);
    all.MapDelete("/{tenant}/tokens/{tokenId}", tokens.Revoke);
    all.MapGet("/{tenant}/clients", clients.List);
    all.MapPost("/{tenant}/clients", clients.Create);
    all.MapDelete("/{tenant}/clients/{clientId}", clients.Delete);
    all.MapPost("/{tenant}/clients/{clientId}/secrets", clients.AddSecret);
    all.MapDelete("/{tenant}/clients/{clientId}/secrets/{secretId}", clients.RevokeSecret);
    all.MapGet("/{tenant}/setup-links", links.List);
    all.MapPost("/{tenant}/setup-links", links.Create);
    all.MapDelete("/{tenant}/setup-links/{linkId}", links.Revoke);
    var (activity, care, directory) = (app.Services.GetRequiredService<ActivityHandlers>(), app.Services.GetRequiredService<CareHandlers>(), app.Services.GetRequiredService<DirectoryHandlers>());
    var refusals = app.Services.GetRequiredService<RefusalHandlers>();
    one.MapGet("/activity", activity.Read);
    one.MapGet("/activity/export", activity.Export);
    one.MapGet("/activity/live", activity.Follow);
    one.MapGet("/status", care.Status);
    one.MapGet("/refusals", refusals.OfTenant);
    admin.MapGet("/refusals", refusals.OfNobody).RequireAuthorization(AdminAccess.Policy);
    all.MapPost("/{tenant}/guard", care.Decide);
    all.MapGet("/{tenant}/deleted", care.ListDeleted);
    all.MapPost("/{tenant}/deleted/{user}/restore", care.Restore);
    all.MapGet("/{tenant}/directory/{kind}", directory.List);
    all.MapGet("/{tenant}/directory/{kind}/{id}", directory.Read);
    var page = app.MapGroup("/admin").WithMetadata(new RequestSizeLimitAttribute(AdminProblems.MostBytes));
    page.MapMethods("", ["GET", "HEAD"], AdminPage.Index);
    page.MapMethods("/assets/{file}", ["GET", "HEAD"], AdminPage.File);
    page.MapGet("/session", (Delegate)sessions.Read);
    page.MapPost("/session", sessions.Create);
    page.MapDelete("/session", (Delegate)sessions.Delete);
    page.MapGet("/sign-in", sessions.GoToProvider);
}
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
app.MapHealthChecks("/health/ready");
if (settings.Metrics.Enabled)
{
    app.MapPrometheusScrapingEndpoint();
}

if (await app.TryStartAsync(startLog).ConfigureAwait(false) is { } reason)
{
    return ServiceStart.Refuse(reason);
}
if (made is not null)
{
    Banner.Print(Console.Out, [.. app.Urls], made.Token, made.AdminKey, app.Services.GetRequiredService<IResourceStore>().Name);
}
else if (settings.Tenants.Count == 0 && settings.AdminKey.Length == 0)
{
    Log.NoTenant(app.Logger);
}
await app.WaitForShutdownAsync().ConfigureAwait(false);
return Environment.ExitCode;
