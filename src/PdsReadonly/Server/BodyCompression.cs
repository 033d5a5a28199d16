using Http.Connections;
using Http.Messages;

namespace PdsReadonly.Server;

/// <summary>Gzip of JSON and text, for clients that ask and bodies that are worth it.</summary>
internal static class BodyCompression
{
    /// <summary>Below it nothing is looked at: the packet is as small as it can be.</summary>
    internal const int BodyBytesMin = 1024;

    /// <summary>
    /// Has what was written packed, if so; the answer to HEAD shows the length of the content as it
    /// is.
    /// </summary>
    internal static void Apply(HttpRequest request, HttpResponse response)
    {
        int length = response.WrittenBody.Length;
        if (length < BodyBytesMin || request.Method is not HttpMethod.Get) return;
        if (IsAsked(request)) response.PackBody();
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
