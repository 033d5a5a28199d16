using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>What a person sees who opens the server in a browser.</summary>
internal sealed class RootRoute : IPlainRoute
{
    public string Path => "/";

    public XrpcResult Answer(HttpRequest request, HttpResponse response) =>
        PlainText.Write(response, """
            This is pds-readonly, an AT Protocol Personal Data Server of archived repositories.

            It answers reads and refuses every write: there are no accounts here, and no log-in.
            API routes are under /xrpc/.

            """u8);
}
