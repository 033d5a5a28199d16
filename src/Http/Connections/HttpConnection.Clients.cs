using System.Net;
using Http.Messages;

namespace Http.Connections;

// Who is at the other end; and how many long answers it has.
public sealed partial class HttpConnection
{
    // Counted at the gate until its answer is over; null when none is.
    private IPAddress? _countedClient;
    private bool _countedAsStream;

    /// <summary>
    /// Its place among the WebSockets; changed under the lock of <see cref="StreamPlaces"/>.
    /// </summary>
    internal (ulong Address, LinkedListNode<HttpConnection> Node)? StreamPlace { get; set; }

    internal IPAddress? ClientOf(HttpRequest request) =>
        RemoteAddress is { } peer ? _engine.Proxies.ClientOf(request, peer) : null;

    /// <summary>Whose shares the work and the memory of this request come from.</summary>
    private void NoteClient()
    {
        if (RemoteAddress is not { } peer) return;
        // A proxy's connection is used for one client after the other.
        if (_address is not null && !_engine.Proxies.Contains(peer)) return;
        var client = _engine.Proxies.ClientOf(_work!.Request, peer);
        // One whose clients are unknown has no share, but the whole.
        _address = _engine.Proxies.Contains(client) ? null : ConnectionGate.KeyOf(client);
    }

    /// <summary>
    /// False for an answer that takes as long as its client likes when that client has as many
    /// under way as it may: made while they are sent, they hold what others wait for. Files are
    /// counted behind a proxy only, elsewhere the limit on connections holds them.
    /// </summary>
    private bool MayGoOn(HttpResponse response)
    {
        if (!response.IsLong || _work!.Head.Method == HttpMethod.Head) return true;
        if (RemoteAddress is not { } peer) return true;
        bool isProxy = _engine.Proxies.Contains(peer);
        bool isFile = !response.IsStream && response.Messages is null;
        if (isFile && !isProxy) return true;
        var client = _engine.Proxies.ClientOf(_work.Request, peer);
        if (response.Messages is not null)
        {
            return _engine.Streams.TryEnter(this, ConnectionGate.SiteKeyOf(client));
        }

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
        if (StreamPlace is not null) _engine.Streams.Leave(this);
        if (_countedClient is not { } client) return;
        _countedClient = null;
        _engine.Gate.EndAnswer(client, _countedAsStream);
    }
}
