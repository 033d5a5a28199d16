using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Atproto.Multiformats;
using PdsReadonly.Catalog;
using PdsReadonly.Events;
using Samples;
using Shared;

namespace PdsReadonly.Tests.Events;

/// <summary>Messages to the byte, as the reference implementation's packages encode them.</summary>
public sealed class EventFramesTests
{
    private const string Did = GoldenRepo.Did;

    private static readonly DateTimeOffset s_time = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Identity_Handle_IsTheGoldenFrame() => AssertHex(
        "a2617469236964656e74697479626f7001a46364696478206469643a706c633a65777669376e"
        + "787a796f756e367a687872687336346f697a63736571016474696d657818323032342d30312d"
        + "30315430303a30303a30302e3030305a6668616e646c656a616c6963652e74657374",
        EventFrames.Identity(new EventStamp(1, s_time), Did, "alice.test"));

    [Test]
    public void Identity_NoHandle_LacksTheKey()
    {
        var message = EventMessage.Read(EventFrames.Identity(new EventStamp(1, s_time), Did, null));
        Assert.Equal(["did", "seq", "time"], message.Keys);
    }

    [Test]
    public void Account_Active_IsTheGoldenFrame() => AssertHex(
        "a2617468236163636f756e74626f7001a46364696478206469643a706c633a65777669376e78"
        + "7a796f756e367a687872687336346f697a63736571026474696d657818323032342d30312d30"
        + "315430303a30303a30302e3030305a66616374697665f5",
        EventFrames.Account(new EventStamp(2, s_time), Did, HostingStatus.Active));

    [Test]
    public void Account_Deactivated_IsTheGoldenFrame() => AssertHex(
        "a2617468236163636f756e74626f7001a56364696478206469643a706c633a65777669376e78"
        + "7a796f756e367a687872687336346f697a63736571036474696d657818323032342d30312d30"
        + "315430303a30303a30302e3030305a66616374697665f4667374617475736b64656163746976"
        + "61746564",
        EventFrames.Account(new EventStamp(3, s_time), Did, HostingStatus.Deactivated));

    [Test]
    public void Sync_GoldenCommit_IsTheGoldenFrame()
    {
        var commit = GoldenRepo.Car().Blocks[0];
        AssertHex(
            "a26174652373796e63626f7001a56364696478206469643a706c633a65777669376e787a796f"
            + "756e367a687872687336346f697a637265766d336a7a6663696a706a327a3261637365710464"
            + "74696d657818323032342d30312d30315430303a30303a30302e3030305a66626c6f636b7359"
            + "011d3aa265726f6f747381d82a58250001711220e7ac5b83e2fb58019efa5c9c46be9a6e965c"
            + "e0fcf8602ab53a4ece7095de9e0f6776657273696f6e01e00101711220e7ac5b83e2fb58019e"
            + "fa5c9c46be9a6e965ce0fcf8602ab53a4ece7095de9e0fa66364696478206469643a706c633a"
            + "65777669376e787a796f756e367a687872687336346f697a637265766d336a7a6663696a706a"
            + "327a32616373696758401bba1b87f1846c6b6e7bc2248e6b93e0c073bd9ddf86b92c685c5c4f"
            + "94f30d192f81c7815a414c4b846be967270e1f2d3d763032a671533ef22120dfad0513a66464"
            + "617461d82a582500017112200b0d86db34e70166bb27d714dbe4f54229b7a9a07104e25f73a1"
            + "f25bdd64b7b06470726576f66776657273696f6e03",
            EventFrames.Sync(
                new EventStamp(4, s_time), Did, GoldenRepo.Rev, commit.Cid, commit.Bytes));
    }

    [Test]
    public void Info_OutdatedCursor_IsTheGoldenFrame() => AssertHex(
        "a261746523696e666f626f7001a2646e616d656e4f75746461746564437572736f72676d6573"
        + "73616765783852657175657374656420637572736f72206578636565646564206c696d69742e"
        + "20506f737369626c79206d697373696e67206576656e7473",
        EventFrames.Info(
            "OutdatedCursor", "Requested cursor exceeded limit. Possibly missing events"));

    [Test]
    [Arguments(
        "FutureCursor", "Cursor in the future.",
        "a1626f7020a2656572726f726c467574757265437572736f72676d6573736167657543757273"
        + "6f7220696e20746865206675747572652e")]
    [Arguments(
        "ConsumerTooSlow", "Stream consumer too slow",
        "a1626f7020a2656572726f726f436f6e73756d6572546f6f536c6f77676d6573736167657818"
        + "53747265616d20636f6e73756d657220746f6f20736c6f77")]
    public void Error_Name_IsTheGoldenFrame(string name, string message, string hex) =>
        AssertHex(hex, EventFrames.Error(name, message));

