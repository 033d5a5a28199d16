using System.Collections;
using Atproto.Multiformats;
using Atproto.Repo;

namespace PdsReadonly.Cli;

/// <summary>Raw blocks of a file: blobs carried along, if a record refers to them.</summary>
/// <param name="Blocks">All there are.</param>
/// <param name="Bytes">Theirs.</param>
/// <param name="Unused">Those that no record refers to.</param>
/// <param name="UnusedBytes">Theirs.</param>
internal readonly record struct RawFigures(
    int Blocks, long Bytes, int Unused, long UnusedBytes);

/// <summary>Counts a file's raw blocks while its tree is walked for another sink.</summary>
internal sealed class RawBlockCount(IRepoSink inner, BlockTable blocks) : IRepoSink
{
    private BitArray? _used;

    /// <summary>Known when it is complete.</summary>
    internal RawFigures Figures { get; private set; }

    public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place) =>
        inner.OnBlock(ordinal, digestPrefix, place);

    public void OnRecord(
        ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm) =>
        inner.OnRecord(collection, rkey, ordinal, hasForm);

    public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType)
    {
        if (blocks.TryFindRaw(cid, out int index))
        {
            _used ??= new BitArray(blocks.Count);
            _used[index] = true;
        }

        inner.OnBlobReference(cid, mimeType);
    }

    /// <summary>The walk has come to its end.</summary>
    internal void Complete()
    {
        var figures = default(RawFigures);
        for (int i = 0; i < blocks.Count; i++)
        {
            var place = blocks.PlaceAt(i);
            if (place.Kind != BlockKind.Raw) continue;
            // As a blob, or as a record that its tree names so.
            bool isUsed = blocks.OrdinalAt(i) != 0 || (_used?[i] ?? false);
            figures = new RawFigures(
                figures.Blocks + 1, figures.Bytes + place.Length,
                figures.Unused + (isUsed ? 0 : 1),
                figures.UnusedBytes + (isUsed ? 0 : place.Length));
        }

        Figures = figures;
    }
}
