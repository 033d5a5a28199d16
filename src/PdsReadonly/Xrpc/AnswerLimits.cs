namespace PdsReadonly.Xrpc;

/// <summary>How much of an answer is made before its first byte is sent.</summary>
internal static class AnswerLimits
{
    /// <summary>
    /// An answer that would be longer is made while it is sent; a list ends with its cursor. With a
    /// head it fits a buffer of 256 KB.
    /// </summary>
    internal const int HeldBytesMax = 254 * 1024;

    /// <summary>
    /// A record that is longer is written as JSON while it is sent: escapes can make six bytes of
    /// one.
    /// </summary>
    internal const int RecordBytesMax = 32 * 1024;
}
