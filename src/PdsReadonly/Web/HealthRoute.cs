using System.Text.Json.Serialization;
using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>
/// The version, 503 while the server cannot do its work, and a word while a part is missing.
/// </summary>
internal sealed class HealthRoute(ServerOptions options, IHealthProbe probe) : IPlainRoute
{
    public string Path => "/xrpc/_health";

    internal sealed record Output(string Version, string? Status, string? Error);

    public XrpcResult Answer(HttpRequest request, HttpResponse response)
    {
        if (!probe.TryProbe(request.MayBlock, out bool healthy)) return XrpcResult.Postponed;
        if (!healthy) response.Status = 503;
        var output = new Output(
            options.Version,
            probe.IsDegraded ? "degraded" : null,
            healthy ? null : "Service Unavailable");
        return XrpcResult.Json(output, HealthRouteJson.Default.Output);
    }
}

[JsonSerializable(typeof(HealthRoute.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class HealthRouteJson : JsonSerializerContext;
