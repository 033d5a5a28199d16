using System.Text.Json;
using System.Text.Json.Serialization;
using Atproto.Syntax;
using PdsReadonly.Index;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>What a host says to com.atproto.sync.getRepoStatus.</summary>
/// <param name="Status">Of the account.</param>
/// <param name="Rev">Of the repo; null where the host does not tell.</param>
internal sealed record RepoStatusAnswer(AccountStatus Status, Tid? Rev)
{
    /// <summary>Null when it says nothing of use.</summary>
    internal static RepoStatusAnswer? Read(in XrpcAnswer answer)
    {
        // It has none such any more, whatever has become of it.
        if (answer.Error == "RepoNotFound") return new(AccountStatus.Inactive, null);
        if (answer.Status != XrpcStatus.Given) return null;
        try
        {
            var output = JsonSerializer.Deserialize(
                answer.Body.Span, RepoStatusJson.Default.RepoStatusOutput);
            if (output?.Active is not { } isActive) return null;
            Tid? rev = Tid.TryParse(output.Rev, out var tid) ? tid : null;
            return new(AccountStatusText.Of(isActive, output.Status), rev);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record RepoStatusOutput(bool? Active, string? Status, string? Rev);

[JsonSerializable(typeof(RepoStatusOutput))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RepoStatusJson : JsonSerializerContext;
