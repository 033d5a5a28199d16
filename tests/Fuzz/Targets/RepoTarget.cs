using System.Runtime.InteropServices;
using Atproto.Multiformats;
using Atproto.Repo;
using Samples;

namespace Fuzz.Targets;

/// <summary>Whole CARs through the verifier: a file is what it was, or it is refused.</summary>
internal class RepoTarget : FuzzTarget, IRepoSink
{
    private readonly RepoVerifier _verifier = new(new Spill(), 0);

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        GoldenRepo.CarBytes(),
        GoldenRepo.Car().Arrange(CarOrder.Doubled, 2, 5).ToBytes(),
        GoodBlocks.Repo(0).ToBytes(),
        GoodBlocks.Repo(30).ToBytes(),
    ];

    internal override int Share => 5;

    // The buffers that the verifier keeps from file to file are among it.
    internal override long AllocatedBytesMax => 4 << 20;

    internal override void Run(byte[] input)
    {
        var source = new Source(input);
        var fault = _verifier.ReadBlocks(source) ?? _verifier.Walk(this);
        Assert.True(fault is null || fault.ToString().Length > fault.Code.Length);
        Assert.True(fault is not null || _verifier.Counts.Blocks <= _verifier.Counts.Sections);
    }

    public override void Dispose()
    {
        _verifier.Dispose();
        base.Dispose();
    }

    public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place)
    {
    }

    public void OnRecord(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal) =>
        Assert.False(collection.IsEmpty || rkey.IsEmpty);

    public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
    {
    }

    private sealed class Source(byte[] bytes) : ICarSource
    {
        public long Length => bytes.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            var rest = bytes.AsSpan((int)Math.Min(offset, bytes.Length));
            int count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer);
            return count;
        }
    }

    private sealed class Spill : ISpillFile
    {
        private readonly List<byte> _bytes = [];

        public void Append(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

        public void Read(long offset, Span<byte> buffer) =>
            CollectionsMarshal.AsSpan(_bytes).Slice((int)offset, buffer.Length).CopyTo(buffer);

        public void Clear() => _bytes.Clear();
    }
}
