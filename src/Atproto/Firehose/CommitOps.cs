using System.Text;
using Atproto.Mst;
using Atproto.Multiformats;

namespace Atproto.Firehose;

/// <summary>The operations of a #commit against the part of its tree that it brings.</summary>
internal static class CommitOps
{
    /// <summary>What can be said without the tree.</summary>
    /// <param name="ops">As many as are allowed.</param>
    /// <param name="isInductive">
    /// Whether they can be undone: those of old hosts do not tell what was before.
    /// </param>
    internal static CommitFault Check(IReadOnlyList<CommitOp> ops, bool isInductive)
    {
        for (int i = 0; i < ops.Count; i++)
        {
            var op = ops[i];
            if (!IsWhole(op, isInductive)) return CommitFault.OpInvalid;
            for (int j = 0; j < i; j++)
            {
                if (ops[j].Path.Span.SequenceEqual(op.Path.Span)) return CommitFault.PathRepeated;
            }
        }

        return CommitFault.None;
    }

    /// <summary>Undoes them all; the tree is of no use after a fault.</summary>
    internal static CommitFault Undo(MstTree tree, IReadOnlyList<CommitOp> ops)
    {
        foreach (var op in ops)
        {
            var fault = Undo(tree, op);
            if (fault != CommitFault.None) return fault;
        }

        return CommitFault.None;
    }

    /// <summary>Whether nothing that the tree tells speaks against them.</summary>
    internal static CommitFault Compare(MstTree tree, IReadOnlyList<CommitOp> ops)
    {
        foreach (var op in ops)
        {
            var result = tree.Find(op.Path.Span, out var value);
            if (result.Status == MstTreeStatus.Failed)
            {
                if (result.Error == MstError.NodeMissing) continue;
                return CommitFault.NodeMalformed;
            }

            bool isThere = result.IsDone && value == op.Cid;
            if (op.Action != OpAction.Delete && !isThere) return CommitFault.RecordMismatch;
            if (op.Action == OpAction.Delete && result.IsDone) return CommitFault.RecordNotDeleted;
        }

        return CommitFault.None;
    }

    /// <summary>
    /// What the tree after the commit proves of each collection: one in which a record was written
    /// is there; one of which a record was removed is there if a neighbour of the gap is of it, and
    /// gone if neither is, since keys of a collection stand together.
    /// </summary>
    internal static List<CollectionEffect> FindEffects(MstTree tree, IReadOnlyList<CommitOp> ops)
    {
        var effects = new List<CollectionEffect>();
        foreach (var op in ops)
        {
            int length = op.Path.Span.IndexOf((byte)'/');
            var presence = PresenceOf(tree, op, length + 1);
            Add(effects, op.Path.Span[..length], presence);
        }

        return effects;
    }

    private static bool IsWhole(in CommitOp op, bool isInductive)
    {
        bool fits = op.Action switch
        {
            OpAction.Create => op.Cid is not null && op.Prev is null,
            OpAction.Update => op.Cid is not null && (op.Prev is not null || !isInductive),
            OpAction.Delete => op.Cid is null && (op.Prev is not null || !isInductive),
            _ => false,
        };
        var path = op.Path.Span;
        int length = path.IndexOf((byte)'/');
        // Hosts hold paths that no one may write any more; but nothing that cannot be shown.
        return fits && length > 0 && path.Length <= MstLimits.KeyBytesMax
            && !path[..length].ContainsAnyExceptInRange((byte)'-', (byte)'~');
    }

    private static CommitFault Undo(MstTree tree, in CommitOp op)
    {
        var path = op.Path.Span;
        var previous = default(Cid);
        // Old hosts do not tell what was before: then there is no way back.
        if (op.Action != OpAction.Create && op.Prev is null) return CommitFault.OpInvalid;
        var result = op.Action switch
        {
            OpAction.Create => tree.Delete(path, out previous),
            OpAction.Update => tree.Update(path, op.Prev!.Value, out previous),
            _ => tree.Insert(path, op.Prev!.Value),
        };
        if (result.Status == MstTreeStatus.KeyPresent) return CommitFault.RecordNotDeleted;
        if (result.Status == MstTreeStatus.KeyAbsent) return CommitFault.RecordMismatch;
        if (!result.IsDone)
        {
            return result.Error == MstError.NodeMissing
                ? CommitFault.NodeMissing
                : CommitFault.NodeMalformed;
        }

        bool isClaimed = op.Action == OpAction.Delete || previous == op.Cid;
        return isClaimed ? CommitFault.None : CommitFault.RecordMismatch;
    }

    private static Presence PresenceOf(MstTree tree, in CommitOp op, int prefixLength)
    {
        var path = op.Path.Span;
        var prefix = path[..prefixLength];
        if (op.Action != OpAction.Delete)
        {
            return tree.Find(path, out _).IsDone ? Presence.Present : Presence.Unknown;
        }

        var result = tree.FindNeighbours(path, out var left, out var right);
        if (result.Status == MstTreeStatus.Failed)
        {
            // The way to the collection's beginning may be there, if not the one to the record.
            result = tree.FindNeighbours(prefix, out left, out right);
            left = null;
        }

        if (result.Status == MstTreeStatus.Failed) return Presence.Unknown;
        bool isThere = result.IsDone
            || (left is { } before && before.Span.StartsWith(prefix))
            || (right is { } after && after.Span.StartsWith(prefix));
        return isThere ? Presence.Present : Presence.Absent;
    }

    // What one operation proves of a collection, another of the same commit cannot refute.
    private static void Add(
        List<CollectionEffect> effects, ReadOnlySpan<byte> collection, Presence presence)
    {
        for (int i = 0; i < effects.Count; i++)
        {
            if (!Ascii.Equals(effects[i].Collection, collection)) continue;
            if (effects[i].Presence == Presence.Unknown)
            {
                effects[i] = effects[i] with { Presence = presence };
            }

            return;
        }

        effects.Add(new CollectionEffect(Encoding.ASCII.GetString(collection), presence));
    }
}
