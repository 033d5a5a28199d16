using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Http.Connections;

// Bodies that are sent piece by piece: sources, framed in chunks or not, and ranges of files.
public sealed partial class HttpConnection
{
    // Hexadecimal digits of a chunk's size: fixed, so that it can be written after the data.
    private const int ChunkSizeDigits = 5;
    private const int ChunkPrefixBytes = ChunkSizeDigits + 2;

    // The end of the data, and the last chunk.
    private const int ChunkSuffixBytes = 2 + 5;

    private bool _isChunked;
    private long? _bodyLeft;
    private IBodySource? _source;
    private bool _pieceWaits;

    /// <summary>The file of which a range is sent now; null when there is none.</summary>
    public SafeFileHandle? File { get; private set; }

    /// <summary>Where in the file the next byte to send lies.</summary>
    public long FileOffset { get; private set; }

    public long FileBytesLeft { get; private set; }

    /// <summary>The socket has taken that many bytes of the file.</summary>
    public void FileSent(long count)
    {
        Debug.Assert(count <= FileBytesLeft, "more of the file was sent than was asked for");
        FileOffset += count;
        FileBytesLeft -= count;
        NoteTaken(count, isAll: FileBytesLeft == 0);
    }

    /// <summary>
    /// A transport could not read the file: the client must not take the answer for whole.
    /// </summary>
    public void FileFailed(Exception exception) => Cut(exception);

    private NextStep? RunSource()
    {
        // A source is asked when its last piece is gone, so a slow client has one piece in memory.
        var output = _work!.Output;
        if (output.PendingLength == 0) _pieceWaits = false;
        if (_pieceWaits || output.PendingLength > OutputBuffer.PieceBytes / 4) return Write();

        var room = output.GetPieceRoom(OutputBuffer.PieceBytes - output.PendingLength);
        var piece = _isChunked ? room[ChunkPrefixBytes..^ChunkSuffixBytes] : room;
        var turn = _work.Turn;
        bool isFresh = turn.IsUnused;
        var status = _source!.Read(piece, turn, out int written);
        // A whole turn that may wait always brings it further.
        if (status == BodyStatus.Blocked && !(MayBlock && isFresh && turn.IsUnused))
        {
            return Offload();
        }

        bool isWrong = status is BodyStatus.Failed or BodyStatus.Blocked
            || (uint)written > (uint)piece.Length
            || (status == BodyStatus.More && written == 0)
            || written > _bodyLeft
            || (status == BodyStatus.End && _bodyLeft is { } left && written != left);
        if (isWrong) return Cut(null);

        _bodyLeft -= written;
        _pieceWaits = true;
        output.AddPiece(_isChunked ? FrameChunk(room, written, status == BodyStatus.End) : written);
        if (status == BodyStatus.End)
        {
            DisposeBody();
            EndStreamedAnswer();
        }

        return null;
    }

    /// <summary>Writes size and line ends around a piece; a piece of 0 bytes is no chunk.</summary>
    private static int FrameChunk(Span<byte> room, int written, bool isLast)
    {
        int length = 0;
        if (written > 0)
        {
            written.TryFormat(room, out _, "x5");
            "\r\n"u8.CopyTo(room[ChunkSizeDigits..]);
            length = ChunkPrefixBytes + written;
            "\r\n"u8.CopyTo(room[length..]);
            length += 2;
        }

        if (!isLast) return length;
        "0\r\n\r\n"u8.CopyTo(room[length..]);
        return length + 5;
    }

    private NextStep? RunFile()
    {
        if (FileBytesLeft > 0)
        {
            Write();
            return NextStep.SendFile;
        }

        DisposeBody();
        EndStreamedAnswer();
        return null;
    }

    private void EndStreamedAnswer()
    {
        EndAnswer();
        if (_phase == Phase.Head) EndRequest();
    }

    /// <summary>
    /// Ends the connection so that the client sees a failed transfer, not a short one.
    /// </summary>
    private NextStep Cut(Exception? exception)
    {
        _engine.Events.BodyFailed(exception);
        return Reset();
    }

    private void DisposeBody()
    {
        var (file, source, messages) = (File, _source, _messages);
        (File, _source, _messages) = (null, null, null);
        file?.Dispose();
        try
        {
            source?.Dispose();
            messages?.Dispose();
        }
        catch (Exception exception)
        {
            // The body is over; how its source takes that changes nothing for the client.
            _engine.Events.BodyFailed(exception);
        }
    }
}
