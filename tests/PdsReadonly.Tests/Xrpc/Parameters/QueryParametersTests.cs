using System.Text;
using Atproto.Multiformats;
using Atproto.Syntax;
using PdsReadonly.Xrpc.Parameters;

namespace PdsReadonly.Tests.Xrpc.Parameters;

public sealed class QueryParametersTests
{
    private const string CidATail = "afyreialbwdnwnhhaftlwj6xctn6j5kcfg32tidratrf645b6jn52zfxwa";
    private const string CidA = "b" + CidATail;
    private const string CidB = "bafyreighyu2oepy34qmxnjo4lpir6wjondf4jjrck52d5bw222cf7njuwe";

    [Test]
    [Arguments("", "")]
    [Arguments("&&&", "")]
    [Arguments("did=did:plc:abc", "did=did:plc:abc")]
    [Arguments("did=did:plc:abc&did=", "did=did:plc:abc")]              // empty is absent
    [Arguments("did=&did=did:plc:abc", "did=did:plc:abc")]
    [Arguments("did&limit=&reverse=&cids=", "")]
    [Arguments("did=did%3Aplc%3aabc", "did=did:plc:abc")]
    [Arguments("d%69d=did:plc:abc", "did=did:plc:abc")]                 // names are decoded too
    [Arguments("DID=x&Did=y&did[]=z", "")]                              // case matters
    [Arguments("unknown=1&unknown=2&__proto__=3", "")]                  // ignored, repeated or not
    [Arguments("repo=alice.test", "repo=alice.test")]
    [Arguments("handle=aLicE.tEst", "handle=aLicE.tEst")]
    [Arguments("collection=app.bsky.feed.post", "collection=app.bsky.feed.post")]
    [Arguments("rkey=a~b:c_d-.", "rkey=a~b:c_d-.")]
    [Arguments("since=3jzfcijpj2z2a", "since=3jzfcijpj2z2a")]
    [Arguments("cid=" + CidA, "cid=" + CidA)]
    [Arguments("cids=" + CidB + "&x=1&cids=" + CidA, "cids=" + CidB + ";cids=" + CidA)]
    [Arguments("cids=" + CidA + "&cids=" + CidA, "cids=" + CidA + ";cids=" + CidA)]
    [Arguments("c%69ds=%62" + CidATail + "&cids=" + CidB,
        "cids=" + CidA + ";cids=" + CidB)]
    [Arguments("cids[]=x&cids[0]=x", "")]
    [Arguments("cursor=a=b", "cursor=a=b")]
    [Arguments("cursor=a+b%2Bc", "cursor=a b+c")]
    [Arguments("cursor=%C3%A9\u00e9", "cursor=\u00e9\u00e9")]
    [Arguments("cursor=%zz%4%", "cursor=%zz%4%")]                       // kept as they are
    [Arguments("cursor=a%FFb", "cursor=a\ufffdb")]
    [Arguments("cursor=%E2%82", "cursor=\ufffd")]                       // cut off: one replacement
    [Arguments("cursor=%F0%9F%98%80", "cursor=\U0001F600")]
    [Arguments("limit=1", "limit=1")]
    [Arguments("limit=1000", "limit=1000")]
    [Arguments("limit=0007", "limit=7")]
    [Arguments("limit=%35", "limit=5")]
    [Arguments("reverse=true", "reverse=True")]
    [Arguments("reverse=false", "reverse=False")]
    public void Bind_GoodQuery_GivesTheValues(string query, string expected)
    {
        Assert.Equal(expected, BoundExample.Bind(query));
    }

