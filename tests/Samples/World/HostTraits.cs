namespace Samples.World;

/// <summary>What sync.getRecord answers where there is no such record.</summary>
public enum AbsentRecord
{
    /// <summary>200, and the nodes that prove it.</summary>
    Proof,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>400 RecordNotFound.</summary>
    RecordNotFound,

    /// <summary>404 NotFound.</summary>
    NotFound,

    /// <summary>400 InvalidRequest.</summary>
    BadRequest,
}

/// <summary>What sync.getBlocks answers where a block is missing.</summary>
public enum MissingBlock
{
    /// <summary>The method is not there.</summary>
    NoMethod,

    /// <summary>400 InvalidRequest, and no block at all.</summary>
    InvalidRequest,

    /// <summary>400 BlockNotFound, and no block at all.</summary>
    BlockNotFound,

    /// <summary>500, and no block at all.</summary>
    ServerError,

    /// <summary>Those that there are.</summary>
    LeftOut,
}

/// <summary>How one implementation of hosts behaves, where they differ.</summary>
public sealed record HostTraits(string Name)
{
    public AbsentRecord Absent { get; init; }

    public MissingBlock Missing { get; init; } = MissingBlock.InvalidRequest;

    /// <summary>Whether answers of getBlocks name the newest commit as their root.</summary>
    public bool BlocksNameHead { get; init; }

    /// <summary>Whether cids come in one parameter with commas, and in no other way.</summary>
    public bool WantsCommas { get; init; }

    /// <summary>Whether names are refused that are no NSIDs or record keys as written.</summary>
    public bool IsStrict { get; init; }

    public bool HasRecord { get; init; } = true;

    public bool HasRepo { get; init; } = true;

    public bool HasDescribe { get; init; } = true;

    /// <summary>com.atproto.sync.getRepoCollections, which is a proposal.</summary>
    public bool HasCollections { get; init; }

    /// <summary>Whether blocks that commits have replaced are still served.</summary>
    public bool KeepsOldBlocks { get; init; }

    /// <summary>Of a method that is not there.</summary>
    public int NoMethodStatus { get; init; } = 404;

    public static HostTraits Reference { get; } = new("reference") { NoMethodStatus = 501 };

    /// <summary>As the reference, and it proves collections.</summary>
    public static HostTraits Proving { get; } =
        Reference with { Name = "proving", HasCollections = true };

    /// <summary>Those in the wild, and some that have even less.</summary>
    public static IReadOnlyList<HostTraits> All { get; } =
    [
        Reference,
        Proving,
        new("vlpds") { Missing = MissingBlock.BlockNotFound },
        new("ezpds") { Missing = MissingBlock.NoMethod },
        new("cirrus") { Missing = MissingBlock.LeftOut, BlocksNameHead = true, IsStrict = true },
        new("millipds") { Missing = MissingBlock.LeftOut },
        new("rsky-pds") { Missing = MissingBlock.ServerError },
        new("blue-nile"),
        new("cocoon")
        {
            Absent = AbsentRecord.ServerError, Missing = MissingBlock.ServerError,
            BlocksNameHead = true,
        },
        new("tranquil") { Absent = AbsentRecord.RecordNotFound },
        new("dnproto") { Absent = AbsentRecord.NotFound, Missing = MissingBlock.NoMethod },
        new("arroba")
        {
            Absent = AbsentRecord.BadRequest, Missing = MissingBlock.BlockNotFound,
            BlocksNameHead = true, KeepsOldBlocks = true,
        },
        new("pds.js") { Absent = AbsentRecord.NotFound, Missing = MissingBlock.NoMethod },
        new("atproto-crates") { WantsCommas = true },
        Reference with { Name = "without exports", HasRepo = false },
        Reference with
        {
            Name = "exports alone", HasRecord = false, Missing = MissingBlock.NoMethod,
        },
        new("describes alone")
        {
            HasRecord = false, Missing = MissingBlock.NoMethod, HasRepo = false,
        },
    ];

    public override string ToString() => Name;
}
