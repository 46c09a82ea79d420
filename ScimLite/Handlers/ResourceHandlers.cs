using System.Buffers;
using System.Collections.ObjectModel;
using ScimLite.Protocol;
using ScimLite.Protocol.Patches;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Store;
using ScimLite.Telemetry;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>HTTP in, HTTP out, for the resources of every type.</summary>
public sealed partial class ResourceHandlers(Provisioner provisioner, Searcher searcher, MemberSearcher memberSearcher, SchemaCatalog catalog, ActivityLog log, ScimTelemetry telemetry, Settings settings)
{
    private readonly ListQueryValidator listValidator = new();

    /// <summary>RFC 7644 §3.3: 201 with Location, ETag and the resource.</summary>
    public Task Create(HttpContext http, ResourceType type) => RunAsync(http, type, "create", async call =>
    {
        var projection = ReadProjection(http, type, ReadKeys(http, call));
        using var body = await BodyReader.ReadAsync(http, BodyLimit.Of(settings.Limits, type)).ConfigureAwait(false);
        var caller = Caller(http);
        var outcome = await provisioner.CreateAsync(caller, type, body.RootElement, call, http.RequestAborted).ConfigureAwait(false);
        await WriteAsync(http, 201, outcome, type, caller, projection, call).ConfigureAwait(false);
    });

    /// <summary>RFC 7644 §3.4.1: 200 with ETag and the resource; 304 if the client has it, but never for a group that shows members, since
    /// their names are not covered by its version; 404.</summary>
    public Task Read(HttpContext http, ResourceType type) => RunAsync(http, type, "read", async call =>
    {
        var projection = ReadProjection(http, type, ReadKeys(http, call));
        var caller = Caller(http);
        call.About(Id(http));
        var resource = await provisioner.ReadAsync(caller, type, Id(http), WantsLinks(type, projection), http.RequestAborted).ConfigureAwait(false);
        call.Done(resource is null ? "none" : "found");
        if (resource is null)
        {
            // Not refused: a client that asks whether something is there has its answer.
            await ScimResults.WriteErrorAsync(http, ScimError.NotFound(type.Name, Id(http))).ConfigureAwait(false);
        }
        else if (Preconditions.Fails(http, resource.Version))
        {
            await RefuseAsync(http, ScimError.PreconditionFailed(Id(http), EntityTags.Of(resource.Version)), call).ConfigureAwait(false);
        }
        else if (ResourceView.TagCovers(resource, type) && Preconditions.IfNoneMatch(http, ResourceView.Tag(resource, type, projection)))
        {
            Describe(http, resource, type, caller, projection);
            http.Response.StatusCode = 304;
        }
        else
        {
            await WriteAsync(http, 200, resource, type, caller, projection).ConfigureAwait(false);
        }
    });

    /// <summary>RFC 7644 §3.5.1: 200 with ETag and the resource.</summary>
    public Task Replace(HttpContext http, ResourceType type) => RunAsync(http, type, "replace", async call =>
    {
        var projection = ReadProjection(http, type, ReadKeys(http, call));
        using var body = await BodyReader.ReadAsync(http, BodyLimit.Of(settings.Limits, type)).ConfigureAwait(false);
        var caller = Caller(http);
        var outcome = await provisioner.ReplaceAsync(caller, type, Id(http), body.RootElement, Preconditions.OfWrite(http), call, http.RequestAborted).ConfigureAwait(false);
        await WriteAsync(http, 200, outcome, type, caller, projection, call).ConfigureAwait(false);
    });

    /// <summary>RFC 7644 §3.5.2: users answer 200 with the resource; groups 204, unless the resource or attributes of it were asked for, or the
    /// dialect is <c>rfc</c>.</summary>
    public Task Patch(HttpContext http, ResourceType type) => RunAsync(http, type, "patch", async call =>
    {
        var keys = ReadKeys(http, call);
        var projection = ReadProjection(http, type, keys);
        using var body = await BodyReader.ReadAsync(http, BodyLimit.Of(settings.Limits, type)).ConfigureAwait(false);
        var caller = Caller(http);
        var outcome = await provisioner.PatchAsync(caller, type, Id(http), body.RootElement, Preconditions.OfWrite(http), call, http.RequestAborted).ConfigureAwait(false);
        if (outcome is not Provisioned.Done done || !type.HasMembers)
        {
            await WriteAsync(http, 200, outcome, type, caller, projection, call).ConfigureAwait(false);
            return;
        }
        var wish = Preferences.Return(http);
        if (wish == ReturnPreference.Minimal
            || (wish == ReturnPreference.None && caller.Dialect == Dialect.Entra && !keys.ContainsKey("attributes")))
        {
            WriteMinimal(http, 204, done, type, caller, wish);
            return;
        }
        // The members were not loaded for the change; the answer shows them, so they are read now.
        var resource = await provisioner.ReadAsync(caller, type, done.Id, WantsLinks(type, projection), http.RequestAborted).ConfigureAwait(false);
        await (resource is null ? RefuseAsync(http, ScimError.NotFound(type.Name, done.Id), call)
            : WriteAsync(http, 200, resource, type, caller, Projection.ForWrite(type, projection, done.Written), wish)).ConfigureAwait(false);
    });

