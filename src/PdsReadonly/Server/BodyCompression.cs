using Http.Connections;
using Http.Messages;

namespace PdsReadonly.Server;

/// <summary>Gzip of JSON and text, for clients that ask and bodies that are worth it.</summary>
internal static class BodyCompression
{
    /// <summary>Below it nothing is looked at: the packet is as small as it can be.</summary>
    internal const int BodyBytesMin = 1024;

    /// <summary>
    /// A few milliseconds of work: more of it is not done where other connections wait.
    /// </summary>
    internal const int BodyBytesAtOnceMax = 256 * 1024;

    /// <summary>
    /// Packs what was written, if so; the answer to HEAD shows the length of the content as it is.
    /// </summary>
    internal static void Apply(HttpRequest request, HttpResponse response)
    {
        int length = response.WrittenBody.Length;
        if (length < BodyBytesMin || request.Method is not HttpMethod.Get) return;
        if (!IsAsked(request)) return;
        if (length > BodyBytesAtOnceMax && !request.MayBlock) response.Postpone();
        else response.TryGzipBody();
    }

    private static bool IsAsked(HttpRequest request)
    {
        var accepted = default(AcceptEncoding);
        int line = -1;
        while ((line = request.FindHeader("accept-encoding"u8, line + 1)) >= 0)
        {
            accepted.Add(request.HeaderValue(line));
        }

        return accepted.PrefersGzip;
    }
}
