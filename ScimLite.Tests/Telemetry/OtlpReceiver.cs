using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ScimLite.Tests.Telemetry;

/// <summary>Takes OTLP over HTTP as a collector does, and reads the spans out of the protobuf by the field numbers of OTLP's trace.proto.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private OtlpReceiver(WebApplication app) => this.app = app;

    public ConcurrentQueue<OtlpSpan> Spans { get; } = new();

    /// <summary>What came for metrics and logs, as bytes.</summary>
    public ConcurrentDictionary<string, List<byte[]>> Bodies { get; } = new();

    public string Address => app.Urls.First();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver.app.MapPost("/v1/{signal}", receiver.TakeAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        Assert.Equal("application/x-protobuf", http.Request.ContentType);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var bytes = body.ToArray();
        var signal = (string)http.Request.RouteValues["signal"]!;
        Bodies.GetOrAdd(signal, _ => []).Add(bytes);
        if (signal == "traces")
        {
            // ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2
            foreach (var span in Fields(bytes, 1).SelectMany(r => Fields(r, 2)).SelectMany(s => Fields(s, 2)))
            {
                Spans.Enqueue(Read(span));
            }
        }
        http.Response.ContentType = "application/x-protobuf";
    }

    // Span: trace_id 1, span_id 2, parent_span_id 4, name 5, start and end in ns 7 and 8, attributes 9, status 15. KeyValue: key 1, value 2. AnyValue: string 1, int 3, array 5. Status: code 3.
    private static OtlpSpan Read(ReadOnlyMemory<byte> span)
    {
        string Hex(int field) => Convert.ToHexStringLower(Fields(span, field).FirstOrDefault().Span);
        ulong Nanoseconds(int field) => BinaryPrimitives.ReadUInt64LittleEndian(Fields(span, field).First().Span);
        var tags = Fields(span, 9).ToDictionary(kv => Text(Fields(kv, 1).First()), kv => Value(Fields(kv, 2).First()));
        return new OtlpSpan(Hex(1), Hex(2), Hex(4), Text(Fields(span, 5).First()), tags, Fields(span, 15).SelectMany(s => Fields(s, 3)).Select(Number).FirstOrDefault(), Nanoseconds(8) - Nanoseconds(7) >= 500_000_000);
    }

    private static string Value(ReadOnlyMemory<byte> any) =>
        Fields(any, 1).Select(Text).Concat(Fields(any, 3).Select(n => $"{Number(n)}")).Concat(Fields(any, 5).Select(list => string.Join(' ', Fields(list, 1).Select(Value)))).FirstOrDefault("");

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static long Number(ReadOnlyMemory<byte> varint)
    {
        var at = 0;
        return (long)Varint(varint.Span, ref at);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int wanted)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message.Span, ref at);
            var start = at;
            switch (tag & 7)
            {
                case 0: Varint(message.Span, ref at); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    start = at;
                    at += length;
                    break;
                default: throw new InvalidDataException($"Wire type {tag & 7} is not of protobuf 3.");
            }
            if ((int)(tag >> 3) == wanted)
            {
                yield return message[start..at];
            }
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}

/// <summary>A span as it came over the wire; status 2 is an error.</summary>
internal sealed record OtlpSpan(string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Tags, long Status, bool Slow);
