using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Answers of name servers as they may come, and as nobody should send them.</summary>
public sealed class DnsMessageTests
{
    private const string Name = "_atproto.alice.test";

    private static readonly byte[] s_query = DnsMessage.WriteQuery(0x1234, Name)!;

    [Test]
    public void WriteQuery_IsTheRfcsForm()
    {
        const string expected = "12340100000100000000000008" + "5f617470726f746f"
            + "05616c696365" + "0474657374" + "00" + "00100001";
        Assert.Equal(expected, Convert.ToHexStringLower(s_query));
    }

    [Test]
    [Arguments(63, true)]
    [Arguments(64, false)]
    public void WriteQuery_LabelAtTheLimit(int length, bool fits) =>
        Assert.Equal(fits, DnsMessage.WriteQuery(1, new string('a', length) + ".test") is not null);

    [Test]
    [Arguments(253, true)]
    [Arguments(254, false)]
    public void WriteQuery_NameAtTheLimit(int length, bool fits)
    {
        string name = string.Join('.', Enumerable.Repeat(new string('a', 63), 4))[..length];
        Assert.Equal(fits, DnsMessage.WriteQuery(1, name) is not null);
    }

    [Test]
    [Arguments("a..test")]
    [Arguments("é.test")]
    [Arguments("")]
    public void WriteQuery_NoName_IsNone(string name) =>
        Assert.Null(DnsMessage.WriteQuery(1, name));

    [Test]
    public void Read_Texts_ArePutTogether()
    {
        byte[] answer = new DnsAnswer(s_query).AddText("did=did:", "plc:", "abc").AddText("v=1")
            .ToBytes();
        Assert.Equal((DnsError.None, "did=did:plc:abc|v=1"), Read(answer));
    }

    [Test]
    public void Read_NoRecords_IsNoError() =>
        Assert.Equal((DnsError.None, ""), Read(new DnsAnswer(s_query).ToBytes()));

