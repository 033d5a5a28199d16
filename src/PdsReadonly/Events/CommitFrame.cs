using System.Buffers;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace PdsReadonly.Events;

/// <summary>
/// What a #commit says did happen to one record: created, updated or deleted, as its CIDs tell.
/// </summary>
/// <param name="Path">Collection, slash, record key.</param>
/// <param name="Cid">The record's; default for one that was deleted.</param>
/// <param name="Prev">What it was before; default for one that was created.</param>
internal readonly record struct CommitOp(byte[] Path, Cid Cid, Cid Prev = default);

/// <summary>
/// A #commit message, in two parts: between them the caller writes the CAR slice, whose length it
/// has told, so that no copy of it is made.
/// </summary>
internal sealed class CommitFrame
{
    public required EventStamp Stamp { get; init; }

    public required string Repo { get; init; }

    public required Cid Commit { get; init; }

    public required string Rev { get; init; }

    /// <summary>The rev before; null for a first commit.</summary>
    public string? Since { get; init; }

    /// <summary>The tree's root before; default where there was none.</summary>
    public Cid PrevData { get; init; }

    /// <summary>Up to the head of the CAR slice.</summary>
    internal void WriteStart(
        IBufferWriter<byte> output, IReadOnlyList<CommitOp> ops, int blocksLength)
    {
        var cbor = new CborWriter(output);
        EventFrames.WriteHeader(cbor, "#commit"u8);
        cbor.WriteMap(PrevData == default ? 11 : 12);
        cbor.WriteText("ops"u8);
        cbor.WriteArray(ops.Count);
        foreach (var op in ops) WriteOp(cbor, op);
        EventFrames.WritePair(cbor, "rev"u8, Rev);
        cbor.WriteText("seq"u8);
        cbor.WriteInteger(Stamp.Seq);
        EventFrames.WritePair(cbor, "repo"u8, Repo);
        EventFrames.WritePair(cbor, "time"u8, EventFrames.Text(Stamp.Time));
        cbor.WriteText("blobs"u8);
        cbor.WriteArray(0);
        // Null rather than absent, where prevData is absent rather than null.
        if (Since is not null)
        {
            EventFrames.WritePair(cbor, "since"u8, Since);
        }
        else
        {
            cbor.WriteText("since"u8);
            cbor.WriteNull();
        }

        cbor.WriteText("blocks"u8);
        cbor.WriteBytesHead(blocksLength);
    }

    /// <summary>What follows the CAR slice.</summary>
    internal void WriteEnd(IBufferWriter<byte> output)
    {
        var cbor = new CborWriter(output);
        cbor.WriteText("commit"u8);
        cbor.WriteLink(Commit);
        cbor.WriteText("rebase"u8);
        cbor.WriteBoolean(false);
        cbor.WriteText("tooBig"u8);
        cbor.WriteBoolean(false);
        if (PrevData == default) return;
        cbor.WriteText("prevData"u8);
        cbor.WriteLink(PrevData);
    }

    private static void WriteOp(in CborWriter cbor, in CommitOp op)
    {
        bool creates = op.Prev == default;
        cbor.WriteMap(creates ? 3 : 4);
        cbor.WriteText("cid"u8);
        cbor.WriteLinkOrNull(op.Cid);
        cbor.WriteText("path"u8);
        cbor.WriteText(op.Path);
        if (!creates)
        {
            cbor.WriteText("prev"u8);
            cbor.WriteLink(op.Prev);
        }

        cbor.WriteText("action"u8);
        cbor.WriteText(op.Cid == default ? "delete"u8 : creates ? "create"u8 : "update"u8);
    }
}
