using System.Net;
using Http.Messages;

namespace Http.Connections;

// Who is at the other end; and how many long answers it has.
public sealed partial class HttpConnection
{
    // Counted at the gate until its answer is over; null when none is.
    private IPAddress? _countedClient;
    private bool _countedAsStream;

    internal IPAddress? ClientOf(HttpRequest request) =>
        RemoteAddress is { } peer ? _engine.Proxies.ClientOf(request, peer) : null;

    /// <summary>
    /// False for an answer that takes as long as its client likes when that client has as many
    /// under way as it may: made while they are sent, they hold what others wait for. Files and
    /// WebSockets are counted behind a proxy only, elsewhere the limit on connections holds them.
    /// </summary>
    private bool MayGoOn(HttpResponse response)
    {
        if (!response.IsLong || _work!.Head.Method == HttpMethod.Head) return true;
        if (RemoteAddress is not { } peer) return true;
        if (!response.IsStream && !_engine.Proxies.Contains(peer)) return true;
        var client = _engine.Proxies.ClientOf(_work.Request, peer);
        if (!_engine.Gate.TryBeginAnswer(client, response.IsStream)) return false;
        (_countedClient, _countedAsStream) = (client, response.IsStream);
        return true;
    }

    private void RefuseOneMore(HttpResponse response)
    {
        response.Reset();
        response.Status = 429;
        response.AddHeader("Retry-After"u8, "10"u8);
        EngineError.Write(response, _engine.ErrorHeaders, "Rate Limit Exceeded");
    }

    private void EndCounting()
    {
        if (_countedClient is not { } client) return;
        _countedClient = null;
        _engine.Gate.EndAnswer(client, _countedAsStream);
    }
}
