using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>One upstream: what its stream and its list have to do with each other.</summary>
/// <param name="host">The upstream, as a host to be asked.</param>
/// <param name="isRelay">
/// Whether it speaks for other hosts, so that its word on any account counts; else it does for
/// those accounts alone whose documents name it.
/// </param>
internal sealed class Source(RemoteHost host, bool isRelay)
{
    private const int AnswerBytesMax = 4 * 1024 * 1024;

    private volatile bool _hasLeftOut;

    internal RemoteHost Host { get; } = host;

    internal bool IsRelay { get; } = isRelay;

    /// <summary>How its position is stored.</summary>
    internal string Name { get; } = host.Url.GetLeftPart(UriPartial.Authority);

    /// <summary>
    /// Set when its repos are to be listed: its stream is on, and events before were not had.
    /// </summary>
    internal WakeUp ListingAsked { get; } = new();

    /// <summary>
    /// Whether its stream named repos that there was no room for: its list has them too.
    /// </summary>
    internal bool HasLeftOut => _hasLeftOut;

    /// <summary>Its stream named a repo that there is no room for.</summary>
    internal void LeaveOut()
    {
        if (_hasLeftOut) return;
        _hasLeftOut = true;
        ListingAsked.Wake();
    }

    /// <summary>From here on its list is read from the beginning.</summary>
    internal void ListFromTheBeginning() => _hasLeftOut = false;

    /// <summary>
    /// Whether the host lists hosts, which relays do; null when it cannot be told.
    /// </summary>
    internal static async Task<bool?> IsRelayAsync(
        RemoteHost host, CancellationToken cancellation)
    {
        var answer = await host.NewClient().GetAsync(
            "com.atproto.sync.listHosts?limit=1", AnswerBytesMax, cancellation);
        return answer.Status switch
        {
            XrpcStatus.Given => ListHostsPage.Read(answer.Body.Span) is not null,
            XrpcStatus.Denied or XrpcStatus.NoMethod => false,
            _ => null,
        };
    }
}
