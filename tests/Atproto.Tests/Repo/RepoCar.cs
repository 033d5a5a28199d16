using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Atproto.Cbor;
using Atproto.Multiformats;
using Atproto.Repo;
using Samples;

namespace Atproto.Tests.Repo;

/// <summary>One entry of a node built by hand: nothing of it need be right.</summary>
internal sealed record HandEntry(int Prefix, byte[] Suffix, Cid Value, Cid Subtree = default)
{
    internal HandEntry(string key, Cid value, Cid subtree = default)
        : this(0, Encoding.UTF8.GetBytes(key), value, subtree)
    {
    }
}

/// <summary>Repos built by hand, right or wrong, and what the verifier says of them.</summary>
internal static class RepoCar
{
    /// <summary>What a walk told, and how it ended.</summary>
    internal sealed record Outcome(RepoFault? Fault, RecordingSink Sink, RepoCounts Counts);

    internal static SampleBlock Record(string text) =>
        SampleBlock.Of(SampleRecord.Encode(("$type", "com.example.thing"), ("text", text)));

    /// <summary>A node exactly as told; default CIDs are null.</summary>
    internal static SampleBlock Node(Cid left, params HandEntry[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        var cbor = new CborWriter(output);
        cbor.WriteMap(2);
        cbor.WriteText("e"u8);
        cbor.WriteArray(entries.Length);
        foreach (var entry in entries)
        {
            cbor.WriteMap(4);
            cbor.WriteText("k"u8);
            cbor.WriteBytes(entry.Suffix);
            cbor.WriteText("p"u8);
            cbor.WriteInteger(entry.Prefix);
            cbor.WriteText("t"u8);
            cbor.WriteLinkOrNull(entry.Subtree);
            cbor.WriteText("v"u8);
            cbor.WriteLink(entry.Value);
        }

        cbor.WriteText("l"u8);
        cbor.WriteLinkOrNull(left);
        return SampleBlock.Of(output.WrittenSpan.ToArray());
    }

    /// <summary>Header, a commit for the root node, and the blocks in the order given.</summary>
    internal static byte[] Of(Cid data, params SampleBlock[] blocks)
    {
        using var key = GoldenRepo.Key();
        var commit = SampleBlock.Of(PreorderRepo.Sign(GoldenRepo.Did, GoldenRepo.Rev, key, data));
        return new SampleCar([commit.Cid], [commit, .. blocks]).ToBytes();
    }

    internal static Outcome Verify(byte[] car, long memory = 0)
    {
        using var verifier = new RepoVerifier(new MemorySpill(), memory);
        return Verify(verifier, new MemorySource(car));
    }

    internal static Outcome Verify(RepoVerifier verifier, ICarSource source)
    {
        var sink = new RecordingSink(source);
        var fault = verifier.ReadBlocks(source) ?? verifier.Walk(sink);
        return new Outcome(fault, sink, verifier.Counts);
    }

    /// <summary>Notes every call, and that each block told is where it is said to be.</summary>
    internal sealed class RecordingSink(ICarSource source) : IRepoSink
    {
        internal List<string> Calls { get; } = [];

        internal List<string> Misplaced { get; } = [];

        public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place)
        {
            Calls.Add($"block {ordinal} {digestPrefix:x32} {place.Length}");
            byte[] block = new byte[place.Length];
            int read = source.Read(place.Offset, block);
            bool isThere = read == block.Length
                && Cid.Of(CidCodec.DagCbor, block).DigestPrefix == digestPrefix;
            if (!isThere) Misplaced.Add($"{ordinal}");
        }

        public void OnRecord(
            ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm) =>
            Calls.Add(
                $"record {Text(collection)}/{Text(rkey)} {ordinal}"
                + (hasForm ? "" : " without a form"));

        public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType) =>
            Calls.Add($"blob {cid} {Text(mimeType)}");

        private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
    }

    /// <summary>A file in memory that can change, shrink, lie about its length or fail.</summary>
    internal sealed class MemorySource(byte[] bytes) : ICarSource
    {
        internal byte[] Bytes { get; set; } = bytes;

        internal bool Fails { get; set; }

        /// <summary>At most so many bytes a read.</summary>
        internal int Step { get; init; } = int.MaxValue;

        public long Length { get; init; } = bytes.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            if (Fails) throw new IOException("the disk is gone");
            var rest = Bytes.AsSpan((int)Math.Min(offset, Bytes.Length));
            int count = Math.Min(Math.Min(rest.Length, buffer.Length), Step);
            rest[..count].CopyTo(buffer);
            return count;
        }
    }

    internal sealed class MemorySpill : ISpillFile
    {
        private readonly List<byte> _bytes = [];

        internal bool IsFull { get; init; }

        internal int AppendCount { get; private set; }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (IsFull) throw new IOException("no room");
            AppendCount++;
            _bytes.AddRange(bytes);
        }

        public void Read(long offset, Span<byte> buffer) =>
            CollectionsMarshal.AsSpan(_bytes).Slice((int)offset, buffer.Length).CopyTo(buffer);

        public void Clear() => _bytes.Clear();
    }
}
