namespace Http;

/// <summary>Every limit of the engine, by name.</summary>
public sealed record HttpLimits
{
    public int HeadBytesMax { get; init; } = 32 * 1024;
}
