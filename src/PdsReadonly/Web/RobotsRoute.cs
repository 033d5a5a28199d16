using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>Crawlers are welcome (RFC 9309).</summary>
internal sealed class RobotsRoute : IPlainRoute
{
    public string Path => "/robots.txt";

    public XrpcResult Answer(HttpRequest request, HttpResponse response) =>
        PlainText.Write(response, """
            # Public data, for people and for machines
            User-agent: *
            Allow: /

            """u8);
}
