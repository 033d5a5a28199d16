using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class HandleTests
{
    [Theory]
    [InlineData("alice.example.com", "alice.example.com")]
    [InlineData("Alice.EXAMPLE.Com", "alice.example.com")]
    [InlineData("8.cn", "8.cn")]
    [InlineData("xn--ls8h.test", "xn--ls8h.test")]
    [InlineData("a.b-c", "a.b-c")]
    public void TryParse_Handle_IsInLowerCase(string text, string expected) =>
        Check(text, expected);

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData(".alice.com")]
    [InlineData("alice.com.")]
    [InlineData("alice..com")]
    [InlineData("-alice.com")]
    [InlineData("alice-.com")]
    [InlineData("alice.com-")]
    [InlineData("alice.-com")]
    [InlineData("127.0.0.1")]
    [InlineData("alice.c_m")]
    [InlineData("al ice.com")]
    [InlineData("alice.com\n")]
    [InlineData("alicé.com")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void TryParse_LabelLength_IsLimited(int length, bool isValid)
    {
        var label = new string('a', length);
        Check(label + ".com", isValid ? label + ".com" : null);
        Check("com." + label, isValid ? "com." + label : null);
    }

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var labels = string.Concat(Enumerable.Repeat("abcdefghi.", 25));
        var text = labels + new string('z', length - labels.Length);
        Check(text, isValid ? text : null);
    }

    [Fact]
    public void Invalid_Always_IsItself() => Check(Handle.Invalid.ToString(), "handle.invalid");

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<Handle>(text, expected, Handle.TryParse, Handle.TryParse);
}
