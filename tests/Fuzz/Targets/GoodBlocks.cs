using Samples;

namespace Fuzz.Targets;

/// <summary>Good bytes that several targets start from.</summary>
internal static class GoodBlocks
{
    /// <summary>Items of every type, right and nearly right.</summary>
    internal static IReadOnlyList<byte[]> Records() =>
    [
        .. GoldenRepo.Car().Blocks.Select(b => b.Bytes),
        SampleRecord.Encode(
            ("a", null), ("b", true), ("c", 1000), ("d", -70_000L), ("e", "text \"\\\n é"),
            ("f", new byte[40]), ("g", GoldenRepo.Car().Blocks[1].Cid),
            ("h", SampleRecord.List(SampleRecord.List(), SampleRecord.Map(), 1, "x"))),
        // Unsorted keys at two levels, floats of three widths, undefined.
        Convert.FromHexString(
            "a3616283f93c00fa3f800000fb3ff8000000000000616161f7" + "6163a26162006161f6"),
        [.. Enumerable.Repeat((byte)0x81, 100), 0xf6],
    ];

    /// <summary>A repo with three layers, so that there are nodes that only point.</summary>
    internal static SampleCar Repo(int recordCount)
    {
        using var key = GoldenRepo.Key();
        var records = Enumerable.Range(0, recordCount).Select(i => (
            $"com.example.thing/{i}",
            SampleRecord.Encode(("$type", "com.example.thing"), ("n", i % 9))));
        return SampleRepo.Build(GoldenRepo.Did, key, GoldenRepo.Rev, records).Car;
    }
}
