using System.Text;
using Atproto.Multiformats;

namespace Atproto.Tests.Multiformats;

public sealed class Base32Tests
{
    // RFC 4648 §10, in lower case and without padding.
    [Test]
    [Arguments("", "")]
    [Arguments("f", "my")]
    [Arguments("fo", "mzxq")]
    [Arguments("foo", "mzxw6")]
    [Arguments("foob", "mzxw6yq")]
    [Arguments("fooba", "mzxw6ytb")]
    [Arguments("foobar", "mzxw6ytboi")]
    public void Encode_RfcVector_IsItsText(string source, string expected)
    {
        var text = new byte[Base32.EncodedLength(source.Length)];
        Base32.Encode(Encoding.ASCII.GetBytes(source), text);
        Assert.Equal(expected, Encoding.ASCII.GetString(text));

        var back = new byte[source.Length];
        Assert.True(Base32.TryDecode(text, back, out int written));
        Assert.Equal(source, Encoding.ASCII.GetString(back, 0, written));
    }

    [Test]
    [Arguments("m")] // no byte has one character
    [Arguments("mzx")]
    [Arguments("mz")] // bits left over
    [Arguments("MY")]
    [Arguments("m0")]
    [Arguments("m1")]
    [Arguments("m8")]
    [Arguments("my======")]
    [Arguments("m\n")]
    public void TryDecode_OtherText_IsRefused(string text) =>
        Assert.False(Base32.TryDecode(Encoding.ASCII.GetBytes(text), new byte[16], out _));

    [Test]
    public void TryDecode_OutputThatDoesNotFit_IsRefused() =>
        Assert.False(Base32.TryDecode("mzxw6"u8, new byte[2], out _));
}
