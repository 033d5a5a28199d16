using System.Text;
using Http.Connections;
using Http.Messages;
using Microsoft.Extensions.Logging;
using PdsReadonly.Web;
using PdsReadonly.Xrpc;
using PdsReadonly.Xrpc.Parameters;

namespace PdsReadonly.Server;

/// <summary>
/// Joins the HTTP engine to the endpoints: finds out what a request asks for, calls it, and writes
/// what it says. Safe to call from any number of threads. What a handler throws is the engine's to
/// answer with a 500 and to report.
/// </summary>
internal sealed partial class XrpcDispatcher : IRequestHandler
{
    private readonly XrpcServices _services;
    private readonly PlainRoutes _plain;
    private readonly ILogger _logger;

    internal XrpcDispatcher(
        XrpcServices services, PlainRoutes plain, ILogger<XrpcDispatcher> logger)
    {
        _services = services;
        _plain = plain;
        _logger = logger;
    }

    /// <inheritdoc/>
    public void Handle(HttpRequest request, HttpResponse response)
    {
        if (request.Method is HttpMethod.Options)
        {
            AnswerWriter.WritePreflight(request, response);
            return;
        }

        var path = WithoutFragment(request.Path);
        var result = Answer(request, response, path);
        if (result.IsPostponed)
        {
            response.Postpone();
            return;
        }

        if (result.Error is { } error) Log(error, path);
        AnswerWriter.Write(result, request, response);
    }

    private XrpcResult Answer(HttpRequest request, HttpResponse response, ReadOnlySpan<byte> path)
    {
        bool reads = request.Method is HttpMethod.Get or HttpMethod.Head;
        if (reads && _plain.Find(path) is { } plain) return plain.Answer(request, response);

        switch (XrpcPath.Read(path, out var method))
        {
            case XrpcPathKind.Malformed: return XrpcError.InvalidPath;
            case XrpcPathKind.Outside when request.Method is not HttpMethod.Post:
                return XrpcError.NotFound;
        }

        if (request.Method is HttpMethod.Post) return XrpcError.ReadOnly;
        if (!reads) return XrpcError.InvalidVerb;

        var route = XrpcRoutes.Find(method);
        if (route is XrpcRoute.None) return RefuseUnserved(method, request.MethodText);
        request.WorkKind = (int)route;
        if (XrpcRoutes.IsSubscription(route) && WebSocketDoor.Check(request) is { } refusal)
        {
            return refusal;
        }

        return XrpcRoutes.Invoke(route, new XrpcCall
        {
            Request = request,
            Response = response,
            Services = _services,
            Scratch = RequestScratch.OfThisThread,
            Query = WithoutFragment(request.Query),
        });
    }

    private static XrpcError RefuseUnserved(ReadOnlySpan<byte> method, ReadOnlySpan<byte> verb)
    {
        string nsid = Encoding.ASCII.GetString(method);
        if (AccountQueries.Nsids.Contains(nsid)) return XrpcError.AuthenticationRequired;
        if (!KnownProcedures.Nsids.Contains(nsid)) return XrpcError.MethodNotImplemented;
        string given = Encoding.ASCII.GetString(verb);
        return XrpcError.Invalid($"Incorrect HTTP method ({given}) expected POST");
    }

    // Clients do not send fragments; a literal one is tolerated and means nothing.
    private static ReadOnlySpan<byte> WithoutFragment(ReadOnlySpan<byte> text)
    {
        int mark = text.IndexOf((byte)'#');
        return mark < 0 ? text : text[..mark];
    }

    private void Log(XrpcError error, ReadOnlySpan<byte> path)
    {
        if (error.Detail is null) return;
        LogRefusal(_logger, error.Status, error.Name, Encoding.UTF8.GetString(path), error.Detail);
    }

    [LoggerMessage(1, LogLevel.Error, "{Status} {Name} for {Path}: {Detail}")]
    private static partial void LogRefusal(
        ILogger logger, int status, string name, string path, string detail);
}
