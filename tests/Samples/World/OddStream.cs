namespace Samples.World;

/// <summary>A body that does not come to its end.</summary>
internal sealed class OddStream(byte[] body, BodyShape shape) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int end = shape == BodyShape.Endless ? body.Length : body.Length / 2;
        if (_position == end)
        {
            switch (shape)
            {
                case BodyShape.Cut:
                    throw new IOException("the connection was cut");
                case BodyShape.Stalled:
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                    break;
                default:
                    _position = 0;
                    break;
            }
        }

        int count = Math.Min(buffer.Length, end - _position);
        body.AsMemory(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException();
}
