namespace Atproto.Identity;

/// <summary>Why bytes are not the DID document that was wanted.</summary>
public enum DidDocumentError
{
    None,

    /// <summary>More than <see cref="DidDocument.BytesMax"/>.</summary>
    TooLarge,

    /// <summary>No JSON, not text, or nested too deeply.</summary>
    NotJson,

    /// <summary>JSON, but not an object with an "id".</summary>
    NotADocument,

    /// <summary>The document of another DID.</summary>
    WrongDid,
}
