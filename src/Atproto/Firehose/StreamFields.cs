using Atproto.Cbor;
using Atproto.Multiformats;
using Atproto.Syntax;

namespace Atproto.Firehose;

/// <summary>
/// The fields that messages of all types have, out of a body whose CBOR was checked. One that is of
/// another type than it should is as if it were missing, and remembered.
/// </summary>
internal struct StreamFields
{
    private bool _isMistyped;
    private bool _hasOps;
    private bool _hasSince;

    public StreamFields()
    {
    }

    internal long Seq { get; private set; }

    internal ReadOnlyMemory<byte> Repo { get; private set; }

    internal ReadOnlyMemory<byte> Did { get; private set; }

    internal ReadOnlyMemory<byte> Time { get; private set; }

    internal ReadOnlyMemory<byte> Handle { get; private set; }

    internal ReadOnlyMemory<byte> Status { get; private set; }

    internal ReadOnlyMemory<byte> Name { get; private set; }

    internal ReadOnlyMemory<byte> Error { get; private set; }

    internal ReadOnlyMemory<byte> Message { get; private set; }

    internal bool? IsActive { get; private set; }

    internal Tid? Rev { get; private set; }

    internal Tid? Since { get; private set; }

    internal Cid? Commit { get; private set; }

    internal Cid? PrevData { get; private set; }

    internal ReadOnlyMemory<byte>? Blocks { get; private set; }

    /// <summary>Whether tooBig or rebase is true.</summary>
    internal bool IsTooBig { get; private set; }

    /// <summary>As claimed; no more than are allowed are read.</summary>
    internal int OpCount { get; private set; }

    internal CommitOp[] Ops { get; private set; } = [];

    // Hosts before Sync 1.1 may leave since away; everybody has the others.
    internal readonly bool IsCommitWhole =>
        !_isMistyped && _hasOps && Commit is not null && Rev is not null && Blocks is not null
        && (_hasSince || PrevData is null);

    internal readonly bool IsSyncWhole =>
        !_isMistyped && Rev is not null && Blocks is not null;

    /// <summary>False when the body is no map.</summary>
    internal bool TryRead(ReadOnlyMemory<byte> body)
    {
        var reader = new CborReader(body.Span);
        if (reader.ReadMap(out int count) != CborError.None) return false;
        for (int i = 0; i < count; i++)
        {
            reader.ReadText(out var key);
            int start = reader.Offset;
            if (TryReadField(ref reader, body, key)) continue;
            _isMistyped = true;
            if (reader.Offset == start) reader.Skip();
        }

        return true;
    }

    /// <summary>An integer of either sign that fits; others are taken too, as zero.</summary>
    internal static bool TryReadInteger(ref CborReader reader, out long value)
    {
        value = 0;
        var error = reader.PeekHead(out var type, out ulong argument, out _);
        if (error != CborError.None) return false;
        if (type is not (CborMajorType.Unsigned or CborMajorType.Negative)) return false;
        reader.Skip();
        if (argument <= long.MaxValue)
        {
            value = type == CborMajorType.Unsigned ? (long)argument : ~(long)argument;
        }

        return true;
    }

    // False, having taken the value or nothing, when it is of another type.
    private bool TryReadField(
        ref CborReader reader, ReadOnlyMemory<byte> body, ReadOnlySpan<byte> key)
    {
        bool ok = true;
        if (key.SequenceEqual("seq"u8)) ok = TryReadSeq(ref reader);
        else if (key.SequenceEqual("repo"u8)) Repo = Text(ref reader, body, ref ok);
        else if (key.SequenceEqual("did"u8)) Did = Text(ref reader, body, ref ok);
        else if (key.SequenceEqual("time"u8)) Time = Text(ref reader, body, ref ok);
        else if (key.SequenceEqual("rev"u8)) Rev = Revision(ref reader, ref ok);
        else if (key.SequenceEqual("since"u8)) Since = ReadSince(ref reader, ref ok);
        else if (key.SequenceEqual("ops"u8)) ok = TryReadOps(ref reader, body);
        else if (key.SequenceEqual("blocks"u8)) Blocks = Bytes(ref reader, body, ref ok);
        else if (key.SequenceEqual("commit"u8)) Commit = LinkOrNull(ref reader, ref ok);
        else if (key.SequenceEqual("prevData"u8)) PrevData = LinkOrNull(ref reader, ref ok);
        else if (key.SequenceEqual("tooBig"u8)) IsTooBig |= Flag(ref reader, ref ok) ?? false;
        else if (key.SequenceEqual("rebase"u8)) IsTooBig |= Flag(ref reader, ref ok) ?? false;
        else if (key.SequenceEqual("active"u8)) IsActive = Flag(ref reader, ref ok);
        else if (key.SequenceEqual("handle"u8)) Handle = Text(ref reader, body, ref ok);
        else if (key.SequenceEqual("status"u8)) Status = Text(ref reader, body, ref ok);
        else if (key.SequenceEqual("name"u8)) Name = Text(ref reader, body, ref ok);
        else if (key.SequenceEqual("error"u8)) Error = Text(ref reader, body, ref ok);
        else if (key.SequenceEqual("message"u8)) Message = Text(ref reader, body, ref ok);
        else reader.Skip();
        return ok;
    }

