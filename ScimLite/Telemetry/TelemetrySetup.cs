using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ScimLite.Telemetry;

/// <summary>OpenTelemetry: exported over OTLP when an endpoint is set, metrics also served to Prometheus when that is wanted, and otherwise not even collected.</summary>
public static class TelemetrySetup
{
    // Others would be told as they were sent, and a client may have put an e-mail there.
    private static readonly string[] QueryKeys = ["attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "aadOptscim062020"];

    /// <summary>Sets tracing, metrics and logs up; the standard <c>OTEL_*</c> variables say where to and how.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration with the <c>OTEL_*</c> variables.</param>
    /// <param name="prometheus">Whether <c>/metrics</c> is going to be served.</param>
    public static void AddScimTelemetry(this IServiceCollection services, IConfiguration configuration, bool prometheus)
    {
        services.AddSingleton<ScimTelemetry>();
        // It would put the path on every log line of a request, and a client may have put an e-mail there.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));
        var otlp = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        if (!otlp && !prometheus)
        {
            return;
        }
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("scimlite"))
            .WithMetrics(metrics =>
            {
                metrics.AddScimLite();
                _ = prometheus ? metrics.AddPrometheusExporter() : metrics;
            });
        if (otlp)
        {
            telemetry
                .WithTracing(tracing => tracing.SetSampler(new RecordingSampler(Share(configuration))).AddScimLite().AddProcessor(new FailedAndSlow()))
                .WithLogging(null, logging => logging.IncludeScopes = true)
                .UseOtlpExporter();
        }
    }

    /// <summary>The metrics of the service, of the server and of the resilience round the store, with exemplars where a trace is kept.</summary>
    public static MeterProviderBuilder AddScimLite(this MeterProviderBuilder metrics) => metrics
        .AddMeter(ScimTelemetry.SourceName, "Polly").AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().SetExemplarFilter(ExemplarFilterType.TraceBased);

    /// <summary>The spans of the service, under the server's own. Health probes and scrapes make none.</summary>
    public static TracerProviderBuilder AddScimLite(this TracerProviderBuilder tracing) => tracing
        .AddSource(ScimTelemetry.SourceName)
        .AddAspNetCoreInstrumentation(options =>
        {
            options.Filter = http => !http.Request.Path.StartsWithSegments("/health") && !http.Request.Path.StartsWithSegments("/metrics");
            options.EnrichWithHttpResponse = (span, response) => Redact(span, response.HttpContext);
        });

    // Of an address the route alone is told, unless what fills it are ids of ours; of a query the names that SCIM knows.
    private static void Redact(Activity span, HttpContext http)
    {
        if (http.GetEndpoint() is not RouteEndpoint route)
        {
            span.SetTag("url.path", "(no route)");
        }
        else if (http.Request.RouteValues.Values.Any(value => value is string text && !Guid.TryParse(text, out _)))
        {
            span.SetTag("url.path", route.RoutePattern.RawText);
        }
        if (http.Request.Query.Count > 0)
        {
            var names = http.Request.Query.Keys.Select(key => Array.Find(QueryKeys, known => known.Equals(key, StringComparison.OrdinalIgnoreCase)) ?? "other");
            span.SetTag("url.query", string.Join('&', names.Distinct().Select(name => $"{name}=Redacted")));
        }
    }

    // The standard variable of the SDK's own samplers, which could not keep a span for what it came to.
    private static double Share(IConfiguration configuration) =>
        double.TryParse(configuration["OTEL_TRACES_SAMPLER_ARG"], NumberStyles.Float, CultureInfo.InvariantCulture, out var share) ? Math.Clamp(share, 0, 1) : 1;
}
