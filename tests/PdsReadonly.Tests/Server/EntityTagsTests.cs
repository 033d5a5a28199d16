using System.Text;
using Atproto.Multiformats;
using PdsReadonly.Server;

namespace PdsReadonly.Tests.Server;

public sealed class EntityTagsTests
{
    [Theory]
    [InlineData("*", true)]
    [InlineData(" * ", true)]
    [InlineData("\"a\"", true)]
    [InlineData("W/\"a\"", true)]
    [InlineData("\"b\", \"a\"", true)]
    [InlineData("\"b\",W/\"a\"", true)]
    [InlineData(",, \"x,y\" ,\t\"a\"", true)]
    [InlineData("", false)]
    [InlineData("\"b\"", false)]
    [InlineData("\"A\"", false)]
    [InlineData("a", false)]
    [InlineData("\"a", false)]
    [InlineData("\"", false)]
    [InlineData("W/", false)]
    [InlineData("w/\"a\"", false)]
    [InlineData("\"b\" junk, \"a\"", false)]
    public void IsNamedIn_Header_IsReadAsAList(string header, bool expected)
    {
        Assert.Equal(expected, EntityTags.IsNamedIn(Encoding.UTF8.GetBytes(header), "\"a\""u8));
    }

    [Fact]
    public void Format_Cid_IsQuoted()
    {
        var cid = Cid.Of(CidCodec.Raw, "x"u8);
        byte[] tag = new byte[EntityTags.Bytes];
        EntityTags.Format(cid, tag);
        Assert.Equal($"\"{cid}\"", Encoding.UTF8.GetString(tag));
    }
}
