using System.Text;
using Atproto.Multiformats;
using Samples;

namespace PdsReadonly.Tests.Support;

/// <summary>Small repos by name.</summary>
internal static class TestRepos
{
    // 2024-01-01, in microseconds.
    private const long Epoch = 1_704_067_200_000_000;

    internal static string DidOf(string name) => SampleIdentity.Plc(name);

    /// <summary>The rev so many seconds into 2024.</summary>
    internal static string Rev(int second) => SampleTid.Of(Epoch + (second * 1_000_000L));

    internal static SampleKey KeyOf(string name) => SampleKey.FromSeed(SampleCurve.K256, name);

    /// <summary>
    /// Posts with TIDs as keys, a second apart from the start of 2024, and a profile.
    /// </summary>
    internal static SampleRepo Build(
        string name, int posts = 5, int revSecond = 1000, string? rev = null)
    {
        var records = new List<(string, byte[])>
        {
            ("app.bsky.actor.profile/self", SampleRecord.Encode(("displayName", name))),
        };
        for (int i = 0; i < posts; i++)
        {
            byte[] post = SampleRecord.Encode(
                ("$type", "app.bsky.feed.post"), ("text", $"{name} {i}"));
            records.Add(($"app.bsky.feed.post/{Rev(i)}", post));
        }

        using var key = KeyOf(name);
        return SampleRepo.Build(DidOf(name), key, rev ?? Rev(revSecond), records);
    }

    /// <summary>A record that references a blob of this content.</summary>
    internal static byte[] Picture(ReadOnlySpan<byte> content, string mimeType = "image/png") =>
        SampleRecord.Encode(("picture", SampleRecord.Blob(
            Cid.Of(CidCodec.Raw, content), mimeType, content.Length)));

    internal static byte[] Document(string name, string handle)
    {
        using var key = KeyOf(name);
        return SampleIdentity.Document(DidOf(name), handle, key, "https://pds.example");
    }

    internal static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
