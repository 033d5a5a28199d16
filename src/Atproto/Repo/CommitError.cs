using System.Diagnostics;

namespace Atproto.Repo;

/// <summary>Why a block is no commit that can be used.</summary>
public enum CommitError
{
    None,

    /// <summary>Not canonical DAG-CBOR, or of another shape than a commit's map.</summary>
    CommitMalformed,

    /// <summary>A key that commits must have is not there.</summary>
    CommitIncomplete,

    /// <summary>A key that commits do not have.</summary>
    CommitKeyUnexpected,

    /// <summary>A version other than 2 and 3.</summary>
    CommitVersionUnsupported,

    /// <summary>
    /// Version 2, or without prev: read for inspection, served only when asked for.
    /// </summary>
    CommitLegacy,

    /// <summary>The did is no DID.</summary>
    CommitDidInvalid,

    /// <summary>The rev is no TID.</summary>
    CommitRevInvalid,

    /// <summary>The signature is not 64 bytes long.</summary>
    CommitSignatureLength,

    /// <summary>There is no signature.</summary>
    CommitUnsigned,
}

/// <summary>The one place where a commit error becomes words.</summary>
public static class CommitErrorText
{
    public static string Describe(this CommitError error) => error switch
    {
        CommitError.CommitMalformed => "root block is not a commit in canonical DAG-CBOR",
        CommitError.CommitIncomplete => "commit lacks did, data or version",
        CommitError.CommitKeyUnexpected => "commit has a key that commits do not have",
        CommitError.CommitVersionUnsupported => "commit version is neither 3 nor 2",
        CommitError.CommitLegacy => "commit is of version 2 or without prev (see --allow-legacy)",
        CommitError.CommitDidInvalid => "commit's did is no DID",
        CommitError.CommitRevInvalid => "commit's rev is no TID",
        CommitError.CommitSignatureLength => "commit's signature is not 64 bytes long",
        CommitError.CommitUnsigned => "commit has no signature",
        _ => throw new UnreachableException($"{error} has no words"),
    };
}
