using Atproto.Car;
using Samples;

namespace Fuzz.Targets;

/// <summary>Header and sections of a CAR.</summary>
internal sealed class CarTarget : FuzzTarget
{
    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        GoldenRepo.CarBytes(),
        GoodBlocks.Repo(3).ToBytes(),
        Convert.FromHexString("0aa16776657273696f6e02"),
    ];

    internal override void Run(byte[] input)
    {
        var status = CarHeader.Read(input, out _, out int needed, out var error);
        Assert.True(status != CarStatus.Refused || error != CarError.None);
        if (status != CarStatus.Done) return;
        Assert.InRange(needed, 1, input.Length);
        var rest = input.AsSpan(needed);
        while (CarSection.Read(rest, out var section, out needed, out _) == CarStatus.Done)
        {
            Assert.Equal(needed, section.Length);
            Assert.InRange(section.DataStart, 2, section.Length);
            Assert.InRange(section.DataLength, 0, CarLimits.BlockBytesMax);
            rest = rest[section.Length..];
        }
    }
}
