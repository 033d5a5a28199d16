using Http.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using PdsReadonly.Server;
using PdsReadonly.Tests.Support;
using PdsReadonly.Web;

namespace PdsReadonly.Tests.Server;

/// <summary>
/// While a loader's transaction holds the catalog's database, a thread that serves many connections
/// must not wait for it.
/// </summary>
public sealed class DatabaseWaitTests : IDisposable
{
    private readonly TestArchive _archive = new();

    public void Dispose() => _archive.Dispose();

    [Test]
    [Arguments("com.atproto.identity.resolveDid?did={did}", true)]
    [Arguments("com.atproto.identity.resolveIdentity?identifier={did}", true)]
    [Arguments("com.atproto.repo.describeRepo?repo={did}", true)]
    [Arguments("com.atproto.sync.listReposByCollection?collection=app.bsky.feed.post", true)]
    [Arguments("_health", true)]
    [Arguments("../.well-known/did.json", true)]
    [Arguments("../.well-known/atproto-did", false)]
    [Arguments("../", false)]
    [Arguments("com.atproto.identity.resolveHandle?handle=alice.test", false)]
    [Arguments("com.atproto.repo.listRecords?repo={did}&collection=app.bsky.feed.post", false)]
    [Arguments("com.atproto.server.describeServer", false)]
    [Arguments("com.atproto.sync.getLatestCommit?did={did}", false)]
    [Arguments("com.atproto.sync.getRepoStatus?did={did}", false)]
    [Arguments("com.atproto.sync.listRepos", false)]
    public void Handle_DatabaseHeldByAnother_IsPostponedOrAnswered(string route, bool postponed)
    {
        _archive.WriteCar("alice.car", TestRepos.Build("alice").ToCar());
        _archive.WriteCar("alice.did.json", TestRepos.Document("alice", "alice.test"));
        using var run = _archive.Load();
        var dispatcher = DispatcherOf(run);
        string path = route.StartsWith("../", StringComparison.Ordinal)
            ? route[2..]
            : "/xrpc/" + route.Replace("{did}", TestRepos.DidOf("alice"), StringComparison.Ordinal);
        // Opens the repo, which is another thing to wait for.
        int status = Exchange.Send(dispatcher, "GET", path, []).Status;
        Assert.Equal(path.StartsWith("/.well", StringComparison.Ordinal) ? 404 : 200, status);

        var step = WhileHeld(run, () => Exchange.Begin(dispatcher, path));

        Assert.Equal(postponed ? NextStep.Offload : NextStep.Write, step);
    }

    // A repo without a document has nothing to ask the database for.
    [Test]
    public void Handle_DescribeRepoWithoutDocument_IsAnswered()
    {
        _archive.WriteCar("alice.car", TestRepos.Build("alice").ToCar());
        using var run = _archive.Load();
        var dispatcher = DispatcherOf(run);
        string path = "/xrpc/com.atproto.repo.describeRepo?repo=" + TestRepos.DidOf("alice");
        Assert.Equal(200, Exchange.Send(dispatcher, "GET", path, []).Status);

        Assert.Equal(NextStep.Write, WhileHeld(run, () => Exchange.Begin(dispatcher, path)));
    }

    [Test]
    public void Health_DatabaseFree_IsAnsweredWithoutWaiting()
    {
        using var run = _archive.Load();

        Assert.Equal(NextStep.Write, Exchange.Begin(DispatcherOf(run), "/xrpc/_health"));
    }

    // Held for a while only: what does wait goes on, and fails the test by its answer.
    private static NextStep WhileHeld(TestArchive.Run run, Func<NextStep> ask)
    {
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holder = new Thread(() =>
        {
            lock (run.Database.Gate)
            {
                held.Set();
                release.Wait(TimeSpan.FromSeconds(20), CancellationToken.None);
            }
        });
        holder.Start();
        held.Wait(CancellationToken.None);
        var step = ask();
        bool isStillHeld = !release.IsSet && holder.IsAlive;
        release.Set();
        holder.Join();
        Assert.True(isStillHeld, "it waited");
        return step;
    }

    private static XrpcDispatcher DispatcherOf(TestArchive.Run run)
    {
        var directory = new HostDirectory(run.Catalog);
        var services = TestServer.ServicesOf(run);
        var plain = new PlainRoutes(
            new RootRoute(),
            new HealthRoute(TestServer.Options, directory),
            new DidDocumentRoute(TestServer.Options, directory),
            new AtprotoDidRoute(directory));
        return new XrpcDispatcher(services, plain, NullLogger<XrpcDispatcher>.Instance);
    }
}
