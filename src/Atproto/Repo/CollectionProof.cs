using System.Buffers;
using System.Text;
using Atproto.Car;
using Atproto.Crypto;
using Atproto.Multiformats;
using Atproto.Mst;
using Atproto.Syntax;

namespace Atproto.Repo;

/// <summary>
/// The proof of a repo's collections as a CAR, as com.atproto.sync.getRepoCollections answers it:
/// the commit, which is the root, then the nodes on the ways to every boundary, in the order in
/// which a <see cref="CollectionWalk"/> comes to them, each once and nothing else.
/// </summary>
/// <remarks>
/// Verified by these blocks alone. A range needs no length: it goes as far as the nodes lead, and
/// the next one begins behind its last collection.
/// </remarks>
public static class CollectionProof
{
    /// <summary>
    /// Verifies one CAR. It has to prove at least one collection, or that there is none further:
    /// else the fault is NodeMissing.
    /// </summary>
    /// <param name="car">The whole file; blocks that are not needed are passed over.</param>
    /// <param name="did">Whose commit it has to be; null takes any.</param>
    /// <param name="key">What it has to be signed with; null leaves that open.</param>
    /// <param name="after">
    /// The collection behind which the range begins, of at most 1,024 characters; null for the
    /// start.
    /// </param>
    /// <param name="proven">The collections of the range, without a fault.</param>
    public static RepoFault? Verify(
        ReadOnlySpan<byte> car, Did? did, SignatureVerifier? key, string? after,
        out ProvenCollections? proven)
    {
        proven = null;
        var fault = SparseAnswer.Read(car, blocksOnly: false, out var answer);
        if (fault is not null) return fault;
        // Keys put together again can take many times what their nodes do.
        long bytesMax = Math.Max(1 << 20, 32L * car.Length);
        var repo = new SparseRepo(did ?? answer.Commit!.Did, key, bytesMax);
        repo.Take(car, out fault);
        if (fault is not null) return fault;

        var walk = new CollectionWalk(
            repo.Tree, repo.Commit!.Data, Encoding.ASCII.GetBytes(after ?? ""));
        var collections = new List<string>();
        var result = SparseRepo.Go(
            walk, repo.Commit, repo.IsSignatureVerified, collections, after);
        if (result.Missing is { } missing && collections.Count == 0)
        {
            return RepoFault.Of(MstError.NodeMissing, missing.Cid, null, default);
        }

        proven = result.Proven ?? new ProvenCollections
        {
            Commit = repo.Commit,
            IsSignatureVerified = repo.IsSignatureVerified,
            Collections = collections,
            After = after,
            ReachesEnd = false,
        };
        if (result.Fault is not null) proven = null;
        return result.Fault;
    }

    /// <summary>
    /// Writes the proof of all collections out of the nodes at hand. NodeMissing, or what else is
    /// wrong, when they are not enough; what was written by then is of no use.
    /// </summary>
    public static RepoFault? Write(SparseRepo repo, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(repo);
        var commit = repo.Commit ?? throw new InvalidOperationException("there is no commit yet");
        CarWriter.WriteHeader(output, commit.Cid);
        CarWriter.WriteSection(output, commit.Cid, commit.Block.Span);
        var nodes = new WritingNodes(repo.Tree, output);
        var walk = new CollectionWalk(nodes, commit.Data);
        while (true)
        {
            switch (walk.Step())
            {
                case WalkStep.Collection: continue;
                case WalkStep.End: return null;
                case WalkStep.Missing:
                    return RepoFault.Of(MstError.NodeMissing, walk.Missing.Cid, null, default);
                default: return RepoFault.Of(walk.Error, walk.Malformed, null, default);
            }
        }
    }

    // A walk comes to each node once: equal subtrees cannot be, since keys are whole paths.
    private sealed class WritingNodes(SparseTree tree, IBufferWriter<byte> output) : ISparseNodes
    {
        public MstError Find(in Cid cid, int depth, out SparseNode? node)
        {
            var error = tree.Find(cid, depth, out node);
            if (error != MstError.None || node is null) return error;
            CarWriter.WriteSection(output, cid, node.Block.Span);
            return error;
        }
    }
}
