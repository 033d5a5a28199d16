namespace Http.Messages;

/// <summary>
/// A place in the receive buffer, counted from the first byte of a request's head.
/// </summary>
internal readonly record struct ByteRange(int Start, int Length)
{
    internal ReadOnlySpan<byte> Of(ReadOnlySpan<byte> head) => head.Slice(Start, Length);
}
