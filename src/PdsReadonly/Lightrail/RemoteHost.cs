using System.Net.Http;
using PdsReadonly.Upstream;

namespace PdsReadonly.Lightrail;

/// <summary>
/// A host that is asked: its pace and what was learned of it are shared by all who ask.
/// </summary>
internal sealed class RemoteHost(
    long id, Uri url, HostPace pace, HostProfile profile, HttpClient http, TimeProvider time)
{
    private static readonly TimeSpan s_pauseFirst = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pauseMost = TimeSpan.FromHours(1);

    private int _failures;

    /// <summary>Times in a row that it was not to be reached.</summary>
    internal int Failures => Volatile.Read(ref _failures);

    /// <summary>Its number in the index.</summary>
    internal long Id { get; } = id;

    /// <summary>Without a path.</summary>
    internal Uri Url { get; } = url;

    internal HostPace Pace { get; } = pace;

    internal HostProfile Profile { get; } = profile;

    /// <summary>The profile as it was written last; null before that.</summary>
    internal string? SavedProfile { get; set; }

    /// <summary>It was not reached: it is left alone for a while, longer each time.</summary>
    internal void Failed() => Pace.Hold(
        Backoff.After(Interlocked.Increment(ref _failures), s_pauseFirst, s_pauseMost));

    internal void Succeeded() => Volatile.Write(ref _failures, 0);

    /// <summary>For one who asks, and counts what it took.</summary>
    internal XrpcClient NewClient() => new(http, Url, Pace, time);
}
