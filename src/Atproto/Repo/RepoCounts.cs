namespace Atproto.Repo;

/// <summary>What was found in one CAR.</summary>
public sealed record RepoCounts
{
    /// <summary>Sections of the file, duplicates and foreign blocks included.</summary>
    public long Sections { get; set; }

    /// <summary>Sections skipped because their CID is of another codec or hash.</summary>
    public long SectionsSkipped { get; set; }

    /// <summary>Different blocks of the tree: commit, nodes, records.</summary>
    public uint Blocks { get; set; }

    public uint Nodes { get; set; }

    /// <summary>Paths; several may lead to one block.</summary>
    public long Records { get; set; }

    /// <summary>Record blocks that do not decode: kept as bytes, without a JSON view.</summary>
    public long RecordsUndecodable { get; set; }

    /// <summary>
    /// Collections whose NSID has upper-case letters in its authority, which the specification does
    /// not allow and others write.
    /// </summary>
    public long CollectionsUnnormalized { get; set; }

    /// <summary>The first of them.</summary>
    public string? UnnormalizedCollection { get; set; }

    /// <summary>Layers of the tree; 0 in an empty repo.</summary>
    public int Layers { get; set; }

    /// <summary>Bytes of the canonical export: header and every block once.</summary>
    public long ExportBytes { get; set; }
}
