using System.Text;
using Atproto.Car;
using Samples;

namespace Atproto.Tests.Car;

public sealed class ForeignFileTests
{
    [Test]
    [Arguments("", "empty")]
    [Arguments("{\"error\":\"RepoNotFound\"}", "JSON")]
    [Arguments("\n  [1]", "JSON")]
    [Arguments("\uFEFF{}", "JSON")]
    [Arguments("<!DOCTYPE html><html>", "HTML")]
    [Arguments("<?xml version=\"1.0\"?>", "XML")]
    [Arguments("hello\n", "text")]
    [Arguments("    ", "text")]
    [Arguments("PK\u0003\u0004\u0014", "ZIP")]
    [Arguments("naïve – 日本語", "text")]
    public void Describe_OtherKinds_AreNamed(string content, string kind) => Assert.Contains(
        kind, ForeignFile.Describe(Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Test]
    [Arguments("1f8b08", "gzip")]
    [Arguments("28b52ffd", "zstd")]
    [Arguments("3a", null)]
    [Arguments("ff", null)]
    [Arguments("680065006c006c006f00", null)] // UTF-16
    public void Describe_Bytes_AreNamedOrUnknown(string hex, string? kind)
    {
        string? words = ForeignFile.Describe(Convert.FromHexString(hex));
        if (kind is null) Assert.Null(words);
        else Assert.Contains(kind, words, StringComparison.Ordinal);
    }

    [Test]
    public void Describe_TextCutInsideACharacter_IsText()
    {
        byte[] text = Encoding.UTF8.GetBytes(new string('é', 400));
        for (int start = 0; start < 2; start++)
        {
            byte[] moved = [.. "x"u8[..start], .. text];
            Assert.Equal("is text, not a CAR", ForeignFile.Describe(moved));
        }
    }

    [Test]
    public void Describe_ACarCutAnywhere_IsUnknown()
    {
        byte[] car = GoldenRepo.CarBytes();
        for (int i = 1; i < 600; i++) Assert.Null(ForeignFile.Describe(car.AsSpan(0, i)));
    }
}
