using System.Diagnostics;
using Http.Messages;
using Microsoft.Win32.SafeHandles;

namespace Http.Connections;

// Calling the handler, and getting its answer out: framing, sources, files, refusals.
public sealed partial class HttpConnection
{
    // Hexadecimal digits of a chunk's size: fixed, so that the size can be written before it is known.
    private const int ChunkSizeDigits = 5;
    private const int ChunkPrefixBytes = ChunkSizeDigits + 2;
    private const string ChunkEnd = "\r\n0\r\n\r\n";

    private bool _handling;
    private bool _keepAlive;
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
        Deadline = long.MaxValue;
    }

    private void Answer(long contentBytes)
    {
        Handle(contentBytes, contentDrained: true);
        // The next head follows; a partial one has its own deadline.
        if (_phase == Phase.Head) EndRequest();
    }

    private void AnswerInsteadOfDraining(long contentBytes) =>
        Handle(contentBytes, contentDrained: false);

    private void Handle(long contentBytes, bool contentDrained)
    {
        var work = _work!;
        _phase = Phase.Head;
        _keepAlive = work.Head.KeepAlive && contentDrained;
        _lingers = !contentDrained;
        DeadlineKind = DeadlineKind.None;
        Deadline = long.MaxValue;
        work.Request.Bind(this, contentBytes);
        work.Response.Clear();
        work.Output.BeginBody();
        _handling = true;
        _engine.Handler.Handle(work.Request, work.Response);
        _keepAlive &= !_stopping;
        Commit();
        _handling = false;
    }

    /// <summary>Turns what the handler left in the response into output, and takes its body over.</summary>
    private void Commit()
    {
        var (response, request) = (_work!.Response, _work.Head);
        if (response.CloseAsked) _keepAlive = false;
        (File, _source) = response.TakeBody();
        bool isStreamed = File is not null || _source is not null;
        long? length = response.DeclaredLength ?? (isStreamed ? null : _work.Output.BodyLength);
        bool mayHaveContent = response.Status is not (204 or 304 or 205);
        bool sendsContent = mayHaveContent && request.Method != HttpMethod.Head;
        // Without a length: chunks for those who know them, for others the end of the connection.
        _isChunked = mayHaveContent && length is null && request.IsVersion11;
        if (sendsContent && length is null && !_isChunked) _keepAlive = false;

        WriteHead(response, new Framing(
            mayHaveContent ? length ?? -1 : response.Status == 205 ? 0 : -1,
            _isChunked,
            sendsContent && !isStreamed));
        (FileOffset, FileBytesLeft) = (response.FileOffset, length ?? 0);
        response.Clear();

        if (!sendsContent || !isStreamed)
        {
            DisposeBody();
            EndAnswer();
            return;
        }

        _bodyLeft = length;
        _phase = File is not null ? Phase.File : Phase.Source;
        _pieceWaits = false;
    }

    private void WriteHead(HttpResponse response, Framing framing)
    {
        var head = new ResponseHead
        {
            Status = response.Status,
            DateLine = _engine.Date.Current,
            ConnectionLines = _keepAlive ? _engine.KeepAliveField : "Connection: close\r\n"u8,
            HandlerLines = response.HeaderLines,
            ContentLength = framing.Length,
            IsChunked = framing.IsChunked,
        };
        head.CopyTo(_work!.Output.Commit(head.Length, framing.WithBody));
    }

    /// <summary>The answer is in the output as a whole: on to the next request, or to the end.</summary>
    private void EndAnswer()
    {
        if (_keepAlive)
        {
            _phase = Phase.Head;
            return;
        }

        // A client that does not know yet may send on, and a reset would take this answer with it.
        _lingers |= _work!.Head.KeepAlive || !_work.Input.Content.IsEmpty;
        _phase = Phase.Flush;
    }

    private void EndRequest()
    {
        _work!.Input.EndRequest();
        _work.Head.Reset();
        _work.Request.Bind(null, 0);
    }

    private NextStep? RunSource()
    {
        // A source is asked when its last piece is gone, so a slow client has one piece in memory.
        var output = _work!.Output;
        if (output.PendingLength == 0) _pieceWaits = false;
        if (_pieceWaits || output.PendingLength > OutputBuffer.PieceBytes / 4) return Write();

        var room = output.GetPieceRoom(OutputBuffer.PieceBytes - output.PendingLength);
        int prefix = _isChunked ? ChunkPrefixBytes : 0;
        var piece = _isChunked ? room[prefix..^ChunkEnd.Length] : room;
        var status = _source!.Read(piece, out int written);
        bool isWrong = status == BodyStatus.Failed || (uint)written > (uint)piece.Length
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

    /// <summary>Answers for the engine itself, and does not trust what follows.</summary>
    private void Refuse(RequestRejection rejection)
    {
        var (status, message) = RejectionAnswer.For(rejection);
        _keepAlive = false;
        _lingers = true;
        _work!.Response.Clear();
        _work.Output.BeginBody();
        WriteError(status, message);
    }

    private void WriteError(int status, string message)
    {
        var response = _work!.Response;
        response.Status = status;
        EngineError.Write(response, _engine.ErrorHeaders, message);
        bool withBody = _work.Head.Method != HttpMethod.Head;
        WriteHead(response, new Framing(_work.Output.BodyLength, IsChunked: false, withBody));
        response.Clear();
        _phase = Phase.Flush;
    }

    /// <summary>Something threw: a 500 if nothing of this answer is out yet, else the end.</summary>
    private NextStep Fail(Exception exception)
    {
        if (!_handling) return Cut(exception);

        _handling = false;
        _engine.Events.HandlerFailed(exception);
        DisposeBody();
        (File, _source) = _work!.Response.TakeBody();
        DisposeBody();
        _work.Response.Reset();
        _keepAlive = false;
        _lingers = true;
        WriteError(500, "Internal Server Error");
        return RunFlush();
    }

    /// <summary>Ends the connection so that the client sees a failed transfer, not a short one.</summary>
    private NextStep Cut(Exception? exception)
    {
        _engine.Events.BodyFailed(exception);
        return Reset();
    }

    private void DisposeBody()
    {
        var (file, source) = (File, _source);
        (File, _source) = (null, null);
        file?.Dispose();
        try
        {
            source?.Dispose();
        }
        catch (Exception exception)
        {
            // The body is over; how its source takes that changes nothing for the client.
            _engine.Events.BodyFailed(exception);
        }
    }

    private readonly record struct Framing(long Length, bool IsChunked, bool WithBody);
}
