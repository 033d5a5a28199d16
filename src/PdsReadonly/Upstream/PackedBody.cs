using System.IO.Compression;
using System.Net.Http;

namespace PdsReadonly.Upstream;

/// <summary>
/// Bodies that come packed although we asked for none, as of hosts whose proxy compresses all.
/// </summary>
internal static class PackedBody
{
    /// <summary>
    /// Bytes that a packed body may have when it is unpacked: a thousandth of them is all that a
    /// hostile host has to send. Larger exports are not needed: there are other ways to ask.
    /// </summary>
    internal const long UnpackedBytesMax = 64 << 20;

    /// <summary>Whether the body has to be unpacked.</summary>
    internal static bool IsPacked(HttpContent content) => CodingsOf(content).Any();

    /// <summary>
    /// The body as it was before it was packed; null when it was packed in another way than gzip or
    /// deflate. Damaged, it throws InvalidDataException when it is read.
    /// </summary>
    internal static async Task<Stream?> OpenAsync(
        HttpContent content, CancellationToken cancellation)
    {
        string[] codings = [.. CodingsOf(content).Take(2)];
        var stream = await content.ReadAsStreamAsync(cancellation);
        if (codings.Length == 0) return stream;
        if (codings.Length > 1) return null;
        return codings[0].ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => new GZipStream(stream, CompressionMode.Decompress),
            // That is the format of zlib (RFC 9110 §8.4.1.2).
            "DEFLATE" => new ZLibStream(stream, CompressionMode.Decompress),
            _ => null,
        };
    }

    private static IEnumerable<string> CodingsOf(HttpContent content) =>
        content.Headers.ContentEncoding.Where(coding =>
            !coding.Equals("identity", StringComparison.OrdinalIgnoreCase));
}
