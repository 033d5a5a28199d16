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

    // Longer each time, so that one that is slow but honest is heard in the end.
    private static readonly TimeSpan s_firstTimeout = TimeSpan.FromSeconds(10);

    private int _failures;
    private volatile bool _hasAnswered;

    /// <summary>Times in a row that it was not to be reached.</summary>
    internal int Failures => Volatile.Read(ref _failures);

    /// <summary>Whether it answered the last time; others have less room and less time.</summary>
    internal bool HasAnswered => _hasAnswered;

    /// <summary>Its number in the index.</summary>
    internal long Id { get; } = id;

    /// <summary>Without a path.</summary>
    internal Uri Url { get; } = url;

    internal HostPace Pace { get; } = pace;

    internal HostProfile Profile { get; } = profile;

    /// <summary>The profile as it was written last; null before that.</summary>
    internal string? SavedProfile { get; set; }

    /// <summary>It was not reached: it is left alone for a while, longer each time.</summary>
    internal void Failed()
    {
        _hasAnswered = false;
        Pace.Hold(Backoff.After(Interlocked.Increment(ref _failures), s_pauseFirst, s_pauseMost));
    }

    /// <summary>It answered, whatever.</summary>
    internal void Answered()
    {
        _hasAnswered = true;
        Volatile.Write(ref _failures, 0);
    }

    /// <summary>For one who asks, and counts what it took.</summary>
    /// <param name="arrived">Called with the count of bytes that came.</param>
    internal XrpcClient NewClient(Action<int>? arrived = null) =>
        HasAnswered
            ? new XrpcClient(http, Url, Pace, time) { Arrived = arrived }
            : new XrpcClient(http, Url, Pace, time)
            {
                Arrived = arrived,
                FirstTimeout = FirstTimeout,
                FirstAttemptsMax = 1,
            };

    private TimeSpan FirstTimeout
    {
        get
        {
            var longer = s_firstTimeout * Math.Pow(2, Math.Min(Failures, 10));
            return longer < XrpcClient.AttemptTimeout ? longer : XrpcClient.AttemptTimeout;
        }
    }
}
