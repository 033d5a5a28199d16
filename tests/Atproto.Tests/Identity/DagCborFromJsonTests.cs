using System.Buffers;
using System.Text.Json;
using Atproto.Identity;

namespace Atproto.Tests.Identity;

public sealed class DagCborFromJsonTests
{
    [Test]
    [Arguments("""{"b":1,"aa":null,"a":["x",{}]}""", "a36161826178a0616201626161f6")]
    [Arguments("""{"é":false,"zz":-1,"z":""}""", "a3617a60627a7a2062c3a9f4")] // é is two bytes
    [Arguments("[0,23,24,255,65536]", "850017181818ff1a00010000")]
    public void TryWrite_Json_IsCanonical(string json, string hex)
    {
        using var document = JsonDocument.Parse(json);
        var output = new ArrayBufferWriter<byte>();
        Assert.True(DagCborFromJson.TryWrite(document.RootElement, output));
        Assert.Equal(hex, Convert.ToHexStringLower(output.WrittenSpan));
    }

    [Test]
    [Arguments("1.5")]
    [Arguments("1e400")]
    [Arguments("18446744073709551616")]
    [Arguments("""{"a":1,"a":2}""")]
    [Arguments("""[{"a":[0.5]}]""")]
    public void TryWrite_WhatTheDataModelLacks_IsRefused(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.False(DagCborFromJson.TryWrite(document.RootElement, new ArrayBufferWriter<byte>()));
    }

    [Test]
    public void TryWrite_OmittedKey_IsLeftOutAtTheTopOnly()
    {
        using var document = JsonDocument.Parse("""{"sig":1,"a":{"sig":2}}""");
        var output = new ArrayBufferWriter<byte>();
        Assert.True(DagCborFromJson.TryWrite(document.RootElement, output, "sig"));
        Assert.Equal("a16161a16373696702", Convert.ToHexStringLower(output.WrittenSpan));
    }
}
