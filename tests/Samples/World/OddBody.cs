using Http.Connections;
using Http.Work;

namespace Samples.World;

/// <summary>A body over a socket, which may not come to its end.</summary>
internal sealed class OddBody(byte[] body, BodyShape shape) : IBodySource
{
    private readonly ManualResetEventSlim _end = new();
    private int _position;

    public BodyStatus Read(Span<byte> buffer, Turn turn, out int written)
    {
        bool isHalf = shape is BodyShape.Stalled or BodyShape.Cut;
        int end = isHalf ? body.Length / 2 : body.Length;
        if (shape == BodyShape.Endless && _position == end) _position = 0;
        written = Math.Clamp(end - _position, 0, buffer.Length);
        if (written > 0) body.AsSpan(_position, written).CopyTo(buffer);
        _position += written;
        bool isRest = written == 0 && isHalf;
        if (isRest && shape == BodyShape.Cut) return BodyStatus.Failed;
        if (isRest)
        {
            if (!turn.MayBlock) return BodyStatus.Blocked;
            // One at a time, so that the thread is not lost to others, and the client has no end.
            _end.Wait(TimeSpan.FromSeconds(1));
            buffer[0] = body[Math.Min(_position++, body.Length - 1)];
            written = 1;
            return BodyStatus.More;
        }

        bool isWhole = shape == BodyShape.Whole && _position == end;
        return isWhole ? BodyStatus.End : BodyStatus.More;
    }

    public void Dispose()
    {
        _end.Set();
        _end.Dispose();
    }
}