    // The golden commit on top of the golden repo: one record deleted, one created, one updated.
    [Test]
    public void Commit_GoldenOps_HasEveryFieldInCanonicalOrder()
    {
        byte[] blocks = Convert.FromBase64String(GoldenCommit);
        Assert.Equal(
            "28356d3aea02b5b7cdab9a9fa8cbc3ea288a5c6cfd66e943e3c17ee0e2df2ff9",
            Convert.ToHexStringLower(SHA256.HashData(blocks)));
        var frame = new CommitFrame
        {
            Stamp = new EventStamp(5, s_time),
            Repo = Did,
            Commit = SampleCar.Read(blocks).Roots[0],
            Rev = "3jzfcijpk2z2a",
            Since = GoldenRepo.Rev,
            PrevData = CidOf(GoldenRepo.Data),
        };
        CommitOp[] ops =
        [
            new(
                "app.bsky.feed.post/3jqfcqzm3fs2j"u8.ToArray(), default,
                CidOf("bafyreigisxvkour3sixxaqolx23ur35ao5uivuzene6k2kru3wupsbvb6q")),
            new(
                "app.bsky.feed.post/3jqfcqzm3ft2j"u8.ToArray(),
                CidOf("bafyreiem4o7e5i6bz7rdykuok3eqb2ahejs4zglgcos5xzkdnji5z6a4ly")),
            new(
                "com.example.thing/pre:fix"u8.ToArray(),
                CidOf("bafyreiacdsal2n7kwzrne56m7abodmdkbp5xosw4zbku5k43krpbsegtba"),
                CidOf("bafyreifzywoxy5o2qpe5fsd2ci3kgqh3exaoligdlawizqxf4bged7w4q4")),
        ];

        var message = Write(frame, ops, blocks);

        Assert.Equal(
            ["ops", "rev", "seq", "repo", "time", "blobs", "since", "blocks", "commit", "rebase",
                "tooBig", "prevData"],
            message.Keys);
        Assert.Equal(blocks, message.Blob("blocks"));
        Assert.Equal("2024-01-01T00:00:00.000Z", message.Text("time"));
        Assert.Equal(
            """
            [{"cid":null,"path":"app.bsky.feed.post/3jqfcqzm3fs2j",
            "prev":{"$link":"bafyreigisxvkour3sixxaqolx23ur35ao5uivuzene6k2kru3wupsbvb6q"},
            "action":"delete"},
            {"cid":{"$link":"bafyreiem4o7e5i6bz7rdykuok3eqb2ahejs4zglgcos5xzkdnji5z6a4ly"},
            "path":"app.bsky.feed.post/3jqfcqzm3ft2j","action":"create"},
            {"cid":{"$link":"bafyreiacdsal2n7kwzrne56m7abodmdkbp5xosw4zbku5k43krpbsegtba"},
            "path":"com.example.thing/pre:fix",
            "prev":{"$link":"bafyreifzywoxy5o2qpe5fsd2ci3kgqh3exaoligdlawizqxf4bged7w4q4"},
            "action":"update"}]
            """.ReplaceLineEndings(""),
            message.Body.GetProperty("ops").GetRawText());
        Assert.Equal(
            "bafyreighyu2oepy34qmxnjo4lpir6wjondf4jjrck52d5bw222cf7njuwe", message.Link("commit"));
        Assert.Equal(GoldenRepo.Data, message.Link("prevData"));
        // Every #commit begins with the same 15 bytes.
        Assert.Equal(
            "a261746723636f6d6d6974626f7001",
            Convert.ToHexStringLower(message.Bytes.AsSpan(0, 15)));
    }

    [Test]
    public void Commit_First_HasNullSinceAndNoPrevData()
    {
        var frame = new CommitFrame
        {
            Stamp = new EventStamp(5, s_time),
            Repo = Did,
            Commit = CidOf(GoldenRepo.Commit),
            Rev = GoldenRepo.Rev,
        };

        var message = Write(frame, [], []);

        Assert.Equal("null", message.Body.GetProperty("since").GetRawText());
        Assert.Equal("[]", message.Body.GetProperty("ops").GetRawText());
        Assert.DoesNotContain("prevData", message.Keys);
    }

