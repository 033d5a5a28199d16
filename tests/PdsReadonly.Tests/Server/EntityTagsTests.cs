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
        byte[] bytes = Encoding.UTF8.GetBytes(header);
        Assert.Equal(expected, EntityTags.IsNamedIn(bytes, "\"a\""u8));
        Assert.Equal(expected, EntityTags.IsNamedIn(bytes, "W/\"a\""u8));
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "W/")]
    public void Format_Cid_IsQuoted(bool isWeak, string mark)
    {
        var cid = Cid.Of(CidCodec.Raw, "x"u8);
        var tag = EntityTags.Format(cid, isWeak, new byte[EntityTags.BytesMax]);
        Assert.Equal($"{mark}\"{cid}\"", Encoding.UTF8.GetString(tag));
    }
}
