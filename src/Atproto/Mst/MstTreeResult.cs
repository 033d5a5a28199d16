using Atproto.Multiformats;

namespace Atproto.Mst;

/// <summary>How an operation on an <see cref="MstTree"/> ended.</summary>
public enum MstTreeStatus
{
    Done,

    /// <summary>An insertion of a key that is there.</summary>
    KeyPresent,

    /// <summary>A search, an update or a deletion of a key that is not there.</summary>
    KeyAbsent,

    /// <summary>
    /// The answer is not in the blocks that are held, or they form no tree: nothing may be
    /// concluded.
    /// </summary>
    Failed,
}

/// <summary>
/// The end of an operation. When it failed, the cause, and the node that is missing or malformed.
/// </summary>
public readonly record struct MstTreeResult(MstTreeStatus Status, MstError Error, Cid Node)
{
    public static MstTreeResult Done => default;

    public bool IsDone => Status == MstTreeStatus.Done;

    internal static MstTreeResult KeyPresent => new(MstTreeStatus.KeyPresent, default, default);

    internal static MstTreeResult KeyAbsent => new(MstTreeStatus.KeyAbsent, default, default);

    internal static MstTreeResult Failed(MstError error, Cid node = default) =>
        new(MstTreeStatus.Failed, error, node);

    public override string ToString() => Status switch
    {
        MstTreeStatus.Failed when Node == default => Error.Describe(),
        MstTreeStatus.Failed => $"{Error.Describe()}: {Node}",
        _ => Status.ToString(),
    };
}
