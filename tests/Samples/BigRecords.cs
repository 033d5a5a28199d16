using System.Buffers;
using System.Globalization;
using System.Text;
using Atproto.Cbor;
using Atproto.Multiformats;

namespace Samples;

/// <summary>
/// The records of a repo of any size, made up one by one: about 55 % likes, 25 % posts (4 % of them
/// with a picture), 10 % reposts, 10 % follows, and a profile. Visiting them again gives them
/// again.
/// </summary>
public sealed class BigRecords
{
    // From May 2023 on, in microseconds; two years of activity whatever the number of records.
    private const long FirstMicroseconds = 1_682_899_200_000_000;
    private const long SpanMicroseconds = 63_072_000_000_000;

    private readonly List<Collection> _collections = [];
    private readonly ulong _seed;
    private readonly int _clockId;
    private readonly byte[] _did;

    /// <param name="did">Whose repo it is; replies among its posts name it.</param>
    /// <param name="recordCount">In all, at least <paramref name="collectionCount"/>.</param>
    /// <param name="collectionCount">
    /// Fewer than five leave out kinds of records; more than five add collections of their own,
    /// which share a twentieth of the records.
    /// </param>
    /// <param name="seed">The same seed gives the same records.</param>
    public BigRecords(string did, long recordCount, int collectionCount, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(collectionCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(recordCount, collectionCount);
        _did = Encoding.ASCII.GetBytes(did);
        _seed = seed;
        _clockId = (int)(seed * 31 & 1023);
        Share(recordCount, collectionCount);
        _collections.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
    }

    /// <summary>A TID later than every record's.</summary>
    public string Rev => SampleTid.Of(FirstMicroseconds + SpanMicroseconds + 1_000_000, _clockId);

    public void Visit(RecordVisitor visitor)
    {
        var record = new ArrayBufferWriter<byte>(4096);
        Span<byte> date = stackalloc byte[24];
        ulong salt = _seed;
        foreach (var collection in _collections)
        {
            var random = new SampleRandom(salt++ * 0x5851f42d4c957f2d);
            byte[] path = new byte[collection.Name.Length + 1 + SampleTid.Bytes];
            Encoding.ASCII.GetBytes(collection.Name + "/", path);
            var rkey = path.AsSpan(collection.Name.Length + 1);
            // Whole milliseconds, each date once: hence no two equal records.
            long step = Math.Max(1, SpanMicroseconds / collection.Count / 1000);
            for (long i = 0; i < collection.Count; i++)
            {
                long offset = (i * step) + random.Below((int)Math.Min(step, int.MaxValue));
                long when = FirstMicroseconds + (offset * 1000);
                SampleTid.Format(when, _clockId, rkey);
                SampleTid.FormatDate(when, date);
                record.ResetWrittenCount();
                Write(collection, record, date, random);
                bool single = collection.Kind == Kind.Profile;
                if (single) "self"u8.CopyTo(rkey);
                visitor(single ? path.AsSpan(0, path.Length - 9) : path, record.WrittenSpan);
            }
        }
    }

    private void Share(long recordCount, int collectionCount)
    {
        (string Name, Kind Kind, int Percent)[] mix =
        [
            ("app.bsky.feed.like", Kind.Like, 55),
            ("app.bsky.feed.post", Kind.Post, 25),
            ("app.bsky.feed.repost", Kind.Repost, 10),
            ("app.bsky.graph.follow", Kind.Follow, 10),
            ("app.bsky.actor.profile", Kind.Profile, 0),
        ];
        int kinds = Math.Min(collectionCount, mix.Length);
        int extras = collectionCount - kinds;
        long left = recordCount;
        for (int i = 0; i < extras; i++)
        {
            long count = Math.Max(1, recordCount / 20 / extras);
            string name = string.Create(
                CultureInfo.InvariantCulture, $"org.example.shelf{i:d4}.item");
            _collections.Add(new Collection(name, Kind.Item, count));
            left -= count;
        }

        long total = left;
        for (int i = kinds - 1; i >= 0; i--)
        {
            var (name, kind, percent) = mix[i];
            // Likes come last and take what rounding has left.
            long count = i == 0 ? left : Math.Max(1, total * percent / 100);
            _collections.Add(new Collection(name, kind, count));
            left -= count;
        }
    }

    private void Write(
        Collection collection, ArrayBufferWriter<byte> output, ReadOnlySpan<byte> date,
        SampleRandom random)
    {
        var cbor = new CborWriter(output);
        switch (collection.Kind)
        {
            case Kind.Like or Kind.Repost:
                cbor.WriteMap(3);
                cbor.WriteText("$type"u8);
                cbor.WriteText(collection.NameBytes);
                cbor.WriteText("subject"u8);
                WriteStrongRef(cbor, Stranger(random), random);
                break;
            case Kind.Follow:
                cbor.WriteMap(3);
                cbor.WriteText("$type"u8);
                cbor.WriteText(collection.NameBytes);
                cbor.WriteText("subject"u8);
                cbor.WriteText(Stranger(random));
                break;
            case Kind.Profile:
                cbor.WriteMap(4);
                cbor.WriteText("$type"u8);
                cbor.WriteText(collection.NameBytes);
                cbor.WriteText("createdAt"u8);
                cbor.WriteText(date);
                cbor.WriteText("description"u8);
                cbor.WriteText("Nobody in particular, made up in large numbers."u8);
                cbor.WriteText("displayName"u8);
                cbor.WriteText("Sample"u8);
                return;
            case Kind.Item:
                cbor.WriteMap(3);
                cbor.WriteText("text"u8);
                WriteText(cbor, random, 60);
                cbor.WriteText("$type"u8);
                cbor.WriteText(collection.NameBytes);
                break;
            default:
                WritePost(cbor, random, collection.NameBytes);
                break;
        }

        cbor.WriteText("createdAt"u8);
        cbor.WriteText(date);
    }

    private void WritePost(in CborWriter cbor, SampleRandom random, ReadOnlySpan<byte> type)
    {
        bool picture = random.Chance(4);
        bool reply = random.Chance(35);
        cbor.WriteMap(4 + (picture ? 1 : 0) + (reply ? 1 : 0));
        cbor.WriteText("text"u8);
        // Most posts are short, and some fill what there is.
        int length = random.Below(10) switch { < 4 => 60, < 7 => 140, < 9 => 220, _ => 290 };
        WriteText(cbor, random, 5 + random.Below(length));
        cbor.WriteText("$type"u8);
        cbor.WriteText(type);
        if (picture) WritePicture(cbor, random);
        cbor.WriteText("langs"u8);
        cbor.WriteArray(1);
        cbor.WriteText(random.Chance(80) ? "en"u8 : "de"u8);
        if (!reply) return;
        byte[] other = random.Chance(30) ? _did : Stranger(random);
        cbor.WriteText("reply"u8);
        cbor.WriteMap(2);
        cbor.WriteText("root"u8);
        WriteStrongRef(cbor, other, random);
        cbor.WriteText("parent"u8);
        WriteStrongRef(cbor, other, random);
    }

    private static void WritePicture(in CborWriter cbor, SampleRandom random)
    {
        cbor.WriteText("embed"u8);
        cbor.WriteMap(2);
        cbor.WriteText("$type"u8);
        cbor.WriteText("app.bsky.embed.images"u8);
        cbor.WriteText("images"u8);
        cbor.WriteArray(1);
        cbor.WriteMap(3);
        cbor.WriteText("alt"u8);
        WriteText(cbor, random, random.Below(80));
        cbor.WriteText("image"u8);
        cbor.WriteMap(4);
        cbor.WriteText("ref"u8);
        cbor.WriteLink(RandomCid(CidCodec.Raw, random));
        cbor.WriteText("size"u8);
        cbor.WriteInteger(20_000 + random.Below(900_000));
        cbor.WriteText("$type"u8);
        cbor.WriteText("blob"u8);
        cbor.WriteText("mimeType"u8);
        cbor.WriteText("image/jpeg"u8);
        cbor.WriteText("aspectRatio"u8);
        cbor.WriteMap(2);
        cbor.WriteText("width"u8);
        cbor.WriteInteger(1000 + random.Below(1000));
        cbor.WriteText("height"u8);
        cbor.WriteInteger(800 + random.Below(1200));
    }

    // What others wrote is known by name only, as in real repos: a CID nobody here can resolve.
    private static void WriteStrongRef(
        in CborWriter cbor, ReadOnlySpan<byte> did, SampleRandom random)
    {
        Span<byte> cid = stackalloc byte[Cid.TextBytes];
        RandomCid(CidCodec.DagCbor, random).FormatTo(cid);
        Span<byte> uri = stackalloc byte[128];
        int at = Append(uri, 0, "at://"u8);
        at = Append(uri, at, did);
        at = Append(uri, at, "/app.bsky.feed.post/"u8);
        long when = FirstMicroseconds + (long)(random.Next() % SpanMicroseconds);
        SampleTid.Format(when, random.Below(1024), uri[at..]);
        at += SampleTid.Bytes;
        cbor.WriteMap(2);
        cbor.WriteText("cid"u8);
        cbor.WriteText(cid);
        cbor.WriteText("uri"u8);
        cbor.WriteText(uri[..at]);
    }

    private static int Append(Span<byte> target, int at, ReadOnlySpan<byte> part)
    {
        part.CopyTo(target[at..]);
        return at + part.Length;
    }

    private static Cid RandomCid(CidCodec codec, SampleRandom random)
    {
        Span<byte> digest = stackalloc byte[32];
        random.Fill(digest);
        return new Cid(codec, digest);
    }

    private static byte[] Stranger(SampleRandom random)
    {
        Span<byte> digest = stackalloc byte[15];
        random.Fill(digest);
        byte[] did = new byte[32];
        "did:plc:"u8.CopyTo(did);
        Base32.Encode(digest, did.AsSpan(8));
        return did;
    }

    private static void WriteText(in CborWriter cbor, SampleRandom random, int lengthMax)
    {
        Span<byte> text = stackalloc byte[400];
        int at = 0;
        while (at < lengthMax)
        {
            if (at > 0) text[at++] = (byte)' ';
            at = Append(text, at, BigWords.Pick(random));
        }

        cbor.WriteText(text[..at]);
    }

    private enum Kind
    {
        Like,
        Post,
        Repost,
        Follow,
        Profile,
        Item,
    }

    private sealed record Collection(string Name, Kind Kind, long Count)
    {
        internal byte[] NameBytes { get; } = Encoding.ASCII.GetBytes(Name);
    }
}
