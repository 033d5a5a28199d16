using System.Text;
using Atproto.Multiformats;

namespace Samples;

/// <summary>
/// A repo made of given records, in memory: what tests load, serve and compare. The same arguments
/// give the same bytes, signature included.
/// </summary>
public sealed class SampleRepo
{
    private SampleRepo(string did, string rev, SampleKey key, SampleCar car)
    {
        Did = did;
        Rev = rev;
        Key = key;
        Car = car;
    }

    public string Did { get; }

    public string Rev { get; }

    public SampleKey Key { get; }

    /// <summary>In pre-order, every block once. Arrange it for other orders.</summary>
    public SampleCar Car { get; }

    public Cid CommitCid => Car.Roots[0];

    /// <summary>The root node of the tree.</summary>
    public required Cid Data { get; init; }

    /// <summary>In path order.</summary>
    public required IReadOnlyList<(string Path, byte[] Record)> Records { get; init; }

    /// <summary>Records may come in any order, and be equal; paths may not.</summary>
    public static SampleRepo Build(
        string did, SampleKey key, string rev, IEnumerable<(string Path, byte[] Record)> records)
    {
        var sorted = records
            .Select(r => (Path: Encoding.UTF8.GetBytes(r.Path), r.Record))
            .ToArray();
        Array.Sort(sorted, (a, b) => a.Path.AsSpan().SequenceCompareTo(b.Path));
        using var repo = new PreorderRepo(did, rev, key, visitor =>
        {
            foreach (var (path, record) in sorted) visitor(path, record);
        });
        var blocks = new List<SampleBlock>();
        var seen = new HashSet<Cid>();
        repo.Emit((in Cid cid, ReadOnlySpan<byte> block) =>
        {
            // Two paths can share a record; its block stands where the first of them is.
            if (seen.Add(cid)) blocks.Add(new SampleBlock(cid, block.ToArray()));
        });
        return new SampleRepo(did, rev, key, new SampleCar([repo.CommitCid], blocks))
        {
            Data = repo.Data,
            Records = [.. sorted.Select(r => (Encoding.UTF8.GetString(r.Path), r.Record))],
        };
    }

    /// <summary>
    /// The CAR's bytes in some order, with blocks in it that do not belong to the repo.
    /// </summary>
    public byte[] ToCar(
        CarOrder order = CarOrder.Preorder, ulong seed = 1, int foreignBlockCount = 0) =>
        Car.Arrange(order, seed, foreignBlockCount).ToBytes();

    /// <summary>The DID document with this repo's key.</summary>
    public byte[] Document(string handle, string pdsUrl = "https://pds.example") =>
        SampleIdentity.Document(Did, handle, Key, pdsUrl);

    /// <summary>
    /// Writes did_plc_….car and did_plc_….did.json into a folder; returns the CAR's path.
    /// </summary>
    public string WriteTo(string directory, string handle, CarOrder order = CarOrder.Preorder)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, SampleIdentity.FileName(Did));
        File.WriteAllBytes(path + ".car", ToCar(order));
        File.WriteAllBytes(path + ".did.json", Document(handle));
        return path + ".car";
    }
}