    [Test]
    [Arguments("did=alice.test", "Invalid DID (got \"alice.test\")")]
    [Arguments("did=did:plc:abc%0a", "Invalid DID (got \"did:plc:abc\\n\")")]
    [Arguments("repo=foo", "Invalid AT identifier (got \"foo\")")]
    [Arguments("handle=test", "Invalid handle (got \"test\")")]
    [Arguments("collection=foo", "Invalid NSID (got \"foo\")")]
    [Arguments("rkey=a/b", "Invalid record key (got \"a/b\")")]
    [Arguments("since=foo", "Invalid TID string (got \"foo\")")]
    [Arguments("cid=foo", "Invalid CID string (got \"foo\")")]
    [Arguments("cids=" + CidA + "&cids=foo&cids=bar", "Invalid CID string (got \"foo\")")]
    [Arguments("cids=" + CidA + "," + CidB,
        "Invalid CID string (got \"" + CidA + "," + CidB + "\")")]
    [Arguments("limit=0", "integer too small (minimum 1, got 0)")]
    [Arguments("limit=-5", "integer too small (minimum 1, got -5)")]
    [Arguments("limit=1001", "integer too big (maximum 1000, got 1001)")]
    [Arguments("limit=9007199254740991",
        "integer too big (maximum 1000, got 9007199254740991)")]
    [Arguments("limit=-9007199254740991",
        "integer too small (minimum 1, got -9007199254740991)")]
    [Arguments("limit=9007199254740993",
        "Expected integer value type (got 9007199254740992)")]           // the nearest double
    [Arguments("limit=100000000000000000000",
        "Expected integer value type (got 100000000000000000000)")]
    [Arguments("limit=-100000000000000000000",
        "Expected integer value type (got -100000000000000000000)")]
    [Arguments("limit=123456789012345678901234",
        "Expected integer value type (got 1.2345678901234569e+23)")]
    [Arguments("limit=1.5", "Expected integer value type (got \"1.5\")")]
    [Arguments("limit=abc", "Expected integer value type (got \"abc\")")]
    [Arguments("limit=+5", "Expected integer value type (got \" 5\")")] // a plus is a space
    [Arguments("limit=%2B5", "Expected integer value type (got \"+5\")")]
    [Arguments("limit=-", "Expected integer value type (got \"-\")")]
    [Arguments("limit=5%20", "Expected integer value type (got \"5 \")")]
    [Arguments("limit=\u0665", "Expected integer value type (got \"\u0665\")")]
    [Arguments("reverse=TRUE", "Expected boolean value type (got \"TRUE\")")]
    [Arguments("reverse=1", "Expected boolean value type (got \"1\")")]
    [Arguments("reverse=yes", "Expected boolean value type (got \"yes\")")]
    [Arguments("did=v1&did=v2", "Expected string value type (got [\"v1\", \"v2\"])")]
    [Arguments("cursor=1&cursor=2&cursor=3",
        "Expected string value type (got [\"1\", \"2\", ...])")]
    [Arguments("limit=1&limit=02", "Expected integer value type (got [1, 2])")]
    [Arguments("limit=1&limit=2&limit=3", "Expected integer value type (got [1, 2, ...])")]
    [Arguments("reverse=true&reverse=false",
        "Expected boolean value type (got [true, false])")]
    [Arguments("did=%22%5C%08%0C%0A%0D%09%01%7F/%27%3C",
        "Invalid DID (got \"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\u007f/'<\")")]
    [Arguments("did=%FF", "Invalid DID (got \"\ufffd\")")]
    public void Bind_BadValue_SaysWhatIsWrong(string query, string issue)
    {
        Assert.Equal(issue, BoundExample.IssueOf(query));
    }

    [Test]
    [Arguments("", "did")]
    [Arguments("did=", "did")]
    [Arguments("DID=did:plc:abc", "did")]
    [Arguments("did=did:plc:abc", "cids")]
    [Arguments("did=did:plc:abc&cids=" + CidA, "cursor")]
    [Arguments("did=did:plc:abc&cids=" + CidA + "&cursor=1", "limit")]
    [Arguments("did=did:plc:abc&cids=" + CidA + "&cursor=1&limit=1", "reverse")]
    public void Bind_RequiredAbsent_NamesTheFirstInLexiconOrder(string query, string missing)
    {
        Assert.Equal(
            $"Missing required key \"{missing}\"", BoundExample.IssueOf(query, required: true));
    }

    [Test]
    [Arguments("since=x&did=y", "Invalid DID (got \"y\")")]         // lexicon order, not the URL's
    [Arguments("did=y&limit=x", "Expected integer value type (got \"x\")")] // the walk comes first
    [Arguments("limit=x&reverse=y", "Expected integer value type (got \"x\")")]
    [Arguments("reverse=y&limit=x", "Expected boolean value type (got \"y\")")]
    [Arguments("limit=0&did=y", "Invalid DID (got \"y\")")]         // ranges come after
    public void Bind_SeveralFailures_ReportsTheFirst(string query, string issue)
    {
        Assert.Equal(issue, BoundExample.IssueOf(query));
    }

