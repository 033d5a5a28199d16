using System.Text.Json;
using Samples;

namespace Conformance.Tests;

/// <summary>The one published CAR byte fixture, written again from its blocks.</summary>
public sealed class CarFixtureTests
{
    [Test]
    public void Write_InteropFixture_GivesItsBytes()
    {
        using var json = JsonDocument.Parse(
            MstCorpus.ReadText("interop/car/car-file-fixtures.json"));
        foreach (var item in json.RootElement.EnumerateArray())
        {
            var blocks = item.GetProperty("blocks").EnumerateArray().Select(b => new SampleBlock(
                MstCorpus.Cid(b.GetProperty("cid").GetString()),
                Base64(b.GetProperty("bytes").GetString()!)));
            var root = MstCorpus.Cid(item.GetProperty("root").GetString());
            byte[] expected = Base64(item.GetProperty("car").GetString()!);
            var car = new SampleCar([root], [.. blocks]);
            Assert.Equal(expected, car.ToBytes());
            Assert.All(car.Blocks, b => Assert.Equal(b.Cid, SampleBlock.Of(b.Bytes).Cid));
            Assert.Equal(expected, SampleCar.Read(expected).ToBytes());
        }
    }

    private static byte[] Base64(string text) =>
        Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
