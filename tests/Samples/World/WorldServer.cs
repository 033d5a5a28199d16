using System.Globalization;
using System.Net;
using System.Text;
using Http;
using Http.Connections;
using Http.WebSockets;

namespace Samples.World;

/// <summary>
/// A host of this world on a socket of this machine: its repos, the directory's documents by DID
/// (so it is what --plc-url names), and the network's event stream.
/// </summary>
public sealed class WorldServer : IRequestHandler, IAsyncDisposable
{
    private readonly WorldHost _host;
    private readonly HttpServer _server;

    private WorldServer(WorldHost host, int port)
    {
        _host = host;
        // A test asks faster than any one client may.
        var limits = new HttpLimits { StreamsPerAddressMax = 10_000 };
        _server = HttpServer.Start(
            new IPEndPoint(IPAddress.Loopback, port), this,
            new HttpServerOptions { Limits = limits });
        Url = new Uri($"http://127.0.0.1:{_server.LocalEndPoint.Port}");
        host.Url = Url;
    }

    public Uri Url { get; }

    /// <summary>Port 0 takes a free one.</summary>
    public static WorldServer Start(WorldHost host, int port = 0)
    {
        ArgumentNullException.ThrowIfNull(host);
        return new WorldServer(host, port);
    }

    void IRequestHandler.Handle(HttpRequest request, HttpResponse response)
    {
        // Whoever holds the gate may take his time.
        if (!request.MayBlock)
        {
            response.Postpone();
            return;
        }

        string path = Encoding.ASCII.GetString(request.Path);
        string query = Encoding.ASCII.GetString(request.Query);
        var asked = WorldRequest.Of(new Uri(Url, $"{path}?{query}"));
        bool isStream = asked.Method == "subscribeRepos"
            && request.CheckWebSocketHandshake() == HandshakeRejection.None;
        if (isStream) Subscribe(asked, response);
        else Send(_host.Answer(asked), response);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void Subscribe(WorldRequest request, HttpResponse response)
    {
        string text = request["cursor"];
        long? cursor = text.Length == 0 ? null : long.Parse(text, CultureInfo.InvariantCulture);
        response.AcceptWebSocket(new StreamSource(_host.Network.Feed, cursor));
    }

    private static void Send(WorldAnswer answer, HttpResponse response)
    {
        response.Status = answer.Status;
        response.AddHeader("Content-Type"u8, Encoding.ASCII.GetBytes(answer.ContentType));
        foreach (var (name, value) in answer.Headers)
        {
            response.AddHeader(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        }

        long? length = answer.Shape == BodyShape.Endless ? null : answer.Body.Length;
        response.SendSource(new OddBody(answer.Body, answer.Shape), length);
    }
}
