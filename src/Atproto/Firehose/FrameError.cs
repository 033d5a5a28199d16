using System.Diagnostics;

namespace Atproto.Firehose;

/// <summary>Why bytes are no message of the event stream that can be used.</summary>
public enum FrameError
{
    None,

    /// <summary>Larger than <see cref="StreamLimits.FrameBytesMax"/>.</summary>
    FrameTooLarge,

    /// <summary>Does not begin with a map in DAG-CBOR that says what follows.</summary>
    HeaderMalformed,

    /// <summary>The second of the two items is no map in DAG-CBOR, or more follows.</summary>
    BodyMalformed,

    /// <summary>A message without the account it is about, or one that is no DID.</summary>
    AccountInvalid,

    /// <summary>A message without a number greater than zero.</summary>
    SequenceInvalid,

    /// <summary>
    /// A field of a #identity, #account or #info is missing or of another type. Those of #commit
    /// and #sync show when they are verified, since then the account is known.
    /// </summary>
    FieldInvalid,
}

/// <summary>The one place where a frame error becomes words.</summary>
public static class FrameErrorText
{
    public static string Describe(this FrameError error) => error switch
    {
        FrameError.FrameTooLarge => $"message is larger than {StreamLimits.FrameBytesMax:N0} bytes",
        FrameError.HeaderMalformed => "message does not begin with a header in DAG-CBOR",
        FrameError.BodyMalformed => "message's body is not one map in DAG-CBOR",
        FrameError.AccountInvalid => "message names no account",
        FrameError.SequenceInvalid => "message has no number",
        FrameError.FieldInvalid => "message lacks a field, or has one of another type",
        _ => throw new UnreachableException($"{error} has no words"),
    };

    /// <summary>
    /// Whether the stream is of no use any more, as the event stream's specification has it: bad
    /// framing or CBOR. Else the message alone is to be passed over.
    /// </summary>
    public static bool IsFatal(this FrameError error) =>
        error is FrameError.FrameTooLarge or FrameError.HeaderMalformed
            or FrameError.BodyMalformed;
}
