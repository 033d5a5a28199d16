using Atproto.Multiformats;
using Atproto.Repo;
using Samples;
using Shared;

namespace Fuzz.Targets;

/// <summary>Whole CARs through the verifier: a file is what it was, or it is refused.</summary>
internal class RepoTarget : FuzzTarget, IRepoSink
{
    private readonly RepoVerifier _verifier = new(new MemorySpill(), 0);

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
        var source = new MemoryCar(input);
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

    public void OnRecord(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm) =>
        Assert.False(collection.IsEmpty || rkey.IsEmpty);

    public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
    {
    }
}
