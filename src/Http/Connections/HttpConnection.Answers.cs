using Http.Messages;
using Http.Work;

namespace Http.Connections;

// Calling the handler, framing its answer, and answering for the engine itself.
public sealed partial class HttpConnection
{
    private bool _handling;

    // The handler asked for a thread that may block.
    private bool _isPostponed;
    private bool _keepAlive;

    private void Answer(long contentBytes) => BeginAnswer(contentBytes, contentDrained: true);

    private void AnswerInsteadOfDraining(long contentBytes) =>
        BeginAnswer(contentBytes, contentDrained: false);

    private void BeginAnswer(long contentBytes, bool contentDrained)
    {
        _phase = Phase.Handler;
        _keepAlive = _work!.Head.KeepAlive && contentDrained;
        _lingers = !contentDrained;
        DeadlineKind = DeadlineKind.None;
        Deadline = long.MaxValue;
        _work.Request.Bind(this, contentBytes);
    }

    private NextStep? RunHandler()
    {
        var work = _work!;
        if (_isPostponed && !MayBlock) return Offload();
        _isPostponed = false;
        _answersLeft--;
        work.Response.Clear();
        work.Output.BeginBody();
        NoteClient();
        _handling = true;
        _engine.Handler.Handle(work.Request, work.Response);
        _workKind = work.Request.WorkKind;
        if (work.Response.IsPostponed)
        {
            _handling = false;
            // Where it may wait it has done a part of its work, and goes on from there.
            if (!MayBlock || !work.Turn.IsUnused) return Postpone();
            throw new InvalidOperationException("postponed without a reason");
        }

        if (!MayGoOn(work.Response)) RefuseOneMore(work.Response);
        _handling = false;
        if (work.Response.PacksBody) _phase = Phase.Packing;
        else Finish();
        return null;
    }

    // The handler is called anew in another turn.
    private NextStep Postpone()
    {
        _isPostponed = true;
        return Offload();
    }

    /// <summary>
    /// Compresses a body where that is not too much work for this turn, else in another one. Beside
    /// others the handler's work is dropped and done again there: a crowd that waits for its turn
    /// would hold all of it.
    /// </summary>
    private NextStep? RunPacking()
    {
        var work = _work!;
        long cost = (long)work.Output.BodyLength * Turn.PackCostPerByte;
        if (!work.Turn.TryTake(cost))
        {
            if (MayBlock) return Offload();
            _phase = Phase.Handler;
            return Postpone();
        }

        _handling = true;
        work.Response.TryGzipBody();
        _handling = false;
        Finish();
        return null;
    }

    private void Finish()
    {
        _handling = true;
        _keepAlive &= !IsStopping;
        _phase = Phase.Head;
        Commit();
        _handling = false;
        // The next head follows, or frames; a partial one has its own deadline.
        if (_phase is Phase.Head or Phase.WebSocket) EndRequest();
    }

    /// <summary>
    /// Turns what the handler left in the response into output, and takes its body over.
    /// </summary>
    private void Commit()
    {
        var (response, request) = (_work!.Response, _work.Head);
        if (response.Messages is not null)
        {
            BeginWebSocket();
            return;
        }

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
            ConnectionLines = ConnectionLinesOf(response.Status),
            HandlerLines = response.HeaderLines,
            ContentLength = framing.Length,
            IsChunked = framing.IsChunked,
            OffersWebSocket = response.Status == 426,
        };
        head.CopyTo(_work!.Output.Commit(head.Length, framing.WithBody));
    }

    // With 426 the Upgrade header has to be named here (RFC 9110 §7.8).
    private ReadOnlySpan<byte> ConnectionLinesOf(int status) => (_keepAlive, status) switch
    {
        (true, 426) => "Connection: keep-alive, upgrade\r\n"u8,
        (true, _) => _engine.KeepAliveField,
        (false, 426) => "Connection: close, upgrade\r\n"u8,
        _ => "Connection: close\r\n"u8,
    };

    /// <summary>
    /// The answer is in the output as a whole: on to the next request, or to the end.
    /// </summary>
    private void EndAnswer()
    {
        HasAnswered = true;
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
        if (_phase == Phase.Head) EndCounting();
        _work!.Input.EndRequest();
        _work.Head.Reset();
        _work.Request.Bind(null, 0);
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

    /// <summary>
    /// Something threw: a 500 if nothing of this answer is out yet, else the end.
    /// </summary>
    private NextStep Fail(Exception exception)
    {
        try
        {
            return _handling ? AnswerFailure(exception) : Cut(exception);
        }
        catch (Exception e) when (e is OutOfMemoryException or AggregateException)
        {
            // Without memory saying so fails too, and a log wraps what it met.
            return Reset();
        }
    }

    private NextStep AnswerFailure(Exception exception)
    {
        _handling = false;
        _engine.Events.HandlerFailed(exception);
        DisposeBody();
        (File, _source) = _work!.Response.TakeBody();
        _messages = _work.Response.TakeMessages();
        DisposeBody();
        _work.Response.Reset();
        _keepAlive = false;
        _lingers = true;
        WriteError(500, "Internal Server Error");
        return RunFlush();
    }

    private readonly record struct Framing(long Length, bool IsChunked, bool WithBody);
}
