using System.Text;
using Atproto.Multiformats;
using PdsReadonly.Server;

namespace PdsReadonly.Tests.Server;

public sealed class EntityTagsTests
{
    [Test]
    [Arguments("*", true)]
    [Arguments(" * ", true)]
    [Arguments("\"a\"", true)]
    [Arguments("W/\"a\"", true)]
    [Arguments("\"b\", \"a\"", true)]
    [Arguments("\"b\",W/\"a\"", true)]
    [Arguments(",, \"x,y\" ,\t\"a\"", true)]
    [Arguments("", false)]
    [Arguments("\"b\"", false)]
    [Arguments("\"A\"", false)]
    [Arguments("a", false)]
    [Arguments("\"a", false)]
    [Arguments("\"", false)]
    [Arguments("W/", false)]
    [Arguments("w/\"a\"", false)]
    [Arguments("\"b\" junk, \"a\"", false)]
    public void IsNamedIn_Header_IsReadAsAList(string header, bool expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(header);
        Assert.Equal(expected, EntityTags.IsNamedIn(bytes, "\"a\""u8));
        Assert.Equal(expected, EntityTags.IsNamedIn(bytes, "W/\"a\""u8));
    }

    [Test]
    [Arguments(false, "")]
    [Arguments(true, "W/")]
    public void Format_Cid_IsQuoted(bool isWeak, string mark)
    {
        var cid = Cid.Of(CidCodec.Raw, "x"u8);
        var tag = EntityTags.Format(cid, isWeak, new byte[EntityTags.BytesMax]);
        Assert.Equal($"{mark}\"{cid}\"", Encoding.UTF8.GetString(tag));
    }
}
