using System.Runtime.InteropServices;
using Atproto.Multiformats;

namespace Samples;

/// <summary>
/// Large repos in one file, and small ones in large numbers: what benchmarks load.
/// </summary>
public static class BigRepo
{
    // Fewer nodes than this stay in memory while the file is written.
    private const long RecordsInMemoryMax = 100_000;

    /// <summary>Writes one repo and returns its DID.</summary>
    public static string Write(
        string path, long recordCount, CarOrder order, ulong seed, int collectionCount = 5)
    {
        string did = SampleIdentity.Plc($"big {seed}");
        using var key = SampleKey.FromSeed(
            seed % 2 == 0 ? SampleCurve.P256 : SampleCurve.K256, $"big {seed}");
        var records = new BigRecords(did, recordCount, collectionCount, seed);
        string? spillPath = recordCount > RecordsInMemoryMax ? path : null;
        WriteOne(path, did, records, key, order, seed, spillPath);
        File.WriteAllBytes(
            Path.ChangeExtension(path, null) + ".did.json",
            SampleIdentity.Document(did, $"big{seed}.example", key, "https://pds.example"));
        return did;
    }

    /// <summary>Writes many repos of different DIDs into a folder, as did_plc_….car.</summary>
    /// <param name="directory">Is made if it is not there.</param>
    /// <param name="repoCount">Number of files.</param>
    /// <param name="recordCount">Of each repo.</param>
    /// <param name="order">Of the blocks in each file.</param>
    /// <param name="seed">The same seed gives the same repos.</param>
    /// <param name="documents">Whether to write did_plc_….did.json beside each.</param>
    public static void WriteMany(
        string directory, int repoCount, long recordCount, CarOrder order, ulong seed,
        bool documents)
    {
        Directory.CreateDirectory(directory);
        Parallel.For(0, repoCount, i =>
        {
            string name = $"many {seed} {i}";
            string did = SampleIdentity.Plc(name);
            string path = Path.Combine(directory, SampleIdentity.FileName(did));
            ulong repoSeed = (seed << 32) + (ulong)i;
            using var key = SampleKey.FromSeed(
                i % 2 == 0 ? SampleCurve.P256 : SampleCurve.K256, name);
            var records = new BigRecords(
                did, recordCount, (int)Math.Min(5, recordCount), repoSeed);
            WriteOne(path + ".car", did, records, key, order, repoSeed, spillPath: null);
            if (!documents) return;
            File.WriteAllBytes(
                path + ".did.json",
                SampleIdentity.Document(did, $"m{i}.example", key, "https://pds.example"));
        });
    }

    private static void WriteOne(
        string path, string did, BigRecords records, SampleKey key, CarOrder order, ulong seed,
        string? spillPath)
    {
        using var repo = new PreorderRepo(did, records.Rev, key, records.Visit, spillPath);
        if (order == CarOrder.Preorder)
        {
            using var file = File.Create(path, 1);
            using var car = new CarFileWriter(file, repo.CommitCid);
            repo.Emit((in Cid cid, ReadOnlySpan<byte> block) => car.Write(cid, block));
            return;
        }

        if (order != CarOrder.Shuffled)
        {
            throw new NotSupportedException($"{order} is for repos in memory");
        }

        WriteShuffled(path, repo, new SampleRandom(seed));
    }

    // Pre-order into a temporary file, then its sections in random order into the real one: twelve
    // bytes of memory per block.
    private static void WriteShuffled(string path, PreorderRepo repo, SampleRandom random)
    {
        var sections = new List<(long Start, int Length)>();
        string orderedPath = path + ".ordered.tmp";
        using var ordered = new FileStream(
            orderedPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1,
            FileOptions.DeleteOnClose);
        byte[] section = new byte[1 << 16];
        using (var car = new CarFileWriter(ordered, repo.CommitCid))
        {
            repo.Emit((in Cid cid, ReadOnlySpan<byte> block) =>
            {
                long start = car.Length;
                car.Write(cid, block);
                sections.Add((start, (int)(car.Length - start)));
            });
        }

        var order = CollectionsMarshal.AsSpan(sections);
        long headerLength = order[0].Start;
        random.Shuffle(order);
        // A commit in front would make the first block special, as it is in no real export.
        if (order[0].Start == headerLength) (order[0], order[^1]) = (order[^1], order[0]);

        using var file = File.Create(path, 1 << 20);
        CopySection(ordered, file, (0, (int)headerLength), ref section);
        foreach (var place in order) CopySection(ordered, file, place, ref section);
    }

    private static void CopySection(
        FileStream from, FileStream to, (long Start, int Length) place, ref byte[] buffer)
    {
        if (place.Length > buffer.Length) buffer = new byte[place.Length];
        var bytes = buffer.AsSpan(0, place.Length);
        int got = RandomAccess.Read(from.SafeFileHandle, bytes, place.Start);
        if (got != bytes.Length) throw new EndOfStreamException("temporary file is short");
        to.Write(bytes);
    }
}