    private bool TryReadSeq(ref CborReader reader)
    {
        if (!TryReadInteger(ref reader, out long seq)) return false;
        Seq = seq;
        return true;
    }

    private Tid? ReadSince(ref CborReader reader, ref bool ok)
    {
        _hasSince = true;
        return reader.TryReadNull() ? null : Revision(ref reader, ref ok);
    }

    private bool TryReadOps(ref CborReader reader, ReadOnlyMemory<byte> body)
    {
        // None at all are null in the frames of some.
        int count = 0;
        if (!reader.TryReadNull() && reader.ReadArray(out count) != CborError.None) return false;
        OpCount = count;
        _hasOps = true;
        Ops = new CommitOp[Math.Min(count, StreamLimits.OpsMax)];
        bool ok = true;
        for (int i = 0; i < count; i++)
        {
            if (i >= Ops.Length) reader.Skip();
            else Ops[i] = ReadOp(ref reader, body, ref ok);
        }

        return ok;
    }

    private static CommitOp ReadOp(
        ref CborReader reader, ReadOnlyMemory<byte> body, ref bool ok)
    {
        if (reader.ReadMap(out int count) != CborError.None)
        {
            ok = false;
            reader.Skip();
            return default;
        }

        var action = OpAction.Unknown;
        ReadOnlyMemory<byte> path = default;
        Cid? cid = null, prev = null;
        for (int i = 0; i < count; i++)
        {
            reader.ReadText(out var key);
            int start = reader.Offset;
            bool fits = true;
            if (key.SequenceEqual("cid"u8)) cid = RecordOrNull(ref reader, ref fits);
            else if (key.SequenceEqual("prev"u8)) prev = RecordOrNull(ref reader, ref fits);
            else if (key.SequenceEqual("path"u8)) path = Text(ref reader, body, ref fits);
            else if (key.SequenceEqual("action"u8)) action = Action(ref reader, body, ref fits);
            else reader.Skip();
            ok &= fits;
            if (!fits && reader.Offset == start) reader.Skip();
        }

        return new CommitOp(action, path, cid, prev);
    }

    private static OpAction Action(ref CborReader reader, ReadOnlyMemory<byte> body, ref bool ok)
    {
        var word = Text(ref reader, body, ref ok).Span;
        if (word.SequenceEqual("create"u8)) return OpAction.Create;
        if (word.SequenceEqual("update"u8)) return OpAction.Update;
        return word.SequenceEqual("delete"u8) ? OpAction.Delete : OpAction.Unknown;
    }

    private static Tid? Revision(ref CborReader reader, ref bool ok)
    {
        bool isTid = reader.ReadText(out var text) == CborError.None
            && Tid.TryParse(text, out _);
        ok &= isTid;
        if (!isTid) return null;
        _ = Tid.TryParse(text, out var tid);
        return tid;
    }

    private static Cid? LinkOrNull(ref CborReader reader, ref bool ok)
    {
        if (reader.TryReadNull()) return null;
        if (reader.ReadLink(out var cid) == CborError.None) return cid;
        ok = false;
        return null;
    }

    // A record's may be of the codec of blobs, as in a tree.
    private static Cid? RecordOrNull(ref CborReader reader, ref bool ok)
    {
        if (reader.TryReadNull()) return null;
        Cid cid = default;
        ok = reader.ReadLinkBinary(out var binary) == CborError.None
            && Cid.TryRead(binary, out cid);
        return ok ? cid : null;
    }

    private static bool? Flag(ref CborReader reader, ref bool ok)
    {
        // False and true are the simple values 20 and 21.
        bool isFlag = reader.PeekHead(out var type, out ulong argument, out int length)
            == CborError.None
            && type == CborMajorType.Simple && length == 1 && argument is 20 or 21;
        ok &= isFlag;
        if (!isFlag) return null;
        reader.Skip();
        return argument == 21;
    }

    private static ReadOnlyMemory<byte> Text(
        ref CborReader reader, ReadOnlyMemory<byte> body, ref bool ok)
    {
        // Optional texts are null here and there.
        if (reader.TryReadNull()) return default;
        ok &= reader.ReadText(out var text) == CborError.None;
        return body.Slice(reader.Offset - text.Length, text.Length);
    }

    private static ReadOnlyMemory<byte>? Bytes(
        ref CborReader reader, ReadOnlyMemory<byte> body, ref bool ok)
    {
        if (reader.ReadBytes(out var bytes) != CborError.None)
        {
            ok = false;
            return null;
        }

        return body.Slice(reader.Offset - bytes.Length, bytes.Length);
    }
}
