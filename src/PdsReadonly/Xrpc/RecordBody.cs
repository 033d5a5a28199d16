using System.Buffers;
using Atproto.Cbor;
using Http.Connections;
using Http.Work;
using PdsReadonly.Archive;

namespace PdsReadonly.Xrpc;

/// <summary>
/// One large record as JSON, made while it is sent: its block is read piece by piece, and never
/// held. What stands before and after the value is the caller's.
/// </summary>
internal sealed class RecordBody : IBodySource
{
    // More than one piece and what was left of the one before.
    private const int WindowBytes = LargeBlock.PieceBytes + CborJsonWriter.AheadBytesMin;

    // For whoever reads on this thread: a body that waits for its client holds neither.
    [ThreadStatic]
    private static byte[]? t_window;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_json;

    private readonly RepoPool.Lease _lease;
    private readonly LargeBlock _block;
    private readonly byte[] _before;
    private readonly byte[] _after;
    private readonly CborJsonWriter _json = new();
    private bool _isBegun;
    private int _consumed;

    /// <param name="lease">Given back when the body is disposed.</param>
    /// <param name="block">Of a record that has a JSON form.</param>
    /// <param name="before">What stands before the value; at most some KB.</param>
    /// <param name="after">What stands after it; at most some KB.</param>
    internal RecordBody(RepoPool.Lease lease, LargeBlock block, byte[] before, byte[] after)
    {
        _lease = lease;
        _block = block;
        _before = before;
        _after = after;
    }

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        _lease.Reader.Turn = turn;
        written = 0;
        if (!_isBegun)
        {
            _before.CopyTo(buffer);
            written = _before.Length;
            _isBegun = true;
        }

        var json = t_json ??= new ArrayBufferWriter<byte>();
        json.ResetWrittenCount();
        int room = buffer.Length - written - _after.Length;
        var status = Write(json, room);
        json.WrittenSpan.CopyTo(buffer[written..]);
        written += json.WrittenCount;
        if (status == ReadStatus.Changed) return BodyStatus.Failed;
        if (!_json.IsDone) return written > 0 ? BodyStatus.More : BodyStatus.Blocked;
        _after.CopyTo(buffer[written..]);
        written += _after.Length;
        return BodyStatus.End;
    }

    public void Dispose() => _lease.Dispose();

    private ReadStatus Write(ArrayBufferWriter<byte> json, int room)
    {
        byte[] window = t_window ??= new byte[WindowBytes];
        int start = 0;
        int end = 0;
        while (!_json.IsDone)
        {
            bool isLast = _consumed + end - start == _block.Length;
            if (!isLast && end - start < CborJsonWriter.AheadBytesMin)
            {
                var status = Fill(window, ref start, ref end);
                if (status != ReadStatus.Done) return status;
                continue;
            }

            int left = room - json.WrittenCount;
            if (left < CborJsonWriter.StepBytesMax) break;
            int consumed = _json.Write(window.AsSpan(start..end), isLast, json, left);
            start += consumed;
            _consumed += consumed;
        }

        return ReadStatus.Done;
    }

    // Puts the next piece after what is left of the one before. An empty window begins anywhere in
    // a piece: what was consumed of that is read again, and passed over.
    private ReadStatus Fill(byte[] window, ref int start, ref int end)
    {
        int next = _consumed + end - start;
        window.AsSpan(start..end).CopyTo(window);
        end -= start;
        int piece = next / LargeBlock.PieceBytes;
        int length = _block.LengthOf(piece);
        var status = _block.Read(_lease.Reader, piece, window.AsSpan(end, length));
        start = next % LargeBlock.PieceBytes;
        end += length;
        return status;
    }
}
