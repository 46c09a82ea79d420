using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace ScimLite.Telemetry;

/// <summary>
/// Keeps each span that failed or was slow, whatever the sampler said. What is above such a span failed or was slow too, so the way
/// down to the cause is always whole.
/// </summary>
internal sealed class FailedAndSlow : BaseProcessor<Activity>
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Status == ActivityStatusCode.Error || data.Duration >= Slow)
        {
            data.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        }
    }
}

/// <summary>Samples a share of the traces, or what the caller decided; the others are recorded all the same, until it is known what they came to.</summary>
internal sealed class RecordingSampler(double share) : Sampler
{
    private readonly ParentBasedSampler inner = new(new TraceIdRatioBasedSampler(share));

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        inner.ShouldSample(samplingParameters) is { Decision: not SamplingDecision.Drop } kept ? kept : new SamplingResult(SamplingDecision.RecordOnly);
}
