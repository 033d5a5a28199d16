using System.Diagnostics;

namespace Atproto.Repo;

/// <summary>Why a host's answer proves nothing of the repo that was asked for.</summary>
public enum ProofError
{
    None,

    /// <summary>The commit is another account's.</summary>
    DidMismatch,

    /// <summary>The commit was not signed with the account's key.</summary>
    SignatureInvalid,

    /// <summary>The commit is older than one that was seen: a replica that lags behind.</summary>
    CommitOlder,

    /// <summary>Another tree at the rev of a commit that was seen: one is forged.</summary>
    CommitForked,
}

/// <summary>The one place where a proof error becomes words.</summary>
public static class ProofErrorText
{
    public static string Describe(this ProofError error) => error switch
    {
        ProofError.DidMismatch => "commit is another account's",
        ProofError.SignatureInvalid => "commit is not signed with the account's key",
        ProofError.CommitOlder => "commit is older than one seen before",
        ProofError.CommitForked => "commit has the rev of one seen before, and another tree",
        _ => throw new UnreachableException($"{error} has no words"),
    };
}
