using System.Buffers.Text;
using Http.Messages;

namespace Http.Connections;

/// <summary>
/// The parts of a response head (RFC 9112 §4), whose length is known before they are copied.
/// </summary>
internal ref struct ResponseHead
{
    internal int Status;

    /// <summary>Whole lines, as are the next two.</summary>
    internal ReadOnlySpan<byte> DateLine;

    internal ReadOnlySpan<byte> ConnectionLines;

    internal ReadOnlySpan<byte> HandlerLines;

    /// <summary>-1 leaves the line out.</summary>
    internal long ContentLength;

    internal bool IsChunked;

    /// <summary>426 has to say to what (RFC 9110 §15.5.22).</summary>
    internal bool OffersWebSocket;

    private static ReadOnlySpan<byte> Version => "HTTP/1.1 "u8;

    private static ReadOnlySpan<byte> LengthName => "Content-Length: "u8;

    private static ReadOnlySpan<byte> ChunkedLine => "Transfer-Encoding: chunked\r\n"u8;

    private static ReadOnlySpan<byte> OfferLines =>
        "Upgrade: websocket\r\n"u8;

    internal readonly int Length =>
        Version.Length + 3 + 1 + StatusText.For(Status).Length + 2
        + DateLine.Length + ConnectionLines.Length + HandlerLines.Length
        + (ContentLength < 0 ? 0 : LengthName.Length + DigitCount(ContentLength) + 2)
        + (IsChunked ? ChunkedLine.Length : 0)
        + (OffersWebSocket ? OfferLines.Length : 0)
        + 2;

    /// <summary>
    /// Fills <paramref name="target"/>, which is exactly <see cref="Length"/> long.
    /// </summary>
    internal readonly void CopyTo(Span<byte> target)
    {
        Put(ref target, Version);
        PutNumber(ref target, Status);
        Put(ref target, " "u8);
        Put(ref target, StatusText.For(Status));
        Put(ref target, "\r\n"u8);
        Put(ref target, DateLine);
        Put(ref target, ConnectionLines);
        if (ContentLength >= 0)
        {
            Put(ref target, LengthName);
            PutNumber(ref target, ContentLength);
            Put(ref target, "\r\n"u8);
        }

        if (IsChunked) Put(ref target, ChunkedLine);
        if (OffersWebSocket) Put(ref target, OfferLines);
        Put(ref target, HandlerLines);
        Put(ref target, "\r\n"u8);
    }

    private static void Put(ref Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target);
        target = target[bytes.Length..];
    }

    private static void PutNumber(ref Span<byte> target, long number)
    {
        Utf8Formatter.TryFormat(number, target, out int written);
        target = target[written..];
    }

    private static int DigitCount(long number)
    {
        int count = 1;
        while ((number /= 10) > 0) count++;
        return count;
    }
}
