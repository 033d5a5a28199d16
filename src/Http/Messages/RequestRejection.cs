namespace Http.Messages;

/// <summary>Why a request is refused before any handler sees it: one code per cause.</summary>
public enum RequestRejection
{
    None,

    /// <summary>LF without CR before it: others may see one more line end than we do.</summary>
    BareLineFeed,

    /// <summary>CR without LF after it.</summary>
    BareCarriageReturn,

    /// <summary>Not "method SP target SP version".</summary>
    RequestLineInvalid,

    MethodInvalid,
    MethodTooLong,

    /// <summary>A byte that is a control character, a space or not ASCII.</summary>
    TargetInvalid,

    TargetTooLong,

    /// <summary>None of origin-form, absolute-form with http(s), or "*" with OPTIONS.</summary>
    TargetFormInvalid,

    VersionInvalid,
    VersionUnsupported,
    HeadTooLarge,
    TooManyHeaders,

    /// <summary>A header line that begins with white space (RFC 9112 §5.2).</summary>
    FoldedHeader,

    /// <summary>"Name : value" (RFC 9112 §5.1).</summary>
    SpaceBeforeColon,

    HeaderNameInvalid,
    HeaderValueInvalid,
    HostMissing,
    HostRepeated,
    HostInvalid,
    ContentLengthInvalid,
    ContentLengthRepeated,
    ContentLengthWithTransferEncoding,
    TransferEncodingRepeated,
    TransferCodingUnsupported,

    /// <summary>HTTP/1.0 has no transfer codings (RFC 9112 §6.1).</summary>
    TransferEncodingInOldVersion,

    ExpectationUnknown,
    ChunkSizeInvalid,
    ChunkExtensionInvalid,
    ChunkExtensionsTooLarge,

    /// <summary>A chunk's data is not followed by CRLF.</summary>
    ChunkEndInvalid,

    TrailerInvalid,
    TrailersTooLarge,

    /// <summary>The head or the content did not arrive in time.</summary>
    TimedOut,
}
