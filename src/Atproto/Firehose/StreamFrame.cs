using System.Text;
using Atproto.Cbor;
using Atproto.Syntax;

namespace Atproto.Firehose;

/// <summary>
/// Reads one message of the event stream: two maps in DAG-CBOR, one behind the other, a header and
/// a body (https://atproto.com/specs/event-stream#wire-protocol). Fields and types that are not
/// known are passed over. Nothing is copied but texts.
/// </summary>
public static class StreamFrame
{
    // A time or a handle of a million bytes is nothing to keep.
    private const int TextBytesMax = 1024;

    /// <summary>
    /// False with the cause; <see cref="FrameErrorText.IsFatal"/> tells whether the stream goes on.
    /// </summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> frame, out StreamEvent? message, out FrameError error)
    {
        message = null;
        error = Read(frame, ref message);
        return error == FrameError.None;
    }

    private static FrameError Read(ReadOnlyMemory<byte> frame, ref StreamEvent? message)
    {
        if (frame.Length > StreamLimits.FrameBytesMax) return FrameError.FrameTooLarge;
        var items = frame.Span;
        if (CborCheck.First(items, CborRules.Lenient, out int headLength) != CborError.None
            || !TryReadHeader(items[..headLength], out long op, out var type))
        {
            return FrameError.HeaderMalformed;
        }

        var body = frame[headLength..];
        if (CborCheck.Block(body.Span, CborRules.Lenient) != CborError.None)
        {
            return FrameError.BodyMalformed;
        }

        var fields = new StreamFields();
        if (!fields.TryRead(body)) return FrameError.BodyMalformed;
        if (op == -1) return ReadNotice(fields, isError: true, out message);
        if (op != 1)
        {
            message = new StreamOther { Type = "" };
            return FrameError.None;
        }

        if (type.SequenceEqual("#commit"u8)) return ReadCommit(fields, out message);
        if (type.SequenceEqual("#sync"u8)) return ReadSync(fields, out message);
        if (type.SequenceEqual("#identity"u8)) return ReadIdentity(fields, out message);
        if (type.SequenceEqual("#account"u8)) return ReadAccount(fields, out message);
        if (type.SequenceEqual("#info"u8)) return ReadNotice(fields, isError: false, out message);
        message = new StreamOther { Type = Text(type) ?? "", Seq = fields.Seq };
        return FrameError.None;
    }

    private static bool TryReadHeader(
        ReadOnlySpan<byte> header, out long op, out ReadOnlySpan<byte> type)
    {
        op = 0;
        type = default;
        bool hasOp = false;
        var reader = new CborReader(header);
        if (reader.ReadMap(out int count) != CborError.None) return false;
        for (int i = 0; i < count; i++)
        {
            reader.ReadText(out var key);
            if (key.SequenceEqual("op"u8))
            {
                hasOp = true;
                if (!StreamFields.TryReadInteger(ref reader, out op)) return false;
            }
            else if (!key.SequenceEqual("t"u8))
            {
                reader.Skip();
            }
            else if (reader.ReadText(out type) != CborError.None)
            {
                return false;
            }
        }

        return hasOp;
    }

    private static FrameError ReadCommit(in StreamFields fields, out StreamEvent? message)
    {
        message = null;
        var error = CheckAccount(fields, fields.Repo, out var did);
        if (error != FrameError.None) return error;
        var defect = CommitFault.None;
        if (!fields.IsCommitWhole) defect = CommitFault.FieldInvalid;
        else if (fields.IsTooBig) defect = CommitFault.TooBig;
        else if (fields.OpCount > StreamLimits.OpsMax) defect = CommitFault.TooManyOps;
        message = new StreamCommit
        {
            Did = did,
            Seq = fields.Seq,
            Time = Text(fields.Time.Span) ?? "",
            Defect = defect,
            Commit = fields.Commit ?? default,
            Rev = fields.Rev ?? default,
            Since = fields.Since,
            PrevData = fields.PrevData,
            Blocks = fields.Blocks ?? default,
            Ops = fields.Ops,
        };
        return FrameError.None;
    }

    private static FrameError ReadSync(in StreamFields fields, out StreamEvent? message)
    {
        message = null;
        var error = CheckAccount(fields, fields.Did, out var did);
        if (error != FrameError.None) return error;
        message = new StreamSync
        {
            Did = did,
            Seq = fields.Seq,
            Time = Text(fields.Time.Span) ?? "",
            Defect = fields.IsSyncWhole ? CommitFault.None : CommitFault.FieldInvalid,
            Rev = fields.Rev ?? default,
            Blocks = fields.Blocks ?? default,
        };
        return FrameError.None;
    }

    private static FrameError ReadIdentity(in StreamFields fields, out StreamEvent? message)
    {
        message = null;
        var error = CheckAccount(fields, fields.Did, out var did);
        if (error != FrameError.None) return error;
        message = new StreamIdentity
        {
            Did = did,
            Seq = fields.Seq,
            Time = Text(fields.Time.Span) ?? "",
            Handle = Text(fields.Handle.Span),
        };
        return FrameError.None;
    }

    private static FrameError ReadAccount(in StreamFields fields, out StreamEvent? message)
    {
        message = null;
        var error = CheckAccount(fields, fields.Did, out var did);
        if (error != FrameError.None) return error;
        if (fields.IsActive is not { } isActive) return FrameError.FieldInvalid;
        message = new StreamAccount
        {
            Did = did,
            Seq = fields.Seq,
            Time = Text(fields.Time.Span) ?? "",
            IsActive = isActive,
            Status = Text(fields.Status.Span),
        };
        return FrameError.None;
    }

    private static FrameError ReadNotice(
        in StreamFields fields, bool isError, out StreamEvent? message)
    {
        string? name = Text(isError ? fields.Error.Span : fields.Name.Span);
        string? text = Text(fields.Message.Span);
        message = null;
        // The end of a stream is one, whatever it is called.
        if (isError) message = new StreamError { Name = name ?? "", Message = text };
        else if (name is not null) message = new StreamInfo { Name = name, Message = text };
        return message is null ? FrameError.FieldInvalid : FrameError.None;
    }

    private static FrameError CheckAccount(
        in StreamFields fields, ReadOnlyMemory<byte> name, out Did did)
    {
        if (!Did.TryParse(name.Span, out did)) return FrameError.AccountInvalid;
        return fields.Seq > 0 ? FrameError.None : FrameError.SequenceInvalid;
    }

    private static string? Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return null;
        return Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, TextBytesMax)]);
    }
}
