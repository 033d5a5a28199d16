using System.Buffers;
using System.Text.Json;
using Atproto.Identity;

namespace Atproto.Tests.Identity;

public sealed class DagCborFromJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"aa":null,"a":["x",{}]}""", "a36161826178a0616201626161f6")]
    [InlineData("""{"é":false,"zz":-1,"z":""}""", "a3617a60627a7a2062c3a9f4")] // é is two bytes
    [InlineData("[0,23,24,255,65536]", "850017181818ff1a00010000")]
    public void TryWrite_Json_IsCanonical(string json, string hex)
    {
        using var document = JsonDocument.Parse(json);
        var output = new ArrayBufferWriter<byte>();
        Assert.True(DagCborFromJson.TryWrite(document.RootElement, output));
        Assert.Equal(hex, Convert.ToHexStringLower(output.WrittenSpan));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e400")]
    [InlineData("18446744073709551616")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""[{"a":[0.5]}]""")]
    public void TryWrite_WhatTheDataModelLacks_IsRefused(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.False(DagCborFromJson.TryWrite(document.RootElement, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void TryWrite_OmittedKey_IsLeftOutAtTheTopOnly()
    {
        using var document = JsonDocument.Parse("""{"sig":1,"a":{"sig":2}}""");
        var output = new ArrayBufferWriter<byte>();
        Assert.True(DagCborFromJson.TryWrite(document.RootElement, output, "sig"));
        Assert.Equal("a16161a16373696702", Convert.ToHexStringLower(output.WrittenSpan));
    }
}
