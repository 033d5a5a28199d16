using System.Numerics;

namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// Room for decoded parameters, used by one request after the other. One per thread, since a
/// handler runs to its end on the thread that called it; ten thousand idle connections therefore
/// hold none.
/// </summary>
internal sealed class RequestScratch
{
    [ThreadStatic]
    private static RequestScratch? t_current;

    private byte[] _bytes = [];

    internal static RequestScratch OfThisThread => t_current ??= new RequestScratch();

    /// <summary>
    /// At least that many bytes, valid until the next call. The engine bounds the request.
    /// </summary>
    internal Span<byte> Reserve(int length)
    {
        if (_bytes.Length < length)
        {
            _bytes = new byte[BitOperations.RoundUpToPowerOf2((uint)length)];
        }

        return _bytes;
    }
}
