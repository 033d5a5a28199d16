using System.Net.Http;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// A host that is asked: its pace and what was learned of it are shared by all who ask.
/// </summary>
internal sealed class RemoteHost(
    long id, Uri url, HostPace pace, HostProfile profile, HttpClient http, TimeProvider time)
{
    /// <summary>Its number in the index.</summary>
    internal long Id { get; } = id;

    /// <summary>Without a path.</summary>
    internal Uri Url { get; } = url;

    internal HostPace Pace { get; } = pace;

    internal HostProfile Profile { get; } = profile;

    /// <summary>For one who asks, and counts what it took.</summary>
    internal XrpcClient NewClient() => new(http, Url, Pace, time);
}
