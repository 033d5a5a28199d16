using System.Text;
using Atproto.Firehose;
using Atproto.Multiformats;
using Samples;

namespace Atproto.Tests.Firehose;

/// <summary>
/// Messages as the reference implementation writes them, and every way in which one can be none.
/// </summary>
public sealed class StreamFrameTests
{
    private const string Did = GoldenRepo.Did;

    private const string Identity =
        "a2617469236964656e74697479626f7001a46364696478206469643a706c633a65777669376e"
        + "787a796f756e367a687872687336346f697a63736571016474696d657818323032342d30312d"
        + "30315430303a30303a30302e3030305a6668616e646c656a616c6963652e74657374";

    private const string Account =
        "a2617468236163636f756e74626f7001a46364696478206469643a706c633a65777669376e78"
        + "7a796f756e367a687872687336346f697a63736571026474696d657818323032342d30312d30"
        + "315430303a30303a30302e3030305a66616374697665f5";

    private const string Deactivated =
        "a2617468236163636f756e74626f7001a56364696478206469643a706c633a65777669376e78"
        + "7a796f756e367a687872687336346f697a63736571036474696d657818323032342d30312d30"
        + "315430303a30303a30302e3030305a66616374697665f4667374617475736b64656163746976"
        + "61746564";

    private const string Sync =
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
        + "f25bdd64b7b06470726576f66776657273696f6e03";

    private const string Info =
        "a261746523696e666f626f7001a2646e616d656e4f75746461746564437572736f72676d6573"
        + "73616765783852657175657374656420637572736f72206578636565646564206c696d69742e"
        + "20506f737369626c79206d697373696e67206576656e7473";

    private const string FutureCursor =
        "a1626f7020a2656572726f726c467574757265437572736f72676d6573736167657543757273"
        + "6f7220696e20746865206675747572652e";

    private const string TooSlow =
        "a1626f7020a2656572726f726f436f6e73756d6572546f6f536c6f77676d6573736167657818"
        + "53747265616d20636f6e73756d657220746f6f20736c6f77";

    private const string CommitBlocks =
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

    [Test]
    public void TryRead_Identity_HasItsFields()
    {
        var message = Assert.IsType<StreamIdentity>(Read(Convert.FromHexString(Identity)));
        Assert.Equal(Did, message.Did.ToString());
        Assert.Equal(1, message.Seq);
        Assert.Equal("alice.test", message.Handle);
        Assert.Equal("2024-01-01T00:00:00.000Z", message.Time);
    }

    [Test]
    public void TryRead_Account_HasItsFields()
    {
        var message = Assert.IsType<StreamAccount>(Read(Convert.FromHexString(Account)));
        Assert.True(message.IsActive);
        Assert.Null(message.Status);
        message = Assert.IsType<StreamAccount>(Read(Convert.FromHexString(Deactivated)));
        Assert.False(message.IsActive);
        Assert.Equal("deactivated", message.Status);
        Assert.Equal(3, message.Seq);
    }

    [Test]
    public void TryRead_Sync_IsVerified()
    {
        var message = Assert.IsType<StreamSync>(Read(Convert.FromHexString(Sync)));
        Assert.Equal(4, message.Seq);
        using var key = CommitVerifierTests.VerifierOf(GoldenRepo.Key());
        Assert.Equal(CommitFault.None, CommitVerifier.Verify(message, key, out var commit));
        Assert.Equal(GoldenRepo.Commit, commit!.Cid.ToString());
        Assert.Equal(GoldenRepo.Data, commit.Data.ToString());
    }

    [Test]
    public void TryRead_InfoAndErrors_HaveTheirNames()
    {
        var info = Assert.IsType<StreamInfo>(Read(Convert.FromHexString(Info)));
        Assert.Equal(StreamInfo.OutdatedCursor, info.Name);
        Assert.Equal("Requested cursor exceeded limit. Possibly missing events", info.Message);
        var error = Assert.IsType<StreamError>(Read(Convert.FromHexString(FutureCursor)));
        Assert.Equal(StreamError.FutureCursor, error.Name);
        Assert.Equal("Cursor in the future.", error.Message);
        error = Assert.IsType<StreamError>(Read(Convert.FromHexString(TooSlow)));
        Assert.Equal(StreamError.ConsumerTooSlow, error.Name);
    }

    [Test]
    public void TryRead_GoldenCommit_IsVerifiedDownToTheTreeBefore()
    {
        var golden = Golden();
        var message = Assert.IsType<StreamCommit>(Read(golden.ToFrame()));
        Assert.Equal(golden.Rev, message.Rev.ToString());
        Assert.Equal(golden.Since, message.Since.ToString());
        using var key = CommitVerifierTests.VerifierOf(GoldenRepo.Key());
        Assert.Equal(CommitFault.None, CommitVerifier.Verify(message, key, out var verified));
        Assert.True(verified!.IsInverted);
        Assert.Equal(golden.Data, verified.Commit.Data);
        Assert.Equal(
            [
                new CollectionEffect("app.bsky.feed.post", Presence.Present),
                new CollectionEffect("com.example.thing", Presence.Present),
            ],
            verified.Effects);
    }

