using ScimLite.Protocol;
using ScimLite.Protocol.Schemas;
using ScimLite.Provisioning;
using ScimLite.Tenancy;
using ScimLite.Validation;

namespace ScimLite.Handlers;

/// <summary>RFC 7644 §3.11: <c>/Me</c> is another name for the user that the credential stands for.</summary>
public sealed class MeHandler(SchemaCatalog catalog, Settings settings)
{
    /// <summary>Does to the user what <paramref name="verb"/> does under its own address, which every answer tells as <c>Location</c>.</summary>
    public Task As(HttpContext http, Func<HttpContext, ResourceType, Task> verb)
    {
        if (http.Features.Get<Identity>()!.UserId is not { } id)
        {
            return ScimResults.WriteErrorAsync(http, ScimError.Of(501,
                "The credential stands for no user, so there is no /Me. Ask for the user under /Users, by id or with a filter."));
        }
        var location = ResourceView.Location(Addresses.BaseUrl(http, settings.PublicUrl), catalog.User, id);
        http.Request.RouteValues["id"] = id;
        // At the last moment, since an exception clears the headers that were set before.
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        return verb(http, catalog.User);
    }

    /// <summary>501: what a POST here would create is at the provider's discretion, and a credential's user is there before the credential.</summary>
    public Task Create(HttpContext http) => ScimResults.WriteErrorAsync(http, ScimError.Of(501,
        "Users don't register themselves here. POST the user to /Users."));
}
