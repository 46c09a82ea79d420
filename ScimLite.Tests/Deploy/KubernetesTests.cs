using System.Diagnostics;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ScimLite.Tests.Hosting;
using ScimLite.Validation;

namespace ScimLite.Tests.Deploy;

/// <summary>What kubectl makes of the manifests is read strictly as Kubernetes' own types, and its parts fit one another and the program.</summary>
public sealed partial class KubernetesTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "deploy", "kubernetes");

    public static TheoryData<string> Renderings => ["overlays/demo", "overlays/redis", "overlays/production", "sync-cycle"];

    [Theory, MemberData(nameof(Renderings))]
    public async Task Every_reference_between_the_objects_meets_something(string folder)
    {
        var objects = await Render(folder);
        var templates = objects.OfType<V1Deployment>().Select(d => d.Spec.Template).Concat(objects.OfType<V1StatefulSet>().Select(s => s.Spec.Template)).ToArray();
        bool Selects(IDictionary<string, string> selector) => templates.Any(t => selector.All(l => t.Metadata.Labels.TryGetValue(l.Key, out var value) && value == l.Value));

        foreach (var deployment in objects.OfType<V1Deployment>())
        {
            Assert.True(Selects(deployment.Spec.Selector.MatchLabels));
            Assert.All(deployment.Spec.Template.Spec.TopologySpreadConstraints, c => Assert.True(Selects(c.LabelSelector.MatchLabels)));
            Assert.Contains(objects.OfType<V1ServiceAccount>(), a => a.Metadata.Name == deployment.Spec.Template.Spec.ServiceAccountName && a.AutomountServiceAccountToken == false);
            Assert.Contains(objects.OfType<V1ConfigMap>(), c => c.Metadata.Name == deployment.Spec.Template.Spec.Containers[0].EnvFrom[0].ConfigMapRef.Name);
            Assert.Contains(objects.OfType<V1PodDisruptionBudget>(), b => Selects(b.Spec.Selector.MatchLabels));
            // Shutting down has to end before it is ended.
            var map = objects.OfType<V1ConfigMap>().Single(c => c.Metadata.Name == "scimlite").Data;
            Assert.True(deployment.Spec.Template.Spec.TerminationGracePeriodSeconds > int.Parse(map["ScimLite__ShutdownDelaySeconds"], System.Globalization.CultureInfo.InvariantCulture) + 30);
        }
        foreach (var service in objects.OfType<V1Service>())
        {
            Assert.True(Selects(service.Spec.Selector), service.Metadata.Name);
            var template = templates.Single(t => service.Spec.Selector.All(l => t.Metadata.Labels.TryGetValue(l.Key, out var value) && value == l.Value));
            Assert.All(service.Spec.Ports, port => Assert.Contains(template.Spec.Containers[0].Ports, p => p.Name == port.TargetPort.Value));
        }
        foreach (var policy in objects.OfType<V1NetworkPolicy>())
        {
            Assert.True(Selects(policy.Spec.PodSelector.MatchLabels));
            Assert.Equal(["Ingress", "Egress"], policy.Spec.PolicyTypes);
        }
        foreach (var scaler in objects.OfType<V2HorizontalPodAutoscaler>())
        {
            Assert.Contains(objects.OfType<V1Deployment>(), d => d.Metadata.Name == scaler.Spec.ScaleTargetRef.Name);
        }
        foreach (var backend in objects.OfType<V1Ingress>().SelectMany(i => i.Spec.Rules).SelectMany(r => r.Http.Paths).Select(p => p.Backend.Service))
        {
            Assert.Contains(objects.OfType<V1Service>(), s => s.Metadata.Name == backend.Name && s.Spec.Ports.Any(p => p.Name == backend.Port.Name));
        }
    }

    [Theory, MemberData(nameof(Renderings))]
    public async Task Every_pod_runs_under_the_restricted_standard_with_a_root_that_is_read_only(string folder)
    {
        var objects = await Render(folder);
        var pods = objects.OfType<V1Deployment>().Select(d => d.Spec.Template.Spec).Concat(objects.OfType<V1StatefulSet>().Select(s => s.Spec.Template.Spec)).Concat(objects.OfType<V1Job>().Select(j => j.Spec.Template.Spec)).ToArray();
        Assert.NotEmpty(pods);
        foreach (var pod in pods)
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.NotEqual(0, pod.SecurityContext.RunAsUser);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.True(pod.HostNetwork is null or false);
            foreach (var container in pod.Containers)
            {
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Null(container.SecurityContext.Capabilities.Add);
                Assert.True(container.Resources.Limits.ContainsKey("memory") && container.Resources.Requests.ContainsKey("cpu"));
            }
        }
    }

    [Theory, MemberData(nameof(Renderings))]
    public async Task Every_key_of_the_configuration_is_a_setting_with_a_value_that_is_allowed(string folder)
    {
        foreach (var map in (await Render(folder)).OfType<V1ConfigMap>().Where(m => m.Metadata.Name == "scimlite"))
        {
            var ours = map.Data.Where(d => d.Key.StartsWith("ScimLite__", StringComparison.Ordinal)).ToDictionary(d => d.Key.Replace("__", ":", StringComparison.Ordinal), d => d.Value);
            // Files are there in the cluster alone.
            var known = ours.Where(d => !d.Value.StartsWith("/etc/", StringComparison.Ordinal)).ToDictionary(d => d.Key, d => (string?)d.Value);
            SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(known).Build());
            foreach (var key in ours.Keys)
            {
                var at = typeof(Settings);
                foreach (var part in key.Split(':')[1..])
                {
                    at = at.GetProperty(part)?.PropertyType ?? throw new Xunit.Sdk.XunitException($"{key} is no setting");
                }
            }
            Assert.Empty(map.Data.Keys.Except(ours.Keys.Select(k => k.Replace(":", "__", StringComparison.Ordinal))).Except(["ASPNETCORE_URLS", "ConnectionStrings__Redis", "OTEL_EXPORTER_OTLP_ENDPOINT"]));
        }
    }

    [Fact]
    public async Task Every_probe_and_every_path_of_the_ingress_meets_a_route_and_none_leads_to_what_is_not_public()
    {
        await using var host = await ScimHost.StartAsync(StoreKind.Memory, settings: new Dictionary<string, string> { ["ScimLite:AdminKey"] = "an-admin-key-of-the-test", ["ScimLite:Metrics:Enabled"] = "true" });
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(r => "/" + r.RoutePattern.RawText!.TrimStart('/')).ToArray();
        var objects = await Render("overlays/production");
        var container = objects.OfType<V1Deployment>().Single().Spec.Template.Spec.Containers[0];

        foreach (var probe in (V1Probe[])[container.StartupProbe, container.LivenessProbe, container.ReadinessProbe])
        {
            Assert.Contains(probe.HttpGet.Path, routes);
            Assert.Contains(container.Ports, p => p.Name == probe.HttpGet.Port.Value);
        }
        var paths = objects.OfType<V1Ingress>().Single().Spec.Rules[0].Http.Paths.Select(p => p.Path).ToArray();
        Assert.All(paths.Except(["/oauth2"]), path => Assert.Contains(routes, r => r.StartsWith(path + "/", StringComparison.Ordinal)));
        var scraped = objects.OfType<V1Deployment>().Single().Spec.Template.Metadata.Annotations;
        Assert.Contains(scraped["prometheus.io/path"], routes);
        Assert.Equal($"{container.Ports[0].ContainerPort}", scraped["prometheus.io/port"]);
        Assert.DoesNotContain(paths, path => "/metrics".StartsWith(path, StringComparison.Ordinal) || "/health".StartsWith(path, StringComparison.Ordinal));
        Assert.Equal("http://+:" + container.Ports[0].ContainerPort, objects.OfType<V1ConfigMap>().Single(c => c.Metadata.Name == "scimlite").Data["ASPNETCORE_URLS"]);
    }

    [Fact]
    public async Task The_overlays_are_what_they_say()
    {
        Assert.Equal(1, (await Render("overlays/demo")).OfType<V1Deployment>().Single().Spec.Replicas);
        Assert.Empty((await Render("overlays/demo")).OfType<V2HorizontalPodAutoscaler>());
        Assert.Equal(3, (await Render("overlays/production")).OfType<V2HorizontalPodAutoscaler>().Single().Spec.MinReplicas);
        Assert.DoesNotContain(":latest", (await Render("overlays/production")).OfType<V1Deployment>().Single().Spec.Template.Spec.Containers[0].Image, StringComparison.Ordinal);
        Assert.Contains("always", (await Render("overlays/redis")).OfType<V1StatefulSet>().Single().Spec.Template.Spec.Containers[0].Args);
        Assert.Contains("redis:6379", (await Render("overlays/redis")).OfType<V1ConfigMap>().Single(c => c.Metadata.Name == "scimlite").Data.Values);
    }

    static async Task<List<object>> Render(string folder)
    {
        Assert.SkipUnless(RedisServer.FindOnPath("kubectl") is not null, "kubectl is not on the PATH, and nothing else renders the manifests as it does");
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Folder, folder)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (text, error) = (kubectl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(kubectl.ExitCode == 0, await error);
        var objects = KubernetesYaml.LoadAllFromString(await text, null, strict: true);
        // What is of no type that is known is left out; nothing here may be.
        Assert.Equal(Kind().Count(await text), objects.Count);
        return objects;
    }

    [GeneratedRegex("^kind: ", RegexOptions.Multiline)]
    private static partial Regex Kind();
}
