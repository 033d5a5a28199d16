using System.Buffers.Binary;
using System.Text;
using Atproto.Multiformats;

namespace Atproto.Tests.Multiformats;

public sealed class CidTests
{
    private const string EmptyRaw = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    [Test]
    public void Of_NoBytes_IsTheKnownCid()
    {
        var cid = Cid.Of(CidCodec.Raw, []);
        Assert.Equal(EmptyRaw, cid.ToString());
        Assert.Equal(CidCodec.Raw, cid.Codec);
        Assert.True(Cid.TryParse(Encoding.ASCII.GetBytes(EmptyRaw), out var parsed));
        Assert.True(parsed == cid);
        Assert.Equal(cid.GetHashCode(), parsed.GetHashCode());
    }

    [Test]
    public void Equals_OtherCodecOrDigest_IsAnotherCid()
    {
        Assert.True(Cid.Of(CidCodec.Raw, []) != Cid.Of(CidCodec.DagCbor, []));
        Assert.NotEqual(Cid.Of(CidCodec.Raw, [1]), Cid.Of(CidCodec.Raw, [2]));
        Assert.False(Cid.Of(CidCodec.Raw, []).Equals((object)EmptyRaw));
    }

    // What is only named hashes to nothing: its digest can be chosen, whatever the table.
    [Test]
    [Arguments(0)]
    [Arguments(8)]
    [Arguments(16)]
    [Arguments(24)]
    public void GetHashCode_DigestsThatDifferInEightBytes_RarelyMeet(int at)
    {
        const int Count = 10_000;
        byte[] digest = new byte[32];
        var low = new HashSet<int>();
        var folded = new HashSet<int>();
        for (int i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(digest.AsSpan(at), i);
            low.Add(new Cid(CidCodec.Raw, digest).GetHashCode());
            // The same 32 bits when both halves are put together, as the platform does.
            BinaryPrimitives.WriteInt64LittleEndian(digest.AsSpan(at), ((long)i << 32) | (uint)i);
            folded.Add(new Cid(CidCodec.Raw, digest).GetHashCode());
        }

        Assert.InRange(low.Count, Count * 99 / 100, Count);
        Assert.InRange(folded.Count, Count * 99 / 100, Count);
    }

    [Test]
    public void TryRead_BinaryForm_IsTheSameCidAndNothingShorterIs()
    {
        var cid = Cid.Of(CidCodec.DagCbor, "x"u8);
        var binary = new byte[Cid.Bytes + 1];
        cid.CopyTo(binary);
        for (int length = 0; length <= binary.Length; length++)
        {
            Assert.Equal(length == Cid.Bytes, Cid.TryRead(binary.AsSpan(0, length), out var read));
            Assert.Equal(length == Cid.Bytes ? cid : default, read);
        }
    }

    [Test]
    [Arguments(0, 2)] // version
    [Arguments(1, 0x70)] // dag-pb
    [Arguments(2, 0x13)] // sha2-512
    [Arguments(3, 0x1f)] // digest length
    public void TryRead_NotBlessed_IsRefused(int index, byte value)
    {
        var binary = new byte[Cid.Bytes];
        Cid.Of(CidCodec.Raw, []).CopyTo(binary);
        binary[index] = value;
        Assert.False(Cid.TryRead(binary, out _));
    }

    [Test]
    [Arguments( // dag-pb
        "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", true, false)]
    [Arguments("bafkqaaa", true, false)] // identity, no bytes
    [Arguments(EmptyRaw, true, true)]
    [Arguments( // a stray bit
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvykv", false, false)]
    [Arguments("BAFKREIHDWDCEFGH4DQKJV67UZCMW7OJEE6XEDZDETOJUZJEVTENXQUVYKU", false, false)]
    [Arguments(EmptyRaw + "aa", false, false)]
    [Arguments(EmptyRaw + "\n", false, false)]
    [Arguments("QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR", false, false)] // version 0
    [Arguments("b", false, false)]
    [Arguments("", false, false)]
    public void IsValid_Text_IsAnyCanonicalCidOfWhichTheBlessedParse(
        string text, bool isValid, bool isBlessed)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(isValid, Cid.IsValid(bytes));
        Assert.Equal(isBlessed, Cid.TryParse(bytes, out _));
    }

    [Test]
    public void IsValid_CutAnywhere_IsNoCid()
    {
        var bytes = Encoding.ASCII.GetBytes(EmptyRaw);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(Cid.IsValid(bytes.AsSpan(0, length)));
        }
    }

    [Test]
    public void IsValid_BinaryBytes_AreLimited()
    {
        Assert.True(Cid.IsValid(Identity(CidBinary.BytesMax)));
        Assert.False(Cid.IsValid(Identity(CidBinary.BytesMax + 1)));
    }

    private static byte[] Identity(int byteCount)
    {
        byte[] binary = [1, 0x55, 0, (byte)(byteCount - 4), .. new byte[byteCount - 4]];
        var text = new byte[Base32.EncodedLength(byteCount) + 1];
        text[0] = (byte)'b';
        Base32.Encode(binary, text.AsSpan(1));
        return text;
    }
}