    /// <summary>RFC 7644 §3.6: 204, then 404.</summary>
    public Task Delete(HttpContext http, ResourceType type) => RunAsync(http, type, "delete", async call =>
    {
        var outcome = await provisioner.DeleteAsync(Caller(http), type, Id(http), Preconditions.OfWrite(http), call, http.RequestAborted).ConfigureAwait(false);
        if (outcome is Provisioned.Refused refused)
        {
            await RefuseAsync(http, refused.Error, call).ConfigureAwait(false);
            return;
        }
        http.Response.StatusCode = 204;
    });

    // One span for each call, whatever becomes of it.
    private Task RunAsync(HttpContext http, ResourceType type, string operation, Func<ScimCall, Task> handle) => RunAsync(http, type.Name, operation, handle);

    private async Task RunAsync(HttpContext http, string type, string operation, Func<ScimCall, Task> handle)
    {
        using var call = telemetry.StartCall(http.Features.Get<Identity>()!.Tenant.Id, operation, type);
        try
        {
            await handle(call).ConfigureAwait(false);
        }
        catch (ScimException e)
        {
            Tell(e.Error);
            await RefuseAsync(http, e.Error, call).ConfigureAwait(false);
        }
        catch (StoreUnavailableException e)
        {
            Tell(ScimExceptionHandler.StoreAway);
            var logger = http.RequestServices.GetRequiredService<ILogger<ResourceHandlers>>();
            Log.StoreAway(logger, StoreUnavailableException.LevelOf(e), operation, type, e.InnerException!.Message);
            await RefuseAsync(http, ScimExceptionHandler.StoreAway, call).ConfigureAwait(false);
        }

        // What the provisioner refused it has told itself.
        void Tell(ScimError error)
        {
            var caller = Caller(http);
            log.Refused(caller.Tenant, log.Entry(caller, type, http.Request.RouteValues["id"] as string ?? "", operation, call), error, inDoubt: false, call);
        }
    }

    private static Task WriteAsync(
        HttpContext http, int status, Provisioned outcome, ResourceType type, Caller caller, Projection? projection, ScimCall call)
    {
        if (outcome is Provisioned.Refused refused)
        {
            return RefuseAsync(http, refused.Error, call);
        }
        var (done, wish) = ((Provisioned.Done)outcome, Preferences.Return(http));
        if (wish == ReturnPreference.Minimal)
        {
            WriteMinimal(http, status == 201 ? 201 : 204, done, type, caller, wish);
            return Task.CompletedTask;
        }
        return WriteAsync(http, status, done.Resource!, type, caller, Projection.ForWrite(type, projection, done.Written), wish);
    }

    // RFC 7240 §4.2: the headers say all that a client that knows what it wrote has to learn.
    private static void WriteMinimal(HttpContext http, int status, Provisioned.Done done, ResourceType type, Caller caller, ReturnPreference wish)
    {
        Preferences.Applied(http, wish);
        http.Response.Headers.ETag = EntityTags.Of(done.Version);
        if (status == 201)
        {
            http.Response.Headers.Location = ResourceView.Location(caller.BaseUrl, type, done.Id);
        }
        http.Response.StatusCode = status;
    }

    private static Task WriteAsync(
        HttpContext http, int status, StoredResource resource, ResourceType type, Caller caller, Projection? projection, ReturnPreference wish = ReturnPreference.None)
    {
        Preferences.Applied(http, wish);
        Describe(http, resource, type, caller, projection);
        if (status == 201)
        {
            http.Response.Headers.Location = ResourceView.Location(caller.BaseUrl, type, resource.Id);
        }
        var output = new ArrayBufferWriter<byte>(resource.Document.Length + 512 + (160 * resource.Links.Count));
        ResourceView.Write(output, resource, type, caller.BaseUrl, projection);
        return ScimResults.WriteAsync(http, status, output.WrittenMemory);
    }

    // RFC 7643 §3.1: Content-Location is the meta.location of what the body shows; RFC 9110 §15.4.5 wants both headers on a 304, too.
    private static void Describe(HttpContext http, StoredResource resource, ResourceType type, Caller caller, Projection? projection)
    {
        http.Response.Headers.ETag = ResourceView.Tag(resource, type, projection);
        http.Response.Headers.ContentLocation = ResourceView.Location(caller.BaseUrl, type, resource.Id);
    }

    private static Task RefuseAsync(HttpContext http, ScimError error, ScimCall call)
    {
        call.Refuse(error.Status, error.ScimType);
        return ScimResults.WriteErrorAsync(http, error);
    }

    private IReadOnlyDictionary<string, string> ReadKeys(HttpContext http, ScimCall call)
    {
        if (http.Request.Query.Count == 0)
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }
        var dialect = new EntraDialect(Caller(http).Dialect);
        var keys = QueryKeys.Read(http.Request.Query, QueryKeys.OfResource, dialect);
        call.Noted(dialect.Quirks);
        listValidator.Check(new ListQuery(
            null, null, null, keys.GetValueOrDefault("attributes"), keys.GetValueOrDefault("excludedAttributes")));
        return keys;
    }

    private Projection? ReadProjection(HttpContext http, ResourceType type, IReadOnlyDictionary<string, string> keys) =>
        Projection.Read(type, keys.GetValueOrDefault("attributes"), keys.GetValueOrDefault("excludedAttributes"), Caller(http).Dialect);

    private static bool WantsLinks(ResourceType type, Projection? projection) =>
        (type.HasMembers || type.HasGroups) && projection?.Wants(type.HasMembers ? "members" : "groups") != false;

    private Caller Caller(HttpContext http) => Callers.Of(http, settings.PublicUrl);

    private static string Id(HttpContext http) => (string)http.Request.RouteValues["id"]!;
}
