namespace Atproto.Firehose;

/// <summary>Whether a repo holds records of a collection after a commit.</summary>
public enum Presence
{
    /// <summary>The commit's blocks do not tell.</summary>
    Unknown,

    Present,

    Absent,
}

/// <summary>What a commit's own blocks prove of one collection that it touched.</summary>
/// <param name="Collection">As the repo spells it.</param>
/// <param name="Presence">After the commit.</param>
public readonly record struct CollectionEffect(string Collection, Presence Presence);
