namespace Atproto.Firehose;

/// <summary>What messages may hold (https://atproto.com/specs/sync).</summary>
public static class StreamLimits
{
    /// <summary>Bytes of one message.</summary>
    public const int FrameBytesMax = 5_000_000;

    /// <summary>Bytes of a #commit's CAR slice.</summary>
    public const int CommitBlocksBytesMax = 2_000_000;

    /// <summary>Bytes of a #sync's CAR, which holds the commit alone.</summary>
    public const int SyncBlocksBytesMax = 10_000;

    /// <summary>Records that one #commit may touch.</summary>
    public const int OpsMax = 200;
}
