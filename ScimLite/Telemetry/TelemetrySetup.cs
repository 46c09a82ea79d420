using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ScimLite.Telemetry;

/// <summary>OpenTelemetry: exported over OTLP when an endpoint is set, and otherwise not even collected.</summary>
public static class TelemetrySetup
{
    /// <summary>Sets tracing, metrics and logs up; the standard <c>OTEL_*</c> variables say where to and how.</summary>
    public static void AddScimTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ScimTelemetry>();
        if (string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("scimlite"))
            .WithTracing(tracing => tracing.AddScimLite())
            .WithMetrics(metrics => metrics.AddMeter(ScimTelemetry.SourceName).AddAspNetCoreInstrumentation().AddRuntimeInstrumentation())
            .WithLogging(null, logging => logging.IncludeScopes = true)
            .UseOtlpExporter();
    }

    /// <summary>The spans of the service, under the server's own. Health probes make none.</summary>
    public static TracerProviderBuilder AddScimLite(this TracerProviderBuilder tracing) => tracing
        .AddSource(ScimTelemetry.SourceName)
        .AddAspNetCoreInstrumentation(options =>
        {
            options.Filter = http => !http.Request.Path.StartsWithSegments("/health");
            options.EnrichWithHttpResponse = (span, response) =>
            {
                // An id that can't be ours is not told: a client may have put an e-mail there.
                var http = response.HttpContext;
                if (http.Request.RouteValues["id"] is string id && !Guid.TryParse(id, out _))
                {
                    span.SetTag("url.path", (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
                }
            };
        });
}
