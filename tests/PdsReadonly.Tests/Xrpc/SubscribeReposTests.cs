using Http.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using PdsReadonly.Index;
using PdsReadonly.Tests.Events;
using PdsReadonly.Tests.Server;
using PdsReadonly.Xrpc;
using PdsReadonly.Xrpc.Parameters;

namespace PdsReadonly.Tests.Xrpc;

/// <summary>The event stream's parameters, bound by generated code.</summary>
public sealed class SubscribeReposTests : IDisposable
{
    private readonly CatalogDatabase _database = CatalogDatabase.Open(":memory:");

    public void Dispose() => _database.Dispose();

    [Test]
    [Arguments("")]
    [Arguments("cursor=")]
    [Arguments("cursor=0")]
    [Arguments("cursor=-7")]
    [Arguments("cursor=&other=x&other=y")]
    public void Handle_GoodCursor_GivesAStreamThatWaits(string query)
    {
        using var client = Open(query);
        Assert.Empty(client.Drain());
        Assert.False(client.HasEnded);
    }

    [Test]
    [Arguments("cursor=x", "Expected integer value type (got \"x\")")]
    [Arguments("cursor=1.5", "Expected integer value type (got \"1.5\")")]
    [Arguments("cursor=1&cursor=2", "Expected integer value type (got [1, 2])")]
    [Arguments("cursor=9007199254740992", "Expected integer value type (got 9007199254740992)")]
    public void Handle_BadCursor_IsAnErrorInsideTheStream(string query, string issue)
    {
        using var client = Open(query);

        var message = Assert.Single(client.Drain());

        Assert.Equal("error", message.Type);
        Assert.Equal("InvalidRequest", message.Text("error"));
        Assert.Equal(
            "Invalid com.atproto.sync.subscribeRepos params: " + issue, message.Text("message"));
        Assert.True(client.HasEnded);
        Assert.Equal((1008, "InvalidRequest"), client.Close);
    }

    private Client Open(string query)
    {
        var handler = new Capture(ServicesOf(_database));
        Exchange.Send(handler, "GET", "/xrpc/com.atproto.sync.subscribeRepos?" + query, []);
        return new Client(handler.Messages!);
    }

    private static XrpcServices ServicesOf(CatalogDatabase database)
    {
        var log = new EventLog(database, TimeProvider.System, TimeSpan.FromHours(24));
        var catalog = new RepoCatalog(database, TimeProvider.System);
        return new XrpcServices
        {
            Options = TestServer.Options,
            Catalog = catalog,
            Repos = new RepoPool(openMax: 4, onDamaged: _ => { }),
            Blobs = new BlobDirectory(
                root: null, catalog, TimeProvider.System, NullLogger<BlobDirectory>.Instance),
            Events = log,
            Time = TimeProvider.System,
        };
    }

    /// <summary>Takes what the handler answers, instead of the connection.</summary>
    private sealed class Capture(XrpcServices services) : IRequestHandler
    {
        internal IMessageSource? Messages { get; private set; }

        public void Handle(HttpRequest request, HttpResponse response)
        {
            var route = XrpcRoutes.Find("com.atproto.sync.subscribeRepos"u8);
            Assert.True(XrpcRoutes.IsSubscription(route));
            Messages = XrpcRoutes.Invoke(route, new XrpcCall
            {
                Request = request,
                Response = response,
                Services = services,
                Scratch = RequestScratch.OfThisThread,
                Query = request.Query,
            }).Messages;
        }
    }
}
