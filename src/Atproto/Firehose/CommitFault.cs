using System.Diagnostics;

namespace Atproto.Firehose;

/// <summary>Why a #commit or #sync proves nothing.</summary>
public enum CommitFault
{
    None,

    /// <summary>A field is missing or of another type.</summary>
    FieldInvalid,

    /// <summary>
    /// The host gave up on it (tooBig), or began a new history (rebase): both of old times.
    /// </summary>
    TooBig,

    /// <summary>More than <see cref="StreamLimits.OpsMax"/> operations.</summary>
    TooManyOps,

    /// <summary>More bytes of blocks than such a message may have.</summary>
    BlocksTooLarge,

    /// <summary>An operation whose CIDs do not fit its action, or whose path is none.</summary>
    OpInvalid,

    /// <summary>Two operations on one path.</summary>
    PathRepeated,

    /// <summary>The blocks are no CAR.</summary>
    CarMalformed,

    /// <summary>The first root of the CAR is not the commit that the message names.</summary>
    RootMismatch,

    /// <summary>The commit is not among the blocks.</summary>
    CommitMissing,

    /// <summary>The commit's block is no commit of version 3 that hashes to its CID.</summary>
    CommitMalformed,

    /// <summary>The commit is another account's.</summary>
    DidMismatch,

    /// <summary>The commit has another rev than the message.</summary>
    RevMismatch,

    /// <summary>The commit was not signed with the account's key.</summary>
    SignatureInvalid,

    /// <summary>A node that is needed is not among the blocks.</summary>
    NodeMissing,

    /// <summary>A node breaks the rules of the tree, or does not hash to its CID.</summary>
    NodeMalformed,

    /// <summary>The tree has another record than a creation or an update claims.</summary>
    RecordMismatch,

    /// <summary>The tree has the record that a deletion claims to have removed.</summary>
    RecordNotDeleted,

    /// <summary>Undoing all operations gives another tree than the one before.</summary>
    PrevDataMismatch,
}

/// <summary>The one place where a commit's fault becomes words.</summary>
public static class CommitFaultText
{
    public static string Describe(this CommitFault fault) => fault switch
    {
        CommitFault.FieldInvalid => "message lacks a field, or has one of another type",
        CommitFault.TooBig => "message says that it is too big, or a rebase",
        CommitFault.TooManyOps => $"more than {StreamLimits.OpsMax} operations",
        CommitFault.BlocksTooLarge => "more bytes of blocks than allowed",
        CommitFault.OpInvalid => "operation whose path or CIDs are not those of its action",
        CommitFault.PathRepeated => "two operations on one path",
        CommitFault.CarMalformed => "blocks are no CAR",
        CommitFault.RootMismatch => "blocks have another root than the commit",
        CommitFault.CommitMissing => "commit is not among the blocks",
        CommitFault.CommitMalformed => "commit cannot be read, or does not hash to its CID",
        CommitFault.DidMismatch => "commit is another account's",
        CommitFault.RevMismatch => "commit has another rev than the message",
        CommitFault.SignatureInvalid => "commit is not signed with the account's key",
        CommitFault.NodeMissing => "node is missing",
        CommitFault.NodeMalformed => "node is malformed",
        CommitFault.RecordMismatch => "tree has another record than the operation claims",
        CommitFault.RecordNotDeleted => "tree has the record that was to be deleted",
        CommitFault.PrevDataMismatch => "operations undone do not give the tree before",
        _ => throw new UnreachableException($"{fault} has no words"),
    };
}
