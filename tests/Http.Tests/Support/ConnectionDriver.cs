using System.Net;
using System.Text;
using Http.Connections;

namespace Http.Tests.Support;

/// <summary>
/// A transport without a socket: hands bytes to a connection in pieces, takes its output, and goes
/// on until the connection wants more input or is closed. Reads file ranges itself.
/// </summary>
internal sealed class ConnectionDriver : IDisposable
{
    // Far more than any test needs: a connection that does not settle is a bug, not a slow one.
    private const int StepsMax = 1_000_000;

    private readonly MemoryStream _output = new();

    internal ConnectionDriver(
        IRequestHandler handler, HttpServerOptions? options = null, IPAddress? peer = null)
        : this(new HttpEngine(handler, options ?? new HttpServerOptions()), peer)
    {
    }

    internal ConnectionDriver(HttpEngine engine, IPAddress? peer)
    {
        Connection = new HttpConnection(engine, peer);
        Advance();
    }

    internal HttpConnection Connection { get; }

    internal NextStep Last { get; private set; }

    /// <summary>The most that is taken of the output in one step.</summary>
    internal int TakenMax { get; set; } = int.MaxValue;

    /// <summary>
    /// Whether the next call may wait; where it may not, an offloaded one that may comes after it.
    /// </summary>
    internal Func<bool> MayBlock { get; set; } = static () => true;

    /// <summary>The socket of a WebSocket takes nothing: its client does not read.</summary>
    internal bool IsStalled { get; set; }

    /// <summary>The most output that ever waited.</summary>
    internal int OutputLengthMax { get; private set; }

    internal bool SendingEnded { get; private set; }

    internal bool IsClosed => Last is NextStep.Close or NextStep.Reset;

    internal byte[] OutputBytes => _output.ToArray();

    internal string Output => Encoding.Latin1.GetString(_output.ToArray());

    internal ConnectionDriver Feed(string text, int pieceBytesMax = int.MaxValue) =>
        Feed(Encoding.Latin1.GetBytes(text), pieceBytesMax);

    /// <summary>Gives all bytes, or as many as the connection asks for before it closes.</summary>
    internal ConnectionDriver Feed(ReadOnlySpan<byte> bytes, int pieceBytesMax = int.MaxValue)
    {
        while (!bytes.IsEmpty && Settle() is NextStep.Read or NextStep.Duplex)
        {
            var room = Connection.GetReceiveBuffer().Span;
            int count = Math.Min(Math.Min(room.Length, bytes.Length), pieceBytesMax);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            Connection.Received(count);
            Advance();
        }

        Settle();
        return this;
    }

    /// <summary>Gives bytes that fit at once, and takes nothing of the output.</summary>
    internal void FeedOnly(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        bytes.CopyTo(Connection.GetReceiveBuffer());
        Connection.Received(bytes.Length);
        Advance();
    }

    internal ConnectionDriver EndInput()
    {
        if (Settle() is not (NextStep.Read or NextStep.Duplex)) return this;
        _ = Connection.GetReceiveBuffer();
        Connection.Received(0);
        Advance();
        Settle();
        return this;
    }

    internal ConnectionDriver TimeOut()
    {
        Last = Connection.TimedOut();
        Settle();
        return this;
    }

    internal ConnectionDriver AdvanceOnly(bool mayBlock = true)
    {
        Last = Connection.Advance(mayBlock);
        OutputLengthMax = Math.Max(OutputLengthMax, Connection.Output.Length);
        return this;
    }

    /// <summary>One step of writing; false when the connection wants something else.</summary>
    internal bool TakeOnce()
    {
        OutputLengthMax = Math.Max(OutputLengthMax, Connection.Output.Length);
        switch (Last)
        {
            case NextStep.Write:
                Take();
                break;
            case NextStep.Duplex when !IsStalled && !Connection.Output.IsEmpty:
                Take();
                break;
            case NextStep.Offload:
                break;
            case NextStep.SendFile:
                Take();
                SendFile();
                break;
            case NextStep.ShutdownSend:
                SendingEnded = true;
                break;
            default:
                return false;
        }

        Advance();
        return true;
    }

    internal NextStep Settle()
    {
        int steps = 0;
        while (TakeOnce())
        {
            if (++steps > StepsMax) throw new InvalidOperationException("it runs in a circle");
        }

        return Last;
    }

    public void Dispose()
    {
        Connection.Dispose();
        _output.Dispose();
    }

    private void Advance()
    {
        Last = Connection.Advance(MayBlock());
        if (Last == NextStep.Offload) Last = Connection.Advance(mayBlock: true);
        Assert.NotEqual(NextStep.Offload, Last);
    }

    private void Take()
    {
        var output = Connection.Output;
        int count = Math.Min(output.Length, TakenMax);
        _output.Write(output.Span[..count]);
        Connection.Written(count);
    }

    private void SendFile()
    {
        var buffer = new byte[Math.Min(Connection.FileBytesLeft, 1000)];
        int read = RandomAccess.Read(Connection.File!, buffer, Connection.FileOffset);
        if (read == 0) throw new EndOfStreamException("the file became shorter");
        _output.Write(buffer, 0, read);
        Connection.FileSent(read);
    }
}
