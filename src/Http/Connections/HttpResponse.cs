using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Http.Connections;

/// <summary>
/// One response, filled by the handler. Exactly one kind of body: what was written to
/// <see cref="Body"/>, a file's range, or a source. The engine adds Date, Connection, Content-Length
/// or Transfer-Encoding, and leaves the body out for HEAD, 204 and 304.
/// </summary>
public sealed class HttpResponse
{
    /// <summary>200 unless set.</summary>
    public int Status { get; set; } = 200;

    /// <summary>A body small enough to be held; kept buffers are reused by the connection.</summary>
    public IBufferWriter<byte> Body => throw new NotSupportedException();

    /// <summary>Bytes written to <see cref="Body"/> so far; may be changed in place.</summary>
    public Span<byte> WrittenBody => default;

    /// <summary>Drops what was written to <see cref="Body"/> and every header set so far.</summary>
    public void Reset()
    {
    }

    /// <summary>Adds a header. CR, LF and NUL in name or value are refused (ArgumentException).</summary>
    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
    }

    /// <summary>Sends a range of a file, which the connection then owns and disposes.</summary>
    public void SendFile(SafeFileHandle file, long offset, long length)
    {
    }

    /// <summary>Sends what the source makes. Without a length it goes out chunked.</summary>
    public void SendSource(IBodySource source, long? contentLength)
    {
    }

    /// <summary>Closes the connection after this response.</summary>
    public void CloseAfterwards()
    {
    }
}
