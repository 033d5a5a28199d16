using System.Globalization;
using Samples;

namespace EndToEnd.Tests.Archive;

/// <summary>Repos of a few records, told apart by name, rev and text.</summary>
internal static class SmallRepo
{
    public const string Collection = "com.example.note";
    public const string FirstRev = "3jzfcijpj2z2a";
    public const string LaterRev = "3kzfcijpj2z2a";

    public static string DidOf(string name) => SampleIdentity.Plc($"small {name}");

    public static SampleRepo Build(
        string name, string rev = FirstRev, string text = "first", int count = 5)
    {
        var key = SampleKey.FromSeed(SampleCurve.K256, name);
        return SampleRepo.Build(DidOf(name), key, rev, Enumerable.Range(0, count).Select(i =>
            ($"{Collection}/k{i.ToString("d5", CultureInfo.InvariantCulture)}", Note(text, i))));
    }

    /// <summary>Writes NAME.car into a folder; its path.</summary>
    public static string Write(
        string folder, string name, string rev = FirstRev, string text = "first", int count = 5)
    {
        string path = Path.Combine(folder, name + ".car");
        File.WriteAllBytes(path, Build(name, rev, text, count).ToCar());
        return path;
    }

    /// <summary>Overwrites a file in place: the same inode, so that open descriptors see it.</summary>
    public static void Overwrite(string path, byte[] content)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(file, content.Length);
        RandomAccess.Write(file, content, 0);
    }

    private static byte[] Note(string text, int i) => SampleRecord.Encode(
        ("$type", Collection), ("text", $"{text} {i.ToString(CultureInfo.InvariantCulture)}"));
}