    [Test]
    public void TryRead_CutAnywhere_IsRefused()
    {
        byte[] frame = Golden().ToFrame();
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.False(
                StreamFrame.TryRead(frame.AsMemory(0, length), out var message, out var error));
            Assert.Null(message);
            Assert.True(error.IsFatal());
        }

        Assert.Equal(FrameError.BodyMalformed, ErrorOf([.. frame, 0]));
    }

    [Test]
    public void TryRead_TooLarge_IsRefused()
    {
        byte[] frame = new byte[StreamLimits.FrameBytesMax + 1];
        Assert.Equal(FrameError.FrameTooLarge, ErrorOf(frame));
        Assert.Equal(FrameError.HeaderMalformed, ErrorOf(frame[1..]));
    }

    [Test]
    public void TryRead_HeadersThatAreNone_AreMalformed()
    {
        byte[] body = SampleRecord.Encode(("seq", 1));
        Assert.Equal(FrameError.HeaderMalformed, ErrorOf([0x01, .. body]));
        Assert.Equal(FrameError.HeaderMalformed, ErrorOf(Frame([("t", "#info")], [])));
        Assert.Equal(FrameError.HeaderMalformed, ErrorOf(Frame([("op", "1")], [])));
        Assert.Equal(FrameError.HeaderMalformed, ErrorOf(Frame([("op", 1), ("t", 5)], [])));
        byte[] head = SampleRecord.Encode(("op", 1), ("t", "#info"));
        Assert.Equal(FrameError.BodyMalformed, ErrorOf([.. head, 0x01]));
    }

    [Test]
    public void TryRead_UnknownTypesFieldsAndOps_ArePassedOver()
    {
        var other = Assert.IsType<StreamOther>(
            Read(Frame([("op", 1), ("t", "#new"), ("more", SampleRecord.List(1))], [("seq", 9)])));
        Assert.Equal(("#new", 9), (other.Type, other.Seq));
        Assert.IsType<StreamOther>(Read(Frame([("op", 2)], [("seq", 9)])));
        Assert.IsType<StreamOther>(Read(Frame([("op", 1)], [("seq", 9)])));
        var identity = Assert.IsType<StreamIdentity>(
            Read(Frame(
                [("op", 1), ("t", "#identity")],
                [("did", Did), ("seq", 9), ("x", SampleRecord.Map(("y", 1))), ("handle", null)])));
        Assert.Null(identity.Handle);
    }

    [Test]
    public void TryRead_AccountOrNumberMissing_GivesItsCause()
    {
        foreach (string type in (string[])["#identity", "#account", "#sync", "#commit"])
        {
            string name = type == "#commit" ? "repo" : "did";
            Assert.Equal(FrameError.AccountInvalid, ErrorOf(Frame(type, ("seq", 1))));
            Assert.Equal(FrameError.AccountInvalid, ErrorOf(Frame(type, ("seq", 1), (name, "x"))));
            Assert.Equal(FrameError.AccountInvalid, ErrorOf(Frame(type, ("seq", 1), (name, 5))));
            Assert.Equal(FrameError.SequenceInvalid, ErrorOf(Frame(type, (name, Did))));
            Assert.Equal(
                FrameError.SequenceInvalid, ErrorOf(Frame(type, (name, Did), ("seq", -1))));
            Assert.Equal(
                FrameError.SequenceInvalid, ErrorOf(Frame(type, (name, Did), ("seq", "1"))));
        }
    }

    [Test]
    public void TryRead_FieldsOfOthersInvalid_AreRefused()
    {
        Assert.Equal(
            FrameError.FieldInvalid, ErrorOf(Frame("#account", ("did", Did), ("seq", 1))));
        Assert.Equal(
            FrameError.FieldInvalid,
            ErrorOf(Frame("#account", ("did", Did), ("seq", 1), ("active", 1))));
        Assert.Equal(FrameError.FieldInvalid, ErrorOf(Frame("#info", ("message", "x"))));
        // The end of a stream is one, whatever it is called.
        Assert.IsType<StreamError>(Read(Frame([("op", -1)], [])));
    }

    [Test]
    public void TryRead_CommitWithoutAField_HasADefect()
    {
        var golden = Golden();
        (string Key, object? Value)[] fields =
        [
            ("repo", Did), ("seq", 7), ("rev", golden.Rev), ("since", golden.Since),
            ("commit", golden.Commit), ("ops", SampleRecord.List()),
            ("blocks", golden.Car.ToBytes()), ("prevData", golden.PrevData),
            ("rebase", false), ("tooBig", false),
        ];
        Assert.Equal(CommitFault.None, DefectOf(fields));
        foreach (string needed in (string[])["rev", "since", "commit", "ops", "blocks"])
        {
            Assert.Equal(
                CommitFault.FieldInvalid, DefectOf([.. fields.Where(f => f.Key != needed)]));
            Assert.Equal(CommitFault.FieldInvalid, DefectOf(With(fields, needed, 5)));
        }

        Assert.Equal(CommitFault.FieldInvalid, DefectOf(With(fields, "rev", "x")));
        Assert.Equal(CommitFault.FieldInvalid, DefectOf(With(fields, "prevData", "x")));
        Assert.Equal(
            CommitFault.FieldInvalid, DefectOf(With(fields, "ops", SampleRecord.List(1))));
        Assert.Equal(
            CommitFault.FieldInvalid,
            DefectOf(With(
                fields, "ops",
                SampleRecord.List([SampleRecord.Map(("cid", 1), ("path", "a"), ("x", "y"))]))));
        Assert.Equal(CommitFault.None, DefectOf(With(fields, "ops", null)));
        Assert.Equal(CommitFault.TooBig, DefectOf(With(fields, "tooBig", true)));
        Assert.Equal(CommitFault.TooBig, DefectOf(With(fields, "rebase", true)));
    }

    [Test]
    public void Describe_EachError_HasWords()
    {
        foreach (var error in Enum.GetValues<FrameError>())
        {
            if (error != FrameError.None) Assert.NotEmpty(error.Describe());
        }
    }

    /// <summary>The #commit that the reference made on top of the golden repo.</summary>
    internal static SampleCommit Golden()
    {
        var car = SampleCar.Read(Convert.FromBase64String(CommitBlocks));
        return new SampleCommit
        {
            Did = Did,
            Rev = "3jzfcijpk2z2a",
            Since = GoldenRepo.Rev,
            PrevData = CidOf(GoldenRepo.Data),
            Data = CidOf("bafyreiebv3c4tcscjg3zynh7sv6tqdbtvmna3rxwudbb5yn557lrlquoda"),
            Commit = CidOf("bafyreighyu2oepy34qmxnjo4lpir6wjondf4jjrck52d5bw222cf7njuwe"),
            Car = car,
            Ops =
            [
                new SampleOp(
                    "delete", "app.bsky.feed.post/3jqfcqzm3fs2j", null,
                    CidOf("bafyreigisxvkour3sixxaqolx23ur35ao5uivuzene6k2kru3wupsbvb6q")),
                new SampleOp(
                    "create", "app.bsky.feed.post/3jqfcqzm3ft2j",
                    CidOf("bafyreiem4o7e5i6bz7rdykuok3eqb2ahejs4zglgcos5xzkdnji5z6a4ly"), null),
                new SampleOp(
                    "update", "com.example.thing/pre:fix",
                    CidOf("bafyreiacdsal2n7kwzrne56m7abodmdkbp5xosw4zbku5k43krpbsegtba"),
                    CidOf("bafyreifzywoxy5o2qpe5fsd2ci3kgqh3exaoligdlawizqxf4bged7w4q4")),
            ],
        };
    }

    private static StreamEvent? Read(byte[] frame)
    {
        Assert.True(StreamFrame.TryRead(frame, out var message, out var error), $"{error}");
        return message;
    }

    private static FrameError ErrorOf(byte[] frame)
    {
        Assert.False(StreamFrame.TryRead(frame, out var message, out var error));
        Assert.Null(message);
        return error;
    }

    private static CommitFault DefectOf((string Key, object? Value)[] fields)
    {
        var commit = Assert.IsType<StreamCommit>(Read(Frame("#commit", fields)));
        if (commit.Defect != CommitFault.None)
        {
            Assert.Equal(commit.Defect, CommitVerifier.Verify(commit, null, out _));
        }

        return commit.Defect;
    }

    private static (string Key, object? Value)[] With(
        (string Key, object? Value)[] fields, string key, object? value) =>
        [.. fields.Select(field => field.Key == key ? (key, value) : field)];

    private static byte[] Frame(string type, params (string Key, object? Value)[] body) =>
        Frame([("op", 1), ("t", type)], body);

    private static byte[] Frame(
        (string Key, object? Value)[] header, (string Key, object? Value)[] body) =>
        [.. SampleRecord.Encode(header), .. SampleRecord.Encode(body)];

    private static Cid CidOf(string text)
    {
        Assert.True(Cid.TryParse(Encoding.ASCII.GetBytes(text), out var cid));
        return cid;
    }
}
