using PdsReadonly.Tests.Support;
using PdsReadonly.Upstream;
using Samples;

namespace PdsReadonly.Tests.Upstream;

/// <summary>Answers of name servers as they may come, and as nobody should send them.</summary>
public sealed class DnsMessageTests
{
    private const string Name = "_atproto.alice.test";

    private static readonly byte[] s_query = DnsMessage.WriteQuery(0x1234, Name)!;

    [Fact]
    public void WriteQuery_IsTheRfcsForm()
    {
        const string expected = "12340100000100000000000008" + "5f617470726f746f"
            + "05616c696365" + "0474657374" + "00" + "00100001";
        Assert.Equal(expected, Convert.ToHexStringLower(s_query));
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void WriteQuery_LabelAtTheLimit(int length, bool fits) =>
        Assert.Equal(fits, DnsMessage.WriteQuery(1, new string('a', length) + ".test") is not null);

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void WriteQuery_NameAtTheLimit(int length, bool fits)
    {
        string name = string.Join('.', Enumerable.Repeat(new string('a', 63), 4))[..length];
        Assert.Equal(fits, DnsMessage.WriteQuery(1, name) is not null);
    }

    [Theory]
    [InlineData("a..test")]
    [InlineData("é.test")]
    [InlineData("")]
    public void WriteQuery_NoName_IsNone(string name) =>
        Assert.Null(DnsMessage.WriteQuery(1, name));

    [Fact]
    public void Read_Texts_ArePutTogether()
    {
        byte[] answer = new DnsAnswer(s_query).AddText("did=did:", "plc:", "abc").AddText("v=1")
            .ToBytes();
        Assert.Equal((DnsError.None, "did=did:plc:abc|v=1"), Read(answer));
    }

    [Fact]
    public void Read_NoRecords_IsNoError() =>
        Assert.Equal((DnsError.None, ""), Read(new DnsAnswer(s_query).ToBytes()));

    [Fact]
    public void Read_OtherCase_IsTheSameName()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.Name("_ATPROTO.Alice.TEST"), DnsAnswer.Text, DnsAnswer.Parts("x"))
            .ToBytes();
        Assert.Equal((DnsError.None, "x"), Read(answer));
    }

    [Fact]
    public void Read_TextOfAnotherName_IsPassedOver()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.Name("_atproto.mallory.test"), DnsAnswer.Text, DnsAnswer.Parts("x"))
            .ToBytes();
        Assert.Equal((DnsError.None, ""), Read(answer));
    }

    [Fact]
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

    [Fact]
    public void Read_AliasesInACircle_End()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Alias, DnsAnswer.Name("b.test"))
            .Add(DnsAnswer.Name("b.test"), DnsAnswer.Alias, DnsAnswer.QuestionName)
            .ToBytes();
        Assert.Equal((DnsError.None, ""), Read(answer));
    }

    [Fact]
    public void Read_AnotherId_IsWrongId()
    {
        byte[] other = DnsMessage.WriteQuery(0x1235, Name)!;
        Assert.Equal(DnsError.WrongId, Read(new DnsAnswer(other).AddText("x").ToBytes()).Error);
    }

    [Theory]
    [InlineData("_atproto.alice.tesu")]
    [InlineData("_atproto.alice")]
    [InlineData("_atproto.alice.test.test")]
    public void Read_AnotherQuestion_IsWrongQuestion(string name)
    {
        byte[] other = DnsMessage.WriteQuery(0x1234, name)!;
        var error = Read(new DnsAnswer(other).AddText("x").ToBytes()).Error;
        Assert.Equal(DnsError.WrongQuestion, error);
    }

    [Theory]
    [InlineData(0x0100, DnsError.NotAnAnswer)]  // a query
    [InlineData(0xa180, DnsError.NotAnAnswer)]  // of a notification
    [InlineData(0x8380, DnsError.Truncated)]
    [InlineData(0x8183, DnsError.NoSuchName)]
    [InlineData(0x8182, DnsError.ServerFailed)]
    [InlineData(0x8185, DnsError.ServerFailed)]  // refused
    internal void Read_EachFlag_GivesItsOwnError(int flags, DnsError expected) =>
        Assert.Equal(expected, Read(new DnsAnswer(s_query, (ushort)flags).ToBytes()).Error);

    [Fact]
    public void Read_RefusalWithoutQuestion_IsTheServersFailure() =>
        Assert.Equal(
            DnsError.ServerFailed, Read(Convert.FromHexString("123481850000000000000000")).Error);

    [Theory]
    [InlineData("c025", "0178")]  // a name that points at itself
    [InlineData("c026", "0178")]  // and one that points ahead
    [InlineData("c01f", "0178")]  // and one into the middle of a label
    [InlineData("80", "0178")]  // a kind of label that is not in use
    [InlineData("40", "0178")]
    [InlineData("01ff00", "0178")]  // no ASCII
    [InlineData("c00c", "")]  // a text without a part
    [InlineData("c00c", "0278")]  // a part that is longer than the text
    [InlineData("c00c", "017805")]
    public void Read_BadRecord_IsMalformed(string owner, string data)
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(Convert.FromHexString(owner), DnsAnswer.Text, Convert.FromHexString(data))
            .ToBytes();
        Assert.Equal((DnsError.Malformed, ""), Read(answer));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(ushort.MaxValue)]
    public void Read_LengthBeyondTheMessage_IsMalformed(int length)
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Text, [1, 0x78], length)
            .ToBytes();
        Assert.Equal(DnsError.Malformed, Read(answer).Error);
    }

    [Fact]
    public void Read_AliasLongerThanItsName_IsMalformed()
    {
        byte[] answer = new DnsAnswer(s_query)
            .Add(DnsAnswer.QuestionName, DnsAnswer.Alias, [.. DnsAnswer.Name("b.test"), 0])
            .ToBytes();
        Assert.Equal(DnsError.Malformed, Read(answer).Error);
    }

    [Fact]
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

    [Fact]
    public void Read_CutAnywhere_IsMalformed()
    {
        byte[] answer = new DnsAnswer(s_query).AddText("did=did:plc:abc").AddText("v=1").ToBytes();
        for (int length = 0; length < answer.Length; length++)
        {
            Assert.Equal((DnsError.Malformed, ""), Read(answer[..length]));
        }
    }

    [Fact]
    public void Read_Mutated_NeverThrowsAndTellsNothingOfOthers()
    {
        ulong seed = (ulong)Random.Shared.NextInt64();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
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
