using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;

namespace Samples;

/// <summary>How a client gets the nodes it lacks.</summary>
public enum SampleStrategy
{
    /// <summary>Proofs of records, there or not, whose keys lie where a node is missing.</summary>
    Probe,

    /// <summary>One proof, then blocks by CID, layer by layer.</summary>
    Blocks,

    /// <summary>Pages of getRepoCollections.</summary>
    Proof,
}

/// <summary>
/// The least client that finds a repo's collections at a <see cref="SampleHost"/>, and counts what
/// it takes. It does not try another way when one fails.
/// </summary>
public sealed class SampleClient(SampleHost host, SparseRepo repo)
{
    private const string LeastPath = "A.A.A/-";

    public int Requests { get; private set; }

    /// <summary>Of the answers' bodies.</summary>
    public long Bytes { get; private set; }

    public int RequestsMax { get; init; } = 10_000;

    /// <summary>Collections of one page.</summary>
    public int PageLimit { get; init; } = 1000;

    /// <summary>Happens before each answer: the repo may change.</summary>
    public Action OnRequest { get; init; } = static () => { };

    /// <summary>What becomes of each answer on its way.</summary>
    public Func<byte[], byte[]> OnAnswer { get; init; } = static answer => answer;

    /// <summary>
    /// To the end, or to the node that the host does not give, or that requests have run out before
    /// it came; null when not even a commit was given.
    /// </summary>
    public CollectionsResult? Run(SampleStrategy strategy)
    {
        string? after = null;
        Take(() => strategy == SampleStrategy.Proof
            ? host.ProvenPage(null, PageLimit) : host.Proof(LeastPath));
        if (repo.Commit is null) return null;
        while (true)
        {
            var result = repo.FindCollections();
            if (result.Missing is not { } missing || Requests >= RequestsMax) return result;
            var before = repo.Commit.Cid;
            bool moves = strategy switch
            {
                SampleStrategy.Probe => Probe(missing),
                SampleStrategy.Blocks => FetchLayer(),
                _ => missing.LastCollection != after || Requests == 1,
            };
            if (strategy == SampleStrategy.Proof && moves)
            {
                after = missing.LastCollection;
                Take(() => host.ProvenPage(after, PageLimit));
            }

            if (!moves && repo.Commit.Cid == before) return result;
        }
    }

    // Whether the answer brought the node.
    private bool Probe(MissingNode missing)
    {
        if (ProbeKey.TryChoose(missing, out var collection, out var rkey))
        {
            Take(() => host.Proof($"{collection}/{rkey}"));
        }
        else
        {
            TakeBlocks([missing.Cid]);
        }

        return repo.Tree.Holds(missing.Cid);
    }

    private bool FetchLayer()
    {
        var cids = new List<Cid>();
        // A malformed tree is told by the walk.
        if (repo.Tree.ListBoundaryNodes(cids, out _, int.MaxValue) != MstError.None) return true;
        foreach (var batch in cids.Chunk(SparseTree.CidsPerRequestMax))
        {
            if (TakeBlocks(batch)) continue;
            // The tree has moved on, or the host does not give them.
            var before = repo.Commit!.Cid;
            Take(() => host.Proof(LeastPath));
            return repo.Commit.Cid != before;
        }

        return cids.Count > 0 && cids.TrueForAll(cid => repo.Tree.Holds(cid));
    }

    private bool TakeBlocks(Cid[] cids)
    {
        Requests++;
        OnRequest();
        if (host.Blocks(cids) is not { } given) return false;
        byte[] answer = OnAnswer(given);
        Bytes += answer.Length;
        repo.TakeBlocks(answer);
        return Array.TrueForAll(cids, cid => repo.Tree.Holds(cid));
    }

    private void Take(Func<byte[]> ask)
    {
        Requests++;
        OnRequest();
        byte[] answer = OnAnswer(ask());
        Bytes += answer.Length;
        repo.Take(answer, out _);
    }
}
