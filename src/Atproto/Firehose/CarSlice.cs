using System.Runtime.InteropServices;
using Atproto.Car;
using Atproto.Mst;
using Atproto.Multiformats;
using Atproto.Repo;

namespace Atproto.Firehose;

/// <summary>
/// The blocks of a message by the CIDs they stand under. Only those that are asked for are hashed:
/// the others say nothing, whatever they are.
/// </summary>
internal sealed class CarSlice : IMstNodeSource
{
    private readonly ReadOnlyMemory<byte> _car;

    // Most slices have a dozen blocks: a table would cost more than looking through them.
    private readonly List<Place> _places = [];
    private Dictionary<Cid, int>? _byCid;

    private CarSlice(ReadOnlyMemory<byte> car, in Cid root)
    {
        _car = car;
        Root = root;
    }

    internal Cid Root { get; }

    internal static bool TryRead(ReadOnlyMemory<byte> car, out CarSlice? slice)
    {
        slice = null;
        var bytes = car.Span;
        if (CarHeader.Read(bytes, out var header, out int at, out _) != CarStatus.Done)
        {
            return false;
        }

        var found = new CarSlice(car, header.Root);
        while (at < bytes.Length)
        {
            var status = CarSection.Read(bytes[at..], out var section, out _, out _);
            if (status != CarStatus.Done) return false;
            if (section.Cid.Codec == CidCodec.DagCbor)
            {
                found._places.Add(
                    new Place(section.Cid, at + section.DataStart, section.DataLength));
            }

            at += section.Length;
        }

        slice = found;
        return true;
    }

    /// <inheritdoc/>
    public bool TryGetBlock(in Cid cid, out ReadOnlyMemory<byte> block)
    {
        block = default;
        int index = IndexOf(cid);
        if (index < 0) return false;
        ref var place = ref CollectionsMarshal.AsSpan(_places)[index];
        block = _car.Slice(place.Start, place.Length);
        // A block that does not hash to its CID is not the one that is asked for.
        if (!place.IsHashed && Cid.Of(CidCodec.DagCbor, block.Span) != cid) return false;
        place.IsHashed = true;
        return true;
    }

    /// <summary>Reads the commit, which its message names.</summary>
    internal CommitFault ReadCommit(out Commit? commit)
    {
        commit = null;
        if (IndexOf(Root) < 0) return CommitFault.CommitMissing;
        bool isRead = TryGetBlock(Root, out var block)
            && Commit.Read(Root, block.Span, out commit) == CommitError.None;
        // Without prev it was written by hosts of old, whose consumers did not mind.
        return isRead && commit!.Version == 3 ? CommitFault.None : CommitFault.CommitMalformed;
    }

    private int IndexOf(in Cid cid)
    {
        const int FewMax = 16;
        if (_places.Count > FewMax)
        {
            _byCid ??= Table();
            return _byCid.TryGetValue(cid, out int index) ? index : -1;
        }

        var places = CollectionsMarshal.AsSpan(_places);
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i].Cid == cid) return i;
        }

        return -1;
    }

    private Dictionary<Cid, int> Table()
    {
        var table = new Dictionary<Cid, int>(_places.Count);
        for (int i = 0; i < _places.Count; i++) table.TryAdd(_places[i].Cid, i);
        return table;
    }

    private record struct Place(Cid Cid, int Start, int Length)
    {
        internal bool IsHashed { get; set; }
    }
}
