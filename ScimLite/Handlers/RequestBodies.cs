using Microsoft.Net.Http.Headers;

namespace ScimLite.Handlers;

/// <summary>
/// Makes the bodies of all endpoints readable in one way: <c>Content-Encoding</c> is decompressed while it is read (RFC 9110 §8.4), and
/// whatever makes a body unreadable is a <see cref="BadHttpRequestException"/> with the status to answer and a sentence for the client.
/// </summary>
public static class RequestBodies
{
    private const string Encodings = "gzip, deflate, br";

    /// <summary>Adds what decompresses. <c>x-gzip</c> is another name for <c>gzip</c> (RFC 9110 §8.4.1.3).</summary>
    public static IServiceCollection AddRequestBodies(this IServiceCollection services) => services.AddRequestDecompression(
        options => options.DecompressionProviders["x-gzip"] = options.DecompressionProviders["gzip"]);

    /// <summary>Decompresses bodies and checks how they can be read. Nothing is read before the endpoint reads. Belongs after routing,
    /// because an endpoint has its own limit.</summary>
    public static IApplicationBuilder UseRequestBodies(this IApplicationBuilder app) => app.UseRequestDecompression().Use(CheckAsync);

    private static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        // Decompression takes the header away with the encoding. What it leaves is an encoding that it does not know, or several.
        var encoding = http.Request.Headers.ContentEncoding.ToString().Trim();
        var known = encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);
        if (!known)
        {
            // RFC 7694 §3. At the last moment, because an exception clears the headers that were set before.
            http.Response.OnStarting(() =>
            {
                if (http.Response.StatusCode == StatusCodes.Status415UnsupportedMediaType)
                {
                    http.Response.Headers[HeaderNames.AcceptEncoding] = Encodings;
                }
                return Task.CompletedTask;
            });
        }
        http.Request.Body = new CheckedBody(http.Request.Body, known, http.RequestAborted);
        return next(http);
    }

    private sealed class CheckedBody(Stream body, bool known, CancellationToken aborted) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!known)
            {
                throw new BadHttpRequestException($"The body's Content-Encoding is not read here. Send one of {Encodings}, or none.", 415);
            }
            try
            {
                return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (BadHttpRequestException e)
            {
                throw new BadHttpRequestException(Sentence(e.StatusCode), e.StatusCode, e);
            }
            catch (IOException e) when (!aborted.IsCancellationRequested)
            {
                // The server's own word for some malformed chunks.
                throw new BadHttpRequestException(Sentence(400), 400, e);
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                // Brotli's decoder calls corrupt data an invalid operation.
                throw new BadHttpRequestException(
                    "The body is not what its Content-Encoding says, or ends too early. Send it again in full.", 400, e);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        private static string Sentence(int status) => status switch
        {
            408 => "The body arrived too slowly. Send the request again in full.",
            413 => "The body is too large. Send less in one request.",
            _ => "The body ends too early, or its chunks break HTTP's own rules. Send the request again in full.",
        };
    }
}
