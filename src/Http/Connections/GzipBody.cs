using System.IO.Compression;

namespace Http.Connections;

/// <summary>
/// Compresses a body inside the buffer it was written to: the packed bytes are made in the room
/// behind it and then take its place. There is as much room as the body is long, so that memory is
/// bounded and nothing is copied out.
/// </summary>
/// <remarks>
/// The platform's encoder cannot be used again, so each body has a new one, whose native state
/// (some 256 KB) is gone when this returns.
/// </remarks>
internal static class GzipBody
{
    /// <summary>False, and the body as it was, when it would not become shorter.</summary>
    internal static bool TryPack(OutputBuffer output)
    {
        // The room first: asking for it can move the body.
        var room = output.GetMemory(output.BodyLength)[..output.BodyLength];
        using var target = new FixedStream(room);
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(output.Body);
        }

        if (target.IsFull) return false;
        room.Span[..target.Count].CopyTo(output.Body);
        output.TruncateBody(target.Count);
        return true;
    }

    /// <summary>Takes what fits, and notes when something did not.</summary>
    private sealed class FixedStream(Memory<byte> room) : Stream
    {
        internal int Count { get; private set; }

        internal bool IsFull { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            IsFull |= buffer.Length >= room.Length - Count;
            if (IsFull) return;
            buffer.CopyTo(room.Span[Count..]);
            Count += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) =>
            Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) =>
            throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
