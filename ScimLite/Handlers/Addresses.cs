namespace ScimLite.Handlers;

/// <summary>The addresses under which the service is known outside.</summary>
public static class Addresses
{
    /// <summary>The path of the Tenant URL; <c>/scim</c> is the same thing.</summary>
    public const string Root = "/scim/v2";

    /// <summary>The Tenant URL without a slash at the end.</summary>
    /// <param name="http">The request, asked for scheme and host where none are set.</param>
    /// <param name="publicUrl">The setting <c>ScimLite:PublicUrl</c>.</param>
    public static string BaseUrl(HttpContext http, string publicUrl) =>
        (publicUrl.Length > 0 ? publicUrl.TrimEnd('/') : $"{http.Request.Scheme}://{http.Request.Host.ToUriComponent()}") + Root;
}
