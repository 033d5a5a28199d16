namespace Atproto.Cbor;

/// <summary>What one block may hold, whatever its size.</summary>
public static class CborLimits
{
    /// <summary>Levels of nesting. The guide suggests 32; old data is given more room.</summary>
    public const int DepthMax = 128;

    /// <summary>Items in one array, pairs in one map. The guide suggests 131,072.</summary>
    public const int ItemsMax = 1 << 20;
}
