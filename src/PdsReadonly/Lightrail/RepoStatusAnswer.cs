using System.Text.Json;
using System.Text.Json.Serialization;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>What a host says to com.atproto.sync.getRepoStatus.</summary>
internal static class RepoStatusAnswer
{
    /// <summary>Null when it says nothing of use.</summary>
    internal static AccountStatus? Read(in XrpcAnswer answer)
    {
        // It has none such any more, whatever has become of it.
        if (answer.Error == "RepoNotFound") return AccountStatus.Inactive;
        if (answer.Status != XrpcStatus.Given) return null;
        try
        {
            var output = JsonSerializer.Deserialize(
                answer.Body, RepoStatusJson.Default.RepoStatusOutput);
            return output?.Active is { } isActive
                ? AccountStatusText.Of(isActive, output.Status)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record RepoStatusOutput(bool? Active, string? Status);

[JsonSerializable(typeof(RepoStatusOutput))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RepoStatusJson : JsonSerializerContext;
