using Http.Connections;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Web;

/// <summary>One path outside of XRPC, answered on GET and HEAD.</summary>
internal interface IPlainRoute
{
    /// <summary>The whole path; one slash after it is tolerated.</summary>
    string Path { get; }

    /// <summary>Writes the body and its Content-Type, or says why not.</summary>
    XrpcResult Answer(HttpRequest request, HttpResponse response);
}
