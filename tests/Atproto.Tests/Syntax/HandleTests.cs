using Atproto.Syntax;

namespace Atproto.Tests.Syntax;

public sealed class HandleTests
{
    [Test]
    [Arguments("alice.example.com", "alice.example.com")]
    [Arguments("Alice.EXAMPLE.Com", "alice.example.com")]
    [Arguments("8.cn", "8.cn")]
    [Arguments("xn--ls8h.test", "xn--ls8h.test")]
    [Arguments("a.b-c", "a.b-c")]
    public void TryParse_Handle_IsInLowerCase(string text, string expected) =>
        Check(text, expected);

    [Test]
    [Arguments("")]
    [Arguments("alice")]
    [Arguments(".alice.com")]
    [Arguments("alice.com.")]
    [Arguments("alice..com")]
    [Arguments("-alice.com")]
    [Arguments("alice-.com")]
    [Arguments("alice.com-")]
    [Arguments("alice.-com")]
    [Arguments("127.0.0.1")]
    [Arguments("alice.c_m")]
    [Arguments("al ice.com")]
    [Arguments("alice.com\n")]
    [Arguments("alicé.com")]
    public void TryParse_OtherText_IsRefused(string text) => Check(text, null);

    [Test]
    [Arguments(63, true)]
    [Arguments(64, false)]
    public void TryParse_LabelLength_IsLimited(int length, bool isValid)
    {
        var label = new string('a', length);
        Check(label + ".com", isValid ? label + ".com" : null);
        Check("com." + label, isValid ? "com." + label : null);
    }

    [Test]
    [Arguments(253, true)]
    [Arguments(254, false)]
    public void TryParse_Length_IsLimited(int length, bool isValid)
    {
        var labels = string.Concat(Enumerable.Repeat("abcdefghi.", 25));
        var text = labels + new string('z', length - labels.Length);
        Check(text, isValid ? text : null);
    }

    [Test]
    public void Invalid_Always_IsItself() => Check(Handle.Invalid.ToString(), "handle.invalid");

    private static void Check(string text, string? expected) =>
        SyntaxAgreement.Check<Handle>(text, expected, Handle.TryParse, Handle.TryParse);
}