    private static EventMessage Write(CommitFrame frame, CommitOp[] ops, byte[] blocks)
    {
        var output = new ArrayBufferWriter<byte>();
        frame.WriteStart(output, ops, blocks.Length);
        output.Write(blocks);
        frame.WriteEnd(output);
        return EventMessage.Read(output.WrittenSpan.ToArray());
    }

    private static void AssertHex(string expected, byte[] frame)
    {
        Assert.Equal(expected, Convert.ToHexStringLower(frame));
        EventMessage.Read(frame);
    }

    private static Cid CidOf(string text) =>
        Cid.TryParse(Encoding.ASCII.GetBytes(text), out var cid)
            ? cid
            : throw new ArgumentException(text);

    // Five blocks: commit, root, its one child, two records.
    private const string GoldenCommit =
        "OqJlcm9vdHOB2CpYJQABcRIgx8U04j8b5Bl2pdxb0R9ZLmjLxKYiV3Q+htrWhF+1NLFndmVyc2lvbgHgAQFx"
        + "EiDHxTTiPxvkGXal3FvRH1kuaMvEpiJXdD6G2taEX7U0saZjZGlkeCBkaWQ6cGxjOmV3dmk3bnh6eW91bjZ6"
        + "aHhyaHM2NG9pemNyZXZtM2p6ZmNpanBrMnoyYWNzaWdYQFQ1IsKtNBscdFrJUxnmO8mWTjrzK2tiQ//biP/E"
        + "0UJjQcPqwfywjemBURLukgNmqWtzPY+cAsPaMAg25Bu2QCpkZGF0YdgqWCUAAXESIIGuxcmKQkm3nDT/lX04"
        + "DDOrGg3G9qDCHuG979cVwo4YZHByZXb2Z3ZlcnNpb24DpAEBcRIgga7FyYpCSbecNP+VfTgMM6saDcb2oMIe"
        + "4b3v1xXCjhiiYWWBpGFrWBthcHAuYnNreS5hY3Rvci5wcm9maWxlL3NlbGZhcABhdNgqWCUAAXESIMyyg7+l"
        + "h87xcVD9RjFcGNEvKHAbqe2a9ApEwyg08lLmYXbYKlglAAFxEiAgpqrAQpMj8HoWR21rYbGSr7p9c+WNq0lD"
        + "HS7N32N85GFs9vIDAXESIMyyg7+lh87xcVD9RjFcGNEvKHAbqe2a9ApEwyg08lLmomFlh6Rha1ggYXBwLmJz"
        + "a3kuZmVlZC5wb3N0LzNqcWZjcXptM2ZvMmphcABhdPZhdtgqWCUAAXESIBVigIB/hVvgoPuixcOPOJlS94Tg"
        + "e3C6PyAnjuJFaIcVpGFrQ3AyamFwGB1hdPZhdtgqWCUAAXESIPrpTV+2dw+pZ/DURAIuVXTt47t6kPTenIoG"
        + "KUs6MtOzpGFrQ3QyamFwGB1hdPZhdtgqWCUAAXESIIzjvk6jwc/iPCqOVskA6AciZcyZZhOl2+VDalHc+Bxe"
        + "pGFrQ3gyamFwGB1hdPZhdtgqWCUAAXESIHrrMmeOF41hstSq4054vcnTAWhYmbSKIOgT4oEKteJApGFrRTRm"
        + "ZDJqYXAYG2F09mF22CpYJQABcRIg+ulNX7Z3D6ln8NREAi5VdO3ju3qQ9N6cigYpSzoy07OkYWtYGWNvbS5l"
        + "eGFtcGxlLnRoaW5nL3ByZTpmaXhhcABhdPZhdtgqWCUAAXESIAIcgL036rZi0nfM+ALhsGoL+3dK3MhVTqub"
        + "VF4ZENMIpGFrR34xLjItM19hcBJhdPZhdtgqWCUAAXESIIRNCBMftAx1cSyQbAKN88BTNXkiKLYfy2UMw8r3"
        + "5FsFYWz2bAFxEiCM475Oo8HP4jwqjlbJAOgHImXMmWYTpdvlQ2pR3PgcXqNkdGV4dGRmaXZlZSR0eXBlcmFw"
        + "cC5ic2t5LmZlZWQucG9zdGljcmVhdGVkQXR4GDIwMjMtMDEtMDVUMDA6MDA6MDAuMDAwWkABcRIgAhyAvTfq"
        + "tmLSd8z4AuGwagv7d0rcyFVOq5tUXhkQ0wiiYXYCZSR0eXBlcWNvbS5leGFtcGxlLnRoaW5n";
}