    [Test]
    public void Read_OtherCase_IsTheSameName()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.Name("_ATPROTO.Alice.TEST"), DnsAnswer.Text, DnsAnswer.Parts("x"))
            .ToBytes();
        Assert.Equal((DnsError.None, "x"), Read(answer));
    }

    [Test]
    public void Read_TextOfAnotherName_IsPassedOver()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.Name("_atproto.mallory.test"), DnsAnswer.Text, DnsAnswer.Parts("x"))
            .ToBytes();
        Assert.Equal((DnsError.None, ""), Read(answer));
    }

    [Test]
    public void Read_Aliases_AreFollowedInAnyOrder()
    {
        byte[] end = DnsAnswer.Name("c.test");
        byte[] answer = new DnsAnswer(s_query)
            .Add(end, DnsAnswer.Text, DnsAnswer.Parts("x"))
            .Add(DnsAnswer.Name("b.test"), DnsAnswer.Alias, end)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Alias, DnsAnswer.Name("b.test"))
            .ToBytes();
        Assert.Equal((DnsError.None, "x"), Read(answer));
    }

    [Test]
    public void Read_AliasesInACircle_End()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Alias, DnsAnswer.Name("b.test"))
            .Add(DnsAnswer.Name("b.test"), DnsAnswer.Alias, DnsAnswer.QuestionName)
            .ToBytes();
        Assert.Equal((DnsError.None, ""), Read(answer));
    }

    [Test]
    public void Read_AnotherId_IsWrongId()
    {
        byte[] other = DnsMessage.WriteQuery(0x1235, Name)!;
        Assert.Equal(DnsError.WrongId, Read(new DnsAnswer(other).AddText("x").ToBytes()).Error);
    }

    [Test]
    [Arguments("_atproto.alice.tesu")]
    [Arguments("_atproto.alice")]
    [Arguments("_atproto.alice.test.test")]
    public void Read_AnotherQuestion_IsWrongQuestion(string name)
    {
        byte[] other = DnsMessage.WriteQuery(0x1234, name)!;
        var error = Read(new DnsAnswer(other).AddText("x").ToBytes()).Error;
        Assert.Equal(DnsError.WrongQuestion, error);
    }

    [Test]
    [Arguments(0x0100, DnsError.NotAnAnswer)]  // a query
    [Arguments(0xa180, DnsError.NotAnAnswer)]  // of a notification
    [Arguments(0x8380, DnsError.Truncated)]
    [Arguments(0x8183, DnsError.NoSuchName)]
    [Arguments(0x8182, DnsError.ServerFailed)]
    [Arguments(0x8185, DnsError.ServerFailed)]  // refused
    internal void Read_EachFlag_GivesItsOwnError(int flags, DnsError expected) =>
        Assert.Equal(expected, Read(new DnsAnswer(s_query, (ushort)flags).ToBytes()).Error);

    [Test]
    public void Read_RefusalWithoutQuestion_IsTheServersFailure() =>
        Assert.Equal(
            DnsError.ServerFailed, Read(Convert.FromHexString("123481850000000000000000")).Error);

    [Test]
    [Arguments("c025", "0178")]  // a name that points at itself
    [Arguments("c026", "0178")]  // and one that points ahead
    [Arguments("c01f", "0178")]  // and one into the middle of a label
    [Arguments("80", "0178")]  // a kind of label that is not in use
    [Arguments("40", "0178")]
    [Arguments("01ff00", "0178")]  // no ASCII
    [Arguments("c00c", "")]  // a text without a part
    [Arguments("c00c", "0278")]  // a part that is longer than the text
    [Arguments("c00c", "017805")]
    public void Read_BadRecord_IsMalformed(string owner, string data)
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(Convert.FromHexString(owner), DnsAnswer.Text, Convert.FromHexString(data))
            .ToBytes();
        Assert.Equal((DnsError.Malformed, ""), Read(answer));
    }

    [Test]
    [Arguments(3)]
    [Arguments(ushort.MaxValue)]
    public void Read_LengthBeyondTheMessage_IsMalformed(int length)
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Text, [1, 0x78], length)
            .ToBytes();
        Assert.Equal(DnsError.Malformed, Read(answer).Error);
    }

    [Test]
    public void Read_AliasLongerThanItsName_IsMalformed()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Alias, [.. DnsAnswer.Name("b.test"), 0])
            .ToBytes();
        Assert.Equal(DnsError.Malformed, Read(answer).Error);
    }

    [Test]
    public void Read_NameLongerThanNamesAre_IsMalformed()
    {
        // Pointers make 300 bytes out of few.
        byte[] label = DnsAnswer.Name(new string('a', 63))[..^1];
        byte[] owner = [.. label, .. label, .. label, .. label, .. label, 0];
        byte[] answer = new DnsAnswer(s_query)
            .Add(owner, DnsAnswer.Text, DnsAnswer.Parts("x"))
            .ToBytes();
        Assert.Equal(DnsError.Malformed, Read(answer).Error);
    }

    [Test]
    public void Read_CutAnywhere_IsMalformed()
    {
        byte[] answer = new DnsAnswer(s_query).AddText("did=did:plc:abc").AddText("v=1").ToBytes();
        for (int length = 0; length < answer.Length; length++)
        {
            Assert.Equal((DnsError.Malformed, ""), Read(answer[..length]));
        }
    }

    [Test]
    public void Read_Mutated_NeverThrowsAndTellsNothingOfOthers()
    {
        ulong seed = (ulong)Random.Shared.NextInt64();
        Console.WriteLine($"seed {seed}");
        var random = new SampleRandom(seed);
        byte[] good = new DnsAnswer(s_query)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Alias, DnsAnswer.Name("b.test"))
            .Add(DnsAnswer.Name("b.test"), DnsAnswer.Text, DnsAnswer.Parts("did=", "abc"))
            .ToBytes();
        for (int i = 0; i < 100_000; i++)
        {
            int length = random.Chance(25) ? random.Below(good.Length) : good.Length;
            byte[] answer = good[..length];
            for (int j = random.Below(4); j >= 0 && answer.Length > 0; j--)
            {
                answer[random.Below(answer.Length)] = (byte)random.Below(256);
            }

            var (error, texts) = Read(answer);
            if (error != DnsError.None) Assert.Empty(texts);
            Assert.True(texts.Length <= answer.Length, $"seed {seed} at {i}");
        }
    }

    // The texts with bars between them.
    private static (DnsError Error, string Texts) Read(byte[] answer)
    {
        var texts = new List<string>();
        var error = DnsMessage.Read(answer, s_query, texts);
        return (error, string.Join('|', texts));
    }
}
