using System.Text;
using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>
/// Confirms a handle that is this host's name
/// (https://atproto.com/specs/handle#https-well-known-method).
/// </summary>
internal sealed class AtprotoDidRoute(IHostDirectory directory) : IPlainRoute
{
    public string Path => "/.well-known/atproto-did";

    public XrpcResult Answer(HttpRequest request, HttpResponse response)
    {
        Span<byte> buffer = stackalloc byte[RequestHost.BytesMax];
        bool read = RequestHost.TryRead(request.Host, buffer, out var host);
        if (read && directory.FindDidOfHandle(host) is { } did)
        {
            return PlainText.Write(response, Encoding.ASCII.GetBytes(did));
        }

        response.Status = 404;
        return PlainText.Write(response, "User not found"u8);
    }
}
