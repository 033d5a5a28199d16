using System.Text;
using Atproto.Mst;

namespace Atproto.Tests.Mst;

/// <summary>The key to ask for, so that its proof brings a missing node.</summary>
public sealed class ProbeKeyTests
{
    private static readonly string s_longName = "a.b." + new string('c', 63);

    [Test]
    [Arguments(null, null, null, "A.A.A/-")]
    [Arguments("app.bsky.feed.post/3k", null, "app.bsky.feed.post", "app.bsky.feed.post/~")]
    [Arguments("a.b.c/x", "a.b.d/x", "a.b.c", "a.b.c/~")]
    [Arguments("a.b.c/~", "a.b.d/x", "a.b.c", "a.b.c0/-")] // a real record at the first choice
    [Arguments("a.b.c/~~", null, "a.b.c", "a.b.c0/-")]
    [Arguments("a.b.c/~~", "a.b.c0/-", "a.b.c", "a.b.c/")] // the last key of the collection
    [Arguments("a.b.c/x", "a.b.c/~", "a.b.c", "a.b.c/x-")] // the least behind the bound
    [Arguments(null, "A.A.A/-", null, null)] // nothing legal is less
    [Arguments("a.b.c/x", "a.b.c/x-", "a.b.c", null)] // nothing at all is between
    [Arguments("coll/x", null, "coll", null)] // no name that may be asked for
    public void TryChoose_Bounds_GivesALegalKeyBetweenThem(
        string? low, string? high, string? last, string? expected)
    {
        if (expected == "a.b.c/") expected += new string('~', 512);
        Assert.Equal(expected, Choose(low, high, last));
    }

    [Test]
    public void TryChoose_LongestName_DoesNotMakeItLonger() => Assert.Equal(
        s_longName + "/" + new string('~', 512), Choose(s_longName + "/~~", null, s_longName));

    [Test]
    public void TryChoose_LongestKey_CannotGoOnBehindIt()
    {
        string low = s_longName + "/" + new string('~', 512);
        Assert.Null(Choose(low, null, s_longName));
    }

    private static string? Choose(string? low, string? high, string? last)
    {
        var missing = new MissingNode(MstKeys.Value(1), Bytes(low), Bytes(high), last);
        return ProbeKey.TryChoose(missing, out var collection, out var rkey)
            ? $"{collection}/{rkey}"
            : null;
    }

    private static ReadOnlyMemory<byte>? Bytes(string? text) =>
        text is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(text);
}
