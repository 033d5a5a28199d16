using System.Diagnostics;

namespace Http.Messages;

/// <summary>
/// The one place where a <see cref="RequestRejection"/> becomes a status and words.
/// </summary>
internal static class RejectionAnswer
{
    internal static (int Status, string Message) For(RequestRejection rejection) => rejection switch
    {
        RequestRejection.BareLineFeed => (400, "A line ends in LF without CR"),
        RequestRejection.BareCarriageReturn => (400, "CR is not followed by LF"),
        RequestRejection.RequestLineInvalid => (400, "Malformed request line"),
        RequestRejection.MethodInvalid => (400, "The method is not a token"),
        RequestRejection.MethodTooLong => (501, "Unknown method"),
        RequestRejection.TargetInvalid => (400, "Invalid byte in the request target"),
        RequestRejection.TargetTooLong => (414, "The request target is too long"),
        RequestRejection.TargetFormInvalid => (400, "Unsupported form of request target"),
        RequestRejection.VersionInvalid => (400, "Malformed HTTP version"),
        RequestRejection.VersionUnsupported => (505, "Only HTTP/1.1 and HTTP/1.0 are spoken here"),
        RequestRejection.HeadTooLarge => (431, "The request head is too large"),
        RequestRejection.TooManyHeaders => (431, "Too many header lines"),
        RequestRejection.FoldedHeader => (400, "Folded header line"),
        RequestRejection.SpaceBeforeColon => (400, "White space before a header's colon"),
        RequestRejection.HeaderNameInvalid => (400, "Malformed header name"),
        RequestRejection.HeaderValueInvalid => (400, "Invalid byte in a header value"),
        RequestRejection.HostMissing => (400, "Host header missing"),
        RequestRejection.HostRepeated => (400, "More than one Host header"),
        RequestRejection.HostInvalid => (400, "Malformed host"),
        RequestRejection.ContentLengthInvalid => (400, "Malformed Content-Length"),
        RequestRejection.ContentLengthRepeated => (400, "More than one Content-Length"),
        RequestRejection.ContentLengthWithTransferEncoding =>
            (400, "Both Content-Length and Transfer-Encoding"),
        RequestRejection.TransferEncodingRepeated => (400, "More than one Transfer-Encoding"),
        RequestRejection.TransferCodingUnsupported =>
            (501, "The only transfer coding supported is chunked"),
        RequestRejection.TransferEncodingInOldVersion => (400, "Transfer-Encoding in HTTP/1.0"),
        RequestRejection.ExpectationUnknown => (417, "Unknown expectation"),
        RequestRejection.ChunkSizeInvalid => (400, "Malformed chunk size"),
        RequestRejection.ChunkExtensionInvalid => (400, "Malformed chunk extension"),
        RequestRejection.ChunkExtensionsTooLarge => (400, "Chunk extensions are too large"),
        RequestRejection.ChunkEndInvalid => (400, "Chunk data is not followed by CRLF"),
        RequestRejection.TrailerInvalid => (400, "Malformed trailer line"),
        RequestRejection.TrailersTooLarge => (431, "The trailer section is too large"),
        RequestRejection.TimedOut => (408, "The request did not arrive in time"),
        _ => throw new UnreachableException($"{rejection} has no words"),
    };
}
