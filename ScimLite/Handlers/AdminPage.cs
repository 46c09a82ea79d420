using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace ScimLite.Handlers;

/// <summary>
/// Serves the admin page: a handful of embedded files, no build step, nothing from elsewhere. Its Content-Security-Policy lets in
/// this host alone, and no text can become markup or script (Trusted Types).
/// </summary>
public static class AdminPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly FrozenDictionary<string, Asset> Assets = Load();

    /// <summary>The page.</summary>
    public static Task Index(HttpContext http) => Serve(http, "index.html");

    /// <summary>A file that the page is made of.</summary>
    public static Task File(HttpContext http) => Serve(http, (string)http.Request.RouteValues["file"]!);

    private static async Task Serve(HttpContext http, string name)
    {
        if (!Assets.TryGetValue(name, out var asset))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // Asked for anew each time, so that a page never runs with the script of another version.
        headers.CacheControl = "no-cache";
        headers.ETag = asset.Tag.ToString();
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(asset.Tag, useStrongComparison: false)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        http.Response.ContentType = asset.MediaType;
        http.Response.ContentLength = asset.Content.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(asset.Content, http.RequestAborted).ConfigureAwait(false);
        }
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        const string prefix = "Admin/";
        var assembly = typeof(AdminPage).Assembly;
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).ToFrozenDictionary(n => n[prefix.Length..], n =>
        {
            using var stream = assembly.GetManifestResourceStream(n)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var mediaType = Path.GetExtension(n) switch
            {
                ".html" => "text/html; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".js" => "text/javascript; charset=utf-8",
                ".svg" => "image/svg+xml",
                var other => throw new InvalidOperationException($"The admin page holds a file of the unknown kind {other}."),
            };
            return new Asset(content, mediaType, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\""));
        });
    }

    private sealed record Asset(byte[] Content, string MediaType, EntityTagHeaderValue Tag);
}
