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
        return http;
    }
}
