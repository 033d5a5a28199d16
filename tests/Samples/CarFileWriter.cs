using System.Buffers;
using Atproto.Car;
using Atproto.Multiformats;

namespace Samples;

/// <summary>
/// Writes a CAR to a stream in large pieces, noting where each section lies if asked.
/// </summary>
public sealed class CarFileWriter : IDisposable
{
    private const int FlushBytes = 1 << 20;

    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes + (FlushBytes / 4));
    private readonly Stream _output;
    private long _flushed;

    public CarFileWriter(Stream output, in Cid root)
    {
        _output = output;
        CarWriter.WriteHeader(_buffer, root);
    }

    /// <summary>Bytes written so far.</summary>
    public long Length => _flushed + _buffer.WrittenCount;

    public void Write(in Cid cid, ReadOnlySpan<byte> block)
    {
        CarWriter.WriteSection(_buffer, cid, block);
        if (_buffer.WrittenCount >= FlushBytes) Flush();
    }

    public void Dispose() => Flush();

    private void Flush()
    {
        _output.Write(_buffer.WrittenSpan);
        _flushed += _buffer.WrittenCount;
        _buffer.ResetWrittenCount();
    }
}
