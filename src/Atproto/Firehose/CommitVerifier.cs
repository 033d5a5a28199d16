using Atproto.Crypto;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;

namespace Atproto.Firehose;

/// <summary>
/// Verifies #commit and #sync messages by what they bring along, with no other state
/// (https://atproto.com/specs/sync#commit-validation): the commit is the one named, and signed; the
/// tree says what each operation claims; all of them undone give the tree before. Whether that one
/// is the tree that is known is the follower's question.
/// </summary>
/// <remarks>
/// Blocks of records are not looked at: the tree names them by hash. Any thread, if the key is.
/// </remarks>
public static class CommitVerifier
{
    private static readonly Cid s_emptyTree = new MstTree().RootCid;

    /// <param name="message">What claims to be a commit.</param>
    /// <param name="key">The account's; null leaves the signature to the caller.</param>
    /// <param name="verified">The commit, without a fault.</param>
    public static CommitFault Verify(
        StreamCommit message, SignatureVerifier? key, out VerifiedCommit? verified)
    {
        ArgumentNullException.ThrowIfNull(message);
        verified = null;
        if (message.Defect != CommitFault.None) return message.Defect;
        if (message.Blocks.Length > StreamLimits.CommitBlocksBytesMax)
        {
            return CommitFault.BlocksTooLarge;
        }

        // The cheap questions first: a signature costs more than all the rest.
        bool isInductive = message.PrevData is not null;
        var fault = CommitOps.Check(message.Ops, isInductive);
        if (fault != CommitFault.None) return fault;
        if (!CarSlice.TryRead(message.Blocks, out var slice)) return CommitFault.CarMalformed;
        if (slice!.Root != message.Commit) return CommitFault.RootMismatch;
        fault = slice.ReadCommit(out var commit);
        if (fault != CommitFault.None) return fault;
        if (commit!.Did != message.Did) return CommitFault.DidMismatch;
        if (commit.Rev != message.Rev) return CommitFault.RevMismatch;

        var tree = new MstTree(commit.Data, slice);
        var effects = CommitOps.FindEffects(tree, message.Ops);
        bool isInverted = false;
        fault = isInductive
            ? Invert(tree, message, out isInverted)
            : Compare(tree, message, out isInverted);
        if (fault != CommitFault.None) return fault;
        if (!IsSigned(commit, key)) return CommitFault.SignatureInvalid;
        verified = new VerifiedCommit
        {
            Commit = commit,
            Seq = message.Seq,
            Since = message.Since,
            PrevData = message.PrevData,
            IsInverted = isInverted,
            IsSignatureVerified = key is not null,
            Effects = effects,
        };
        return CommitFault.None;
    }

    /// <summary>Verifies a #sync, whose commit is all that it says.</summary>
    /// <param name="message">What claims to hold a commit.</param>
    /// <param name="key">The account's; null leaves the signature to the caller.</param>
    /// <param name="commit">The commit, without a fault.</param>
    public static CommitFault Verify(
        StreamSync message, SignatureVerifier? key, out Commit? commit)
    {
        ArgumentNullException.ThrowIfNull(message);
        commit = null;
        if (message.Defect != CommitFault.None) return message.Defect;
        if (message.Blocks.Length > StreamLimits.SyncBlocksBytesMax)
        {
            return CommitFault.BlocksTooLarge;
        }

        if (!CarSlice.TryRead(message.Blocks, out var slice)) return CommitFault.CarMalformed;
        var fault = slice!.ReadCommit(out var found);
        if (fault != CommitFault.None) return fault;
        if (found!.Did != message.Did) return CommitFault.DidMismatch;
        if (found.Rev != message.Rev) return CommitFault.RevMismatch;
        if (!IsSigned(found, key)) return CommitFault.SignatureInvalid;
        commit = found;
        return CommitFault.None;
    }

    private static bool IsSigned(Commit commit, SignatureVerifier? key) =>
        key is null
        || key.Verify(commit.SignedDigest.Span, commit.Signature.Span) == SignatureError.None;

    private static CommitFault Invert(MstTree tree, StreamCommit message, out bool isInverted)
    {
        isInverted = false;
        var fault = CommitOps.Undo(tree, message.Ops);
        if (fault != CommitFault.None) return fault;
        isInverted = tree.RootCid == message.PrevData;
        return isInverted ? CommitFault.None : CommitFault.PrevDataMismatch;
    }

    // Without prevData: a first commit, or an old host's. What the tree tells must fit; what it
    // does not tell is no fault.
    private static CommitFault Compare(MstTree tree, StreamCommit message, out bool isInverted)
    {
        isInverted = false;
        var fault = CommitOps.Compare(tree, message.Ops);
        if (fault != CommitFault.None) return fault;
        isInverted = message.Since is null
            && CommitOps.Undo(tree, message.Ops) == CommitFault.None
            && tree.RootCid == s_emptyTree;
        return CommitFault.None;
    }
}
