using System.Buffers;
using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>A body of plain text.</summary>
internal static class PlainText
{
    internal static XrpcResult Write(HttpResponse response, ReadOnlySpan<byte> text)
    {
        response.Body.Write(text);
        return XrpcResult.WrittenText.CachedByBody();
    }
}
