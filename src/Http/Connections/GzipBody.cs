using System.IO.Compression;

namespace Http.Connections;

/// <summary>
/// Compresses a body into a buffer of its own, which grows with what is written and then takes the
/// body's place: a client that is slow holds no more than is sent.
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
        var packed = new OutputBuffer();
        packed.BeginBody();
        using var target = new BoundedStream(packed, output.BodyLength);
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(output.Body);
        }

        if (!target.IsFull) output.ReplaceBody(packed);
        packed.Release();
        return !target.IsFull;
    }

    /// <summary>Takes what is less than a limit, and notes when it came to it.</summary>
    private sealed class BoundedStream(OutputBuffer target, int limit) : Stream
    {
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
            IsFull |= buffer.Length >= limit - target.BodyLength;
            if (IsFull) return;
            buffer.CopyTo(target.GetSpan(buffer.Length));
            target.Advance(buffer.Length);
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
