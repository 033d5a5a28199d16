using System.Text.Json.Serialization;

namespace PdsReadonly.Xrpc.Methods;

/// <summary>
/// What this server is: it has no sign-up and takes no uploads, said in the lexicon's vocabulary
/// and, since objects are open, by a field of our own.
/// </summary>
[XrpcQuery("com.atproto.server.describeServer")]
internal static class ServerDescribeServer
{
    internal sealed record Links(string? PrivacyPolicy, string? TermsOfService);

    internal sealed record Contact(string? Email);

    internal sealed record Output(string Did, Links Links, Contact Contact)
    {
        public IReadOnlyList<string> AvailableUserDomains { get; } = [];

        public bool InviteCodeRequired { get; } = true;

        public int BlobUploadLimit { get; }

        public bool ReadOnly { get; } = true;
    }

    internal static XrpcResult Handle(ServerOptions options)
    {
        var links = new Links(options.PrivacyPolicyUrl, options.TermsOfServiceUrl);
        var output = new Output(options.ServiceDid, links, new Contact(options.ContactEmail));
        return XrpcResult.Json(output, ServerDescribeServerJson.Default.Output).CachedByBody();
    }
}

[JsonSerializable(typeof(ServerDescribeServer.Output))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ServerDescribeServerJson : JsonSerializerContext;
