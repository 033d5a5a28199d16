using System.Diagnostics;
using Atproto.Car;
using Atproto.Crypto;
using Atproto.Multiformats;
using Atproto.Repo;
using PdsReadonly.Archive;
using PdsReadonly.Index;

namespace Bench.Loading;

/// <summary>
/// What cannot be undercut: hashing the same blocks alone, inserting the same rows alone.
/// </summary>
internal static class Bounds
{
    /// <summary>
    /// Bytes per second of reading a CAR's sections and hashing each, nothing else.
    /// </summary>
    internal static double HashOnly(byte[] car)
    {
        var watch = Stopwatch.StartNew();
        CarHeader.Read(car, out _, out int at, out _);
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        while (at < car.Length)
        {
            CarSection.Read(car.AsSpan(at), out var section, out _, out _);
            Sha256.Hash(car.AsSpan(at + section.DataStart, section.DataLength), digest);
            if (!section.Cid.HasDigest(digest))
            {
                throw new InvalidDataException("the sample is damaged");
            }
            at += section.Length;
        }

        return car.Length / watch.Elapsed.TotalSeconds;
    }

    /// <summary>
    /// Records per second of writing the index of a walk that was recorded before.
    /// </summary>
    internal static double InsertOnly(string carPath, string indexPath)
    {
        using var spill = new SpillFile(Path.GetTempPath());
        using var verifier = new RepoVerifier(spill, 32 << 20);
        using var car = CarFile.Open(carPath);
        if (verifier.ReadBlocks(car) is { } fault) throw new InvalidDataException(fault.ToString());
        var tape = new Tape();
        if (verifier.Walk(tape) is { } treeFault)
        {
            throw new InvalidDataException(treeFault.ToString());
        }

        File.Delete(indexPath);
        var watch = Stopwatch.StartNew();
        using (var writer = new RepoIndexWriter(indexPath) { Blocks = verifier.Blocks })
        {
            tape.Play(writer);
            writer.Complete(verifier.Commit!, verifier.Counts, verifier.Blocks);
        }

        double seconds = watch.Elapsed.TotalSeconds;
        File.Delete(indexPath);
        return verifier.Counts.Records / seconds;
    }

    /// <summary>What a walk told, to be told again without walking.</summary>
    private sealed class Tape : IRepoSink
    {
        private readonly List<object> _events = [];

        public void OnBlock(uint ordinal, UInt128 digestPrefix, BlockPlace place) =>
            _events.Add((ordinal, digestPrefix, place));

        public void OnRecord(
            ReadOnlySpan<byte> collection, ReadOnlySpan<byte> rkey, uint ordinal, bool hasForm) =>
            _events.Add((collection.ToArray(), rkey.ToArray(), ordinal, hasForm));

        public void OnBlobReference(in Cid cid, ReadOnlySpan<byte> mimeType) =>
            _events.Add((cid, mimeType.ToArray()));

        internal void Play(RepoIndexWriter sink)
        {
            foreach (object item in _events)
            {
                switch (item)
                {
                    case (uint ordinal, UInt128 prefix, BlockPlace place):
                        sink.OnBlock(ordinal, prefix, place);
                        break;
                    case (byte[] collection, byte[] rkey, uint ordinal, bool hasForm):
                        sink.OnRecord(collection, rkey, ordinal, hasForm);
                        break;
                    case (Cid cid, byte[] mimeType):
                        sink.OnBlobReference(cid, mimeType);
                        break;
                }
            }
        }
    }
}
