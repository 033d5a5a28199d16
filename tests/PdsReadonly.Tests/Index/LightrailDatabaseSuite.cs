using System.Text;
using Atproto.Syntax;
using PdsReadonly.Index;
using PdsReadonly.Tests.Support;

namespace PdsReadonly.Tests.Index;

/// <summary>An index in a folder of its own, and repos that are stored in it.</summary>
public abstract class LightrailDatabaseSuite : IDisposable
{
    private protected const string Relay = "https://relay.example";

    private protected LightrailDatabaseSuite() => Index = Open();

    private protected TempFolder Folder { get; } = new();

    private protected FakeTime Time { get; } =
        new(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

    private protected RemoteRepo Alice { get; } = new("alice", "a.b.c", "a.b.c-d.e", "x.y.z");

    private protected RemoteRepo Bob { get; } = new("bob", "a.b.c");

    private protected LightrailDatabase Index { get; set; }

    private protected long Now => Time.Now.ToUnixTimeMilliseconds();

    public void Dispose()
    {
        Index.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void AddListed(
        IReadOnlyList<ListedRepo> repos, string? cursor, bool isRelay) =>
        Index.AddListed(Index.FindHost(Index.HostIdOf(Relay))!, repos, cursor, isRelay);

    private protected LightrailDatabase Open() =>
        LightrailDatabase.Open(Folder.At("lightrail.sqlite"), Time);

    private protected void Reopen()
    {
        Index.Dispose();
        Index = Open();
    }

    private protected void Prove(RemoteRepo repo) =>
        Assert.True(Index.SetProven(repo.Id, 0, repo.Prove(), CollectionOrigin.Probe));

    private protected void Apply(long seq, params RepoChange[] changes) =>
        Index.Apply(Relay, seq, changes);

    private protected ResyncItem? Take(long host) => Index.TakeAt(host, Now);

    private protected KeptProof? ProofOf(RemoteRepo repo)
    {
        using var reader = Index.Readers.Rent();
        return reader.FindProof(Index.FindRepo(repo.Id)!.FirstSeen);
    }

    private protected List<Did> Page(string collection)
    {
        using var reader = Index.Readers.Rent();
        return Page(reader, collection);
    }

    internal static List<Did> Page(LightrailReader reader, string collection, string after = "")
    {
        byte[] beyond = Encoding.ASCII.GetBytes(after);
        var cursor = collection.Length == 0
            ? reader.OpenActive(beyond)
            : reader.OpenCollection(Encoding.ASCII.GetBytes(collection), beyond, 0);
        var page = new List<Did>();
        while (cursor.Read())
        {
            Assert.True(Did.TryParse(Encoding.ASCII.GetString(cursor.Current), out var did));
            page.Add(did);
        }

        Assert.False(cursor.Current.Length > 0);
        cursor.Close();
        return page;
    }

    private protected static IEnumerable<Did> Sorted(params RemoteRepo[] repos) => repos
        .Select(repo => repo.Id).OrderBy(did => did.ToString(), StringComparer.Ordinal);

    private protected static byte[] Bytes(Did did) => Encoding.ASCII.GetBytes(did.ToString());
}
