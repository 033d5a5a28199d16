using Atproto.Multiformats;
using Atproto.Repo;
using Samples;

namespace Fuzz.Targets;

/// <summary>Blob references in records.</summary>
internal sealed class BlobTarget : FuzzTarget, IBlobReferenceSink
{
    private int _found;

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. GoodBlocks.Records(),
        SampleRecord.Encode(
            ("a", SampleRecord.Blob(Cid.Of(CidCodec.Raw, []), "image/png", 5)),
            ("b", SampleRecord.List(
                SampleRecord.Map(("cid", GoldenRepo.Blob), ("mimeType", "image/jpeg"))))),
    ];

    internal override void Run(byte[] input)
    {
        _found = 0;
        BlobReferences.Find(input, this);
        Assert.True(_found == 0 || BlobReferences.MayBeIn(input));
    }

    public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
    {
        _found++;
        Assert.False(mimeType.IsEmpty);
        Assert.NotEqual(default, cid);
    }
}
