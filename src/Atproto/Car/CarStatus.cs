namespace Atproto.Car;

/// <summary>What the bytes at hand allow.</summary>
public enum CarStatus
{
    /// <summary>One header or section is whole.</summary>
    Done,

    /// <summary>More bytes are needed; nothing was taken.</summary>
    NeedMoreData,

    /// <summary>Refused; nothing was taken.</summary>
    Refused,
}
