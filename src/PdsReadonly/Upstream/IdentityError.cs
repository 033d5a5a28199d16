using System.Diagnostics;

namespace PdsReadonly.Upstream;

/// <summary>Why an identity could not be looked up.</summary>
internal enum IdentityError
{
    None,

    /// <summary>There is no such DID, or nothing says whose the handle is.</summary>
    NotFound,

    /// <summary>The DID is deactivated for good.</summary>
    Tombstoned,

    /// <summary>A method other than plc and web, or a form of these that atproto refuses.</summary>
    Unsupported,

    /// <summary>What is there is no DID, or not the document of this one.</summary>
    Malformed,

    /// <summary>The document is larger than one may be.</summary>
    TooLarge,

    /// <summary>No answer in time, or a server's error, to the last attempt.</summary>
    Unreachable,

    /// <summary>Name servers give the handle several DIDs.</summary>
    Ambiguous,

    /// <summary>The handle names a DID whose document does not name the handle.</summary>
    HandleMismatch,
}

/// <summary>The one place where such an error becomes words.</summary>
internal static class IdentityErrorText
{
    internal static string Describe(this IdentityError error) => error switch
    {
        IdentityError.NotFound => "does not exist",
        IdentityError.Tombstoned => "is deactivated for good",
        IdentityError.Unsupported => "is of a kind that atproto does not know",
        IdentityError.Malformed => "has no document that is one",
        IdentityError.TooLarge => "has a document that is too large",
        IdentityError.Unreachable => "could not be looked up: no answer",
        IdentityError.Ambiguous => "has several DIDs in its DNS records",
        IdentityError.HandleMismatch => "names a DID whose document does not name it",
        _ => throw new UnreachableException($"{error} has no words"),
    };
}