    [Test]
    [Arguments(255, 255, false)]
    [Arguments(256, 255, true)]
    public void Bind_LongValue_IsCutAfter255Units(int length, int shown, bool cut)
    {
        string expected = new string('x', shown) + (cut ? "\u2026" : "");
        Assert.Equal(
            $"Invalid NSID (got \"{expected}\")",
            BoundExample.IssueOf("collection=" + new string('x', length)));
    }

    [Test]
    public void Bind_LongValueCutInsideACharacter_EscapesTheHalf()
    {
        string query = "did=" + new string('x', 254) + "\U0001F600";
        Assert.Equal(
            $"Invalid DID (got \"{new string('x', 254)}\\ud83d\u2026\")",
            BoundExample.IssueOf(query));
    }

    [Test]
    public void Bind_ManyArrayItems_AreAllThere()
    {
        string query = string.Join('&', Enumerable.Repeat("cids=" + CidA, 500));
        Assert.Equal(query.Replace('&', ';'), BoundExample.Bind(query));
    }

    [Test]
    public void Bind_SecondRequestOnTheSameScratch_SeesNothingOfTheFirst()
    {
        var scratch = new RequestScratch();
        Assert.Equal("cursor=long one", BoundExample.Bind("cursor=long+one", scratch: scratch));
        Assert.Equal("cursor=b c", BoundExample.Bind("cursor=b+c", scratch: scratch));
    }

    [Test]
    public void Bind_AnyCutOfAQuery_NeverThrows()
    {
        const string query =
            "did=did%3Aplc%3Aabc&cids=%62afy&limit=%31&cursor=%FF%E2%82%ACa+b&reverse=tru%65";
        for (int length = 0; length <= query.Length; length++)
        {
            Assert.NotNull(BoundExample.Bind(query[..length]));
        }
    }

    [Test]
    public void Bind_RandomBytes_NeverThrow()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_SEED"), out int given)
            ? given
            : 20240607;
        Console.WriteLine($"PDS_TEST_SEED={seed}");
        var random = new Random(seed);
        string[] pieces =
            ["did", "cids", "limit", "cursor", "=", "=", "&", "&", "%", "+", "%F", "%ff", "%E2%82",
             "\u20ac", "9", "-", "true", "\U0001F600", CidA];
        for (int i = 0; i < 20_000; i++)
        {
            var query = string.Concat(random.GetItems(pieces, random.Next(24)));
            Assert.NotNull(BoundExample.Bind(query));
        }
    }

    [Test]
    [Arguments("did=did:plc:abc&cids=" + CidA + "&cids=" + CidB + "&limit=5&reverse=true")]
    [Arguments("did=did%3Aplc%3Aabc&cids=%62" + CidATail)]
    public void Bind_GoodQuery_AllocatesNothing(string text)
    {
        byte[] query = Encoding.UTF8.GetBytes(text);
        var scratch = new RequestScratch();
        Assert.True(BindHot(query, scratch));

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool bound = BindHot(query, scratch);
        long after = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(bound);
        Assert.Equal(0, after - before);
    }

    private static bool BindHot(byte[] query, RequestScratch scratch)
    {
        var parameters = new QueryParameters(query, scratch);
        GivenValues did = default, cids = default, limit = default, reverse = default;
        while (parameters.Read())
        {
            if (parameters.Is("did"u8)) parameters.Take(ref did);
            else if (parameters.Is("cids"u8)) parameters.Take(ref cids);
            else if (parameters.Is("limit"u8)) parameters.TakeInteger(ref limit);
            else if (parameters.Is("reverse"u8)) parameters.TakeBoolean(ref reverse);
        }

        var boundDid = parameters.Checked<Did>(did, "did", "DID", required: true);
        var list = parameters.List<Cid>(cids, "cids"u8, "cids", "CID string", required: true);
        long? boundLimit = parameters.Integer(limit, "limit", required: false, 1, 100);
        bool? boundReverse = parameters.Boolean(reverse, "reverse", required: false);
        int items = 0;
        foreach (var item in list) items += item.Bytes.Length / Cid.TextBytes;
        return !parameters.Failed && !boundDid.Bytes.IsEmpty && items == list.Count
            && boundLimit is null or 5 && boundReverse is null or true;
    }
}
