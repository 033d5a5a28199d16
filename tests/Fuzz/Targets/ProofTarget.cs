using System.Text;
using Atproto.Multiformats;
using Atproto.Repo;
using Samples;
using Shared;

namespace Fuzz.Targets;

/// <summary>
/// CARs as proofs of collections: they prove some in key order, or they are refused. Those that
/// pass the verification of whole repos prove exactly what these hold.
/// </summary>
internal sealed class ProofTarget : FuzzTarget, IRepoSink
{
    private readonly TreeTarget _trees = new();
    private readonly RepoVerifier _verifier = new(new MemorySpill(), 0);
    private readonly List<string> _collections = [];

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        GoldenRepo.CarBytes(),
        GoodBlocks.Repo(30).ToBytes(),
        new SampleHost(GoldenRepo.Did, null, Paths()).ProvenPage(),
    ];

    internal override int Share => 5;

    // What the verifier of whole repos takes is among it.
    internal override long AllocatedBytesMax => 4 << 20;

    internal override byte[] Make(SampleRandom random) =>
        random.Chance(50) ? _trees.Make(random) : base.Make(random);

    internal override void Run(byte[] input)
    {
        var fault = CollectionProof.Verify(input, null, null, null, out var proven);
        Assert.NotEqual(fault is null, proven is null);
        string last = "";
        foreach (string collection in proven?.Collections ?? [])
        {
            Assert.True(string.CompareOrdinal(last, collection + "/") < 0);
            last = collection + "/";
        }

        _collections.Clear();
        var whole = _verifier.ReadBlocks(new MemoryCar(input)) ?? _verifier.Walk(this);
        if (whole is not null) return;
        Assert.Null(fault);
        Assert.True(proven!.IsComplete);
        Assert.Equal(_collections, proven.Collections);
    }

    public override void Dispose()
    {
        _verifier.Dispose();
        _trees.Dispose();
        base.Dispose();
    }

    public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place)
    {
    }

    public void OnRecord(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm)
    {
        string name = Encoding.ASCII.GetString(collection);
        if (_collections.Count == 0 || _collections[^1] != name) _collections.Add(name);
    }

    public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
    {
    }

    private static IReadOnlyList<string> Paths() =>
        NastyPaths.Make(new SampleRandom(1), 12, 60, legal: true);
}
