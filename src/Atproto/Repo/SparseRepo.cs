using System.Text;
using Atproto.Crypto;
using Atproto.Mst;
using Atproto.Syntax;

namespace Atproto.Repo;

/// <summary>What an answer with a commit did to a <see cref="SparseRepo"/>.</summary>
public enum TakeStatus
{
    /// <summary>It is of the commit that was known: its nodes are kept.</summary>
    Same,

    /// <summary>It is of a newer commit, which is the one now: its nodes are kept.</summary>
    Newer,

    /// <summary>
    /// It is of an older commit, which was dropped: to be asked for again. Its nodes are kept,
    /// since newer trees share them.
    /// </summary>
    Older,

    /// <summary>It is no proof, and was dropped: the host is at fault, see the fault.</summary>
    Refused,
}

/// <summary>
/// What is known of a repo elsewhere: its newest commit seen, and nodes of its tree, out of answers
/// of a host that is not believed. When the nodes at hand are enough, it knows every collection of
/// the repo at that one commit, proven; else which node is missing.
/// </summary>
/// <remarks>
/// Answers of any kind may be mixed: proofs of records, blocks by CID, pages of getRepoCollections,
/// exports that fit in memory, the blocks of a #commit of the event stream. A newer commit keeps
/// the nodes: those that changed are missing then. Memory is that of the <see cref="SparseTree"/>.
/// For one thread at a time.
/// </remarks>
/// <param name="did">Whose repo it is.</param>
/// <param name="key">
/// What commits are verified with; null leaves the signature to the caller. Stays the caller's.
/// </param>
/// <param name="bytesMax">Memory for nodes, in bytes.</param>
/// <param name="tryTake">Where that is taken from, see <see cref="SparseTree"/>.</param>
public sealed class SparseRepo(
    Did did, SignatureVerifier? key = null, long bytesMax = SparseTree.BytesMaxDefault,
    Func<long, bool>? tryTake = null)
{
    // A text's head, and its places in lists.
    private const int NameBytes = 48;

    private readonly List<string> _collections = [];
    private CollectionWalk? _walk;

    public Did Did { get; } = did;

    /// <summary>To be changed when the account's key has.</summary>
    public SignatureVerifier? Key { get; set; } = key;

    /// <summary>The newest that was taken; null before the first.</summary>
    public Commit? Commit { get; private set; }

    /// <summary>Whether its signature was verified here.</summary>
    public bool IsSignatureVerified { get; private set; }

    /// <summary>The nodes at hand, rooted in the commit's tree.</summary>
    public SparseTree Tree { get; } = new(bytesMax, tryTake);

    /// <summary>
    /// Takes a CAR whose root is a commit: a proof, a page of collections, an export, a #commit's
    /// blocks. What does not look like a node is passed over.
    /// </summary>
    public TakeStatus Take(ReadOnlySpan<byte> car, out RepoFault? fault)
    {
        fault = SparseAnswer.Read(car, blocksOnly: false, out var answer);
        if (fault is not null) return TakeStatus.Refused;
        var commit = answer.Commit!;
        var status = Judge(commit, out bool isVerified, out fault);
        if (status == TakeStatus.Refused) return status;
        var nodeFault = answer.AddTo(Tree, car);
        if (nodeFault is not null)
        {
            fault = nodeFault;
            return TakeStatus.Refused;
        }

        if (status == TakeStatus.Newer) Adopt(commit, isVerified);
        return status;
    }

    /// <summary>
    /// Takes the blocks of a getBlocks answer, which names no commit. Whether those asked for are
    /// among them <see cref="SparseTree.Holds"/> tells.
    /// </summary>
    public RepoFault? TakeBlocks(ReadOnlySpan<byte> car) =>
        SparseAnswer.Read(car, blocksOnly: true, out var answer) ?? answer.AddTo(Tree, car);

    /// <summary>Takes a commit alone, as a #sync has it.</summary>
    public TakeStatus Take(Commit commit, out RepoFault? fault)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var status = Judge(commit, out bool isVerified, out fault);
        if (status == TakeStatus.Newer) Adopt(commit, isVerified);
        return status;
    }

    /// <summary>
    /// Goes on as far as the nodes at hand allow: to all collections, to the node that is missing,
    /// or to what makes the tree no tree. Only after a commit was taken.
    /// </summary>
    public CollectionsResult FindCollections()
    {
        var commit = Commit ?? throw new InvalidOperationException("there is no commit yet");
        _walk ??= new CollectionWalk(Tree, commit.Data);
        return Go(_walk, commit, IsSignatureVerified, _collections, after: null, Tree);
    }

    /// <summary>The walk to its end; what it finds is added, and counts where it has to.</summary>
    internal static CollectionsResult Go(
        CollectionWalk walk, Commit commit, bool isVerified, List<string> collections,
        string? after, SparseTree? counting = null)
    {
        while (true)
        {
            switch (walk.Step())
            {
                case WalkStep.Collection:
                    collections.Add(Encoding.ASCII.GetString(walk.Collection));
                    // Names that share most of their letters take far more than their nodes.
                    long bytes = NameBytes + (sizeof(char) * walk.Collection.Length);
                    if (counting?.TryCountFound(bytes) ?? true) break;
                    return new CollectionsResult
                    {
                        Fault = RepoFault.Of(MstError.TooManyNodes, commit.Data, null, default),
                    };
                case WalkStep.Missing:
                    return new CollectionsResult { Missing = walk.Missing };
                case WalkStep.Failed:
                    var fault = RepoFault.Of(walk.Error, walk.Malformed, null, default);
                    return new CollectionsResult { Fault = fault };
                default:
                    return new CollectionsResult
                    {
                        Proven = new ProvenCollections
                        {
                            Commit = commit,
                            IsSignatureVerified = isVerified,
                            Collections = [.. collections],
                            After = after,
                            ReachesEnd = true,
                        },
                    };
            }
        }
    }

    // The cheap questions first: a signature costs more than all the rest of an answer.
    private TakeStatus Judge(Commit commit, out bool isVerified, out RepoFault? fault)
    {
        isVerified = false;
        fault = null;
        if (commit.Did != Did) return Refuse(ProofError.DidMismatch, commit, out fault);
        if (Commit is { } known)
        {
            if (commit.Cid == known.Cid) return TakeStatus.Same;
            if (commit.Rev < known.Rev)
            {
                fault = RepoFault.Of(ProofError.CommitOlder, commit.Cid);
                return TakeStatus.Older;
            }

            if (commit.Rev == known.Rev)
            {
                // The same tree signed once more is the same.
                return commit.Data == known.Data
                    ? TakeStatus.Same
                    : Refuse(ProofError.CommitForked, commit, out fault);
            }
        }

        if (Key is null) return TakeStatus.Newer;
        isVerified = Key.Verify(commit.SignedDigest.Span, commit.Signature.Span)
            == SignatureError.None;
        return isVerified
            ? TakeStatus.Newer
            : Refuse(ProofError.SignatureInvalid, commit, out fault);
    }

    private void Adopt(Commit commit, bool isVerified)
    {
        Commit = commit;
        IsSignatureVerified = isVerified;
        Tree.Reroot(commit.Data);
        // What was found so far was true at the commit before: it begins anew, over the nodes kept.
        _walk = null;
        _collections.Clear();
    }

    private static TakeStatus Refuse(ProofError error, Commit commit, out RepoFault? fault)
    {
        fault = RepoFault.Of(error, commit.Cid);
        return TakeStatus.Refused;
    }
}
