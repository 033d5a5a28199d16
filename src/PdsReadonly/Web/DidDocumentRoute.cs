using System.Text;
using System.Text.Json.Serialization;
using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>
/// The document of a did:web (https://w3c-ccg.github.io/did-method-web/): that of a hosted repo
/// whose DID is the host's, else that of this service.
/// </summary>
internal sealed class DidDocumentRoute(ServerOptions options, IHostDirectory directory)
    : IPlainRoute
{
    public string Path => "/.well-known/did.json";

    internal sealed record Service(string Id, string Type, string ServiceEndpoint);

    internal sealed record Document(
        [property: JsonPropertyName("@context")] IReadOnlyList<string> Context,
        string Id,
        IReadOnlyList<Service> Service);

    public XrpcResult Answer(HttpRequest request, HttpResponse response)
    {
        // A stored document comes out of the database.
        if (!request.MayBlock) return XrpcResult.Postponed;
        Span<byte> buffer = stackalloc byte[RequestHost.BytesMax];
        if (RequestHost.TryRead(request.Host, buffer, out var host)
            && directory.TryWriteDidWebDocument(host, response.Body))
        {
            return XrpcResult.WrittenJson.CachedByBody();
        }

        return IsOurs(request.Host) ? OwnDocument() : XrpcError.NotFound;
    }

    // A server behind a proxy on localhost has no dot in its name, so this is not left to
    // RequestHost.
    private bool IsOurs(ReadOnlySpan<byte> header)
    {
        int colon = header.LastIndexOf((byte)':');
        var name = colon < 0 ? header : header[..colon];
        return Ascii.EqualsIgnoreCase(name, options.Hostname)
            && options.ServiceDid == "did:web:" + options.Hostname;
    }

    private XrpcResult OwnDocument()
    {
        var service = new Service(
            "#atproto_pds", "AtprotoPersonalDataServer", "https://" + options.Hostname);
        var document = new Document(
            ["https://www.w3.org/ns/did/v1"], options.ServiceDid, [service]);
        return XrpcResult.Json(document, DidDocumentRouteJson.Default.Document).CachedByBody();
    }
}

[JsonSerializable(typeof(DidDocumentRoute.Document))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class DidDocumentRouteJson : JsonSerializerContext;
