using System.Text;
using Atproto.Multiformats;

namespace Samples;

/// <summary>One of the demo's people: identity, what was written so far, and pictures.</summary>
internal sealed class DemoAuthor : IDisposable
{
    // How often a sentence is begun anew before a repetition is accepted.
    private const int TriesMax = 40;

    private readonly Dictionary<string, byte[]> _records = new(StringComparer.Ordinal);
    private readonly HashSet<string> _said = [];
    private readonly HashSet<(string Collection, string Uri)> _reactions = [];

    internal DemoAuthor(string name, string handle, SampleCurve curve, string[] sentences)
    {
        Handle = handle;
        Sentences = sentences;
        Did = SampleIdentity.Plc(handle);
        Key = SampleKey.FromSeed(curve, handle);
        Name = name;
    }

    internal string Name { get; }

    internal string Handle { get; }

    internal string Did { get; }

    internal SampleKey Key { get; }

    internal string[] Sentences { get; }

    /// <summary>Posts in the order they were written.</summary>
    internal List<DemoPost> Posts { get; } = [];

    /// <summary>Pictures by their CID.</summary>
    internal Dictionary<Cid, byte[]> Blobs { get; } = [];

    internal IEnumerable<(string Path, byte[] Record)> Records =>
        _records.Select(r => (r.Key, r.Value));

    /// <summary>Adds a record under a key and returns its URI and CID.</summary>
    internal DemoPost Add(
        string collection, string rkey, params (string Key, object? Value)[] fields)
    {
        byte[] record = SampleRecord.Encode([("$type", collection), .. fields]);
        string path = collection + "/" + rkey;
        _records.Add(path, record);
        return new DemoPost($"at://{Did}/{path}", Cid.Of(CidCodec.DagCbor, record), null);
    }

    /// <summary>Something that was not said before, if there is any left.</summary>
    internal string Say(string[] sentences, SampleRandom random)
    {
        string text = DemoTexts.Say(sentences, random);
        for (int i = 0; i < TriesMax && !_said.Add(text); i++)
        {
            text = DemoTexts.Say(sentences, random);
        }

        return text;
    }

    /// <summary>False when the post was liked, or reposted, before.</summary>
    internal bool Reacts(string collection, DemoPost post) =>
        _reactions.Add((collection, post.Uri));

    /// <summary>Keeps a picture and returns what records say of it.</summary>
    internal (string Key, object? Value)[] AddPicture(int width, int height, SampleRandom random)
    {
        byte[] png = DemoPicture.Paint(width, height, random);
        var cid = Cid.Of(CidCodec.Raw, png);
        Blobs[cid] = png;
        return SampleRecord.Blob(cid, "image/png", png.Length);
    }

    /// <summary>Hashtags as facets: byte ranges of the text (app.bsky.richtext.facet).</summary>
    internal static object?[] Facets(string text)
    {
        int hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0) return [];
        string tag = text[(hash + 1)..].Split(' ')[0];
        int start = Encoding.UTF8.GetByteCount(text.AsSpan(0, hash));
        return SampleRecord.List(SampleRecord.Map(
            ("index", SampleRecord.Map(
                ("byteStart", start), ("byteEnd", start + 1 + Encoding.UTF8.GetByteCount(tag)))),
            ("features", SampleRecord.List(SampleRecord.Map(
                ("$type", "app.bsky.richtext.facet#tag"), ("tag", tag))))));
    }

    public void Dispose() => Key.Dispose();
}

/// <summary>
/// A record of the demo that others point at; a reply knows the root of its thread.
/// </summary>
internal sealed record DemoPost(string Uri, Cid Cid, DemoPost? Root)
{
    internal (string Key, object? Value)[] Ref => SampleRecord.StrongRef(Uri, Cid);
}
