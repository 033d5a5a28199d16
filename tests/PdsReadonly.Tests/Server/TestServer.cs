using System.Buffers;
using Http.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Index;
using PdsReadonly.Server;
using PdsReadonly.Tests.Support;
using PdsReadonly.Web;
using PdsReadonly.Xrpc;

namespace PdsReadonly.Tests.Server;

/// <summary>
/// The dispatcher with all its routes, over a host directory of one handle and one did:web, and no
/// repo.
/// </summary>
internal sealed class TestServer : IHostDirectory, IHealthProbe, ILogger<XrpcDispatcher>
{
    private readonly XrpcDispatcher _dispatcher;

    public bool IsDegraded { get; set; }

    internal TestServer(params IPlainRoute[] more)
    {
        var database = CatalogDatabase.Open(":memory:");
        var catalog = new RepoCatalog(database, TimeProvider.System);
        var services = new XrpcServices
        {
            Options = Options,
            Catalog = catalog,
            Repos = new RepoPool(openMax: 4, onDamaged: _ => { }),
            Blobs = new BlobDirectory(
                root: null, catalog, TimeProvider.System, NullLogger<BlobDirectory>.Instance),
            Time = TimeProvider.System,
            Events = new EventLog(database, TimeProvider.System, TimeSpan.FromHours(24)),
        };
        _dispatcher = new XrpcDispatcher(
            services,
            new PlainRoutes([
                new RootRoute(),
                new RobotsRoute(),
                new HealthRoute(Options, this),
                new DidDocumentRoute(Options, this),
                new AtprotoDidRoute(this),
                .. more,
            ]),
            this);
    }

    internal static ServerOptions Options { get; } = new()
    {
        Hostname = "pds.example.com",
        Version = "1.2.3",
        ContactEmail = "who@example.com",
    };

    /// <summary>What methods are given to serve the repos of a run, without blob files.</summary>
    internal static XrpcServices ServicesOf(
        TestArchive.Run run, LightrailDatabase? index = null)
    {
        return new XrpcServices
        {
            Options = Options,
            Catalog = run.Catalog,
            Repos = run.Repos,
            Blobs = new BlobDirectory(
                root: null, run.Catalog, TimeProvider.System, NullLogger<BlobDirectory>.Instance),
            Time = TimeProvider.System,
            Events = run.Events,
            Lightrail = index,
        };
    }

    internal bool IsHealthy { get; set; } = true;

    internal List<string> Logged { get; } = [];

    /// <summary>Asks as a client would.</summary>
    internal Answer Ask(string method, string target, params string[] headers) =>
        Exchange.Send(_dispatcher, method, target, headers);

    /// <summary>
    /// The same with content; <paramref name="framing"/> is the header that announces it.
    /// </summary>
    internal Answer Send(string method, string target, string framing, string content) =>
        Exchange.Send(_dispatcher, method, target, [framing], content);

    public bool TryProbe(bool mayBlock, out bool isHealthy)
    {
        isHealthy = IsHealthy;
        return true;
    }

    public string? FindDidOfHandle(ReadOnlySpan<byte> host) =>
        host.SequenceEqual("alice.test"u8) ? "did:plc:alice" : null;

    public bool TryWriteDidWebDocument(ReadOnlySpan<byte> host, IBufferWriter<byte> output)
    {
        if (!host.SequenceEqual("web.test"u8)) return false;
        output.Write("{\"id\":\"did:web:web.test\"}"u8);
        return true;
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Logged.Add($"{formatter(state, exception)} {exception?.Message}".TrimEnd());

    /// <summary>A route whose answer a test gives.</summary>
    internal sealed class Route(Func<HttpRequest, HttpResponse, XrpcResult> answer) : IPlainRoute
    {
        public string Path => "/test";

        public XrpcResult Answer(HttpRequest request, HttpResponse response) =>
            answer(request, response);
    }
}
