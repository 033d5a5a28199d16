namespace Atproto.Mst;

/// <summary>Where a <see cref="CollectionWalk"/> stands after a step.</summary>
public enum WalkStep
{
    /// <summary>The next collection was found.</summary>
    Collection,

    /// <summary>There is no further one.</summary>
    End,

    /// <summary>
    /// A node is not at hand; the same step may be made again when it is.
    /// </summary>
    Missing,

    /// <summary>The tree is malformed: nothing can be concluded from it.</summary>
    Failed,
}
