using System.Text;
using Atproto.Multiformats;

namespace Atproto.Tests.Multiformats;

public sealed class Base32Tests
{
    // RFC 4648 §10, in lower case and without padding.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "my")]
    [InlineData("fo", "mzxq")]
    [InlineData("foo", "mzxw6")]
    [InlineData("foob", "mzxw6yq")]
    [InlineData("fooba", "mzxw6ytb")]
    [InlineData("foobar", "mzxw6ytboi")]
    public void Encode_RfcVector_IsItsText(string source, string expected)
    {
        var text = new byte[Base32.EncodedLength(source.Length)];
        Base32.Encode(Encoding.ASCII.GetBytes(source), text);
        Assert.Equal(expected, Encoding.ASCII.GetString(text));

        var back = new byte[source.Length];
        Assert.True(Base32.TryDecode(text, back, out int written));
        Assert.Equal(source, Encoding.ASCII.GetString(back, 0, written));
    }

    [Theory]
    [InlineData("m")] // no byte has one character
    [InlineData("mzx")]
    [InlineData("mz")] // bits left over
    [InlineData("MY")]
    [InlineData("m0")]
    [InlineData("m1")]
    [InlineData("m8")]
    [InlineData("my======")]
    [InlineData("m\n")]
    public void TryDecode_OtherText_IsRefused(string text) =>
        Assert.False(Base32.TryDecode(Encoding.ASCII.GetBytes(text), new byte[16], out _));

    [Fact]
    public void TryDecode_OutputThatDoesNotFit_IsRefused() =>
        Assert.False(Base32.TryDecode("mzxw6"u8, new byte[2], out _));
}
