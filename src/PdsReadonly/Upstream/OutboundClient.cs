using System.Net.Http;

namespace PdsReadonly.Upstream;

/// <summary>The client of HTTP for what goes out, by <see cref="OutboundHandler"/>.</summary>
internal static class OutboundClient
{
    private const string Agent = "pds-readonly";

    /// <summary>Whoever asks sets time-outs of its own.</summary>
    internal static HttpClient Create(bool allowPrivate)
    {
        var http = new HttpClient(OutboundHandler.Create(allowPrivate), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        // Hosts want to know who crawls them.
        http.DefaultRequestHeaders.UserAgent.ParseAdd(Agent);
        // Without it any coding is acceptable (RFC 9110 §12.5.3), and exports are several times
        // slower when the reference PDS compresses them. Some hosts do so all the same.
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
        return http;
    }
}
