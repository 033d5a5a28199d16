using System.Globalization;

namespace Bench;

/// <summary>What every suite is told.</summary>
internal sealed record BenchOptions
{
    public string Binary { get; init; } = "artifacts/publish/linux-x64/pds-readonly";

    /// <summary>Where samples and data folders go; samples stay for the next run.</summary>
    public string Work { get; init; } = "artifacts/bench";

    /// <summary>Where build.sh put the servers to compare with.</summary>
    public string Peers { get; init; } = "artifacts/peers";

    /// <summary>Runs of each measurement, of which the median is told.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>A tenth of the data: to see that the suite works, not for figures.</summary>
    public bool Quick { get; init; }

    /// <summary>One part of the suite by name; all of them unless set.</summary>
    public string? Only { get; init; }

    internal bool Wants(string part) => Only is null || Only == part;

    internal static bool TryParse(ReadOnlySpan<string> arguments, out BenchOptions options)
    {
        options = new BenchOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick")
            {
                options = options with { Quick = true };
                continue;
            }

            if (i + 1 == arguments.Length) return false;
            string value = arguments[i + 1];
            switch (arguments[i++])
            {
                case "--binary": options = options with { Binary = value }; break;
                case "--only": options = options with { Only = value }; break;
                case "--peers": options = options with { Peers = value }; break;
                case "--work": options = options with { Work = value }; break;
                case "--runs":
                    bool known = int.TryParse(value, CultureInfo.InvariantCulture, out int runs);
                    if (!known || runs < 1) return false;
                    options = options with { Runs = runs };
                    break;
                default: return false;
            }
        }

        return true;
    }
}
