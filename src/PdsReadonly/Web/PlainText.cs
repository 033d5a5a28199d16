using System.Buffers;
using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>A body of plain text.</summary>
internal static class PlainText
{
    internal static XrpcResult Write(HttpResponse response, ReadOnlySpan<byte> text)
    {
        response.AddHeader("Content-Type"u8, "text/plain; charset=utf-8"u8);
        response.Body.Write(text);
        return XrpcResult.Written;
    }
}
