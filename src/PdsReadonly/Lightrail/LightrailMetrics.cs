using System.Collections.Concurrent;

namespace PdsReadonly.Lightrail;

/// <summary>
/// What the index of remote repos has done since the program began: counted from any thread,
/// rendered for Prometheus by the web's route. Counts that outlive the process are the index's.
/// </summary>
internal sealed class LightrailMetrics
{
    private readonly ConcurrentDictionary<string, StreamGauge> _streams = new();

    /// <summary>Events by kind, or "unreadable".</summary>
    internal CounterFamily Events { get; } = new("events", "kind");

    /// <summary>What became of events that tell of a repo.</summary>
    internal CounterFamily Verdicts { get; } = new("verdicts", "verdict");

    /// <summary>Repos proven, by strategy.</summary>
    internal CounterFamily Proofs { get; } = new("proofs", "strategy");

    /// <summary>Repos that could not be proven, by reason.</summary>
    internal CounterFamily Unproven { get; } = new("unproven", "reason");

    /// <summary>Requests by host.</summary>
    internal CounterFamily Requests { get; } = new("host_requests", "host");

    /// <summary>Bytes of answers by host.</summary>
    internal CounterFamily Bytes { get; } = new("host_bytes", "host");

    /// <summary>Failures and false answers by host.</summary>
    internal CounterFamily HostFaults { get; } = new("host_faults", "host");

    /// <summary>Commits and syncs that do not hold, by what is wrong.</summary>
    internal CounterFamily Refusals { get; } = new("refusals", "fault");

    /// <summary>Accounts whose documents were not to be had, by reason.</summary>
    internal CounterFamily IdentityFailures { get; } = new("identity_failures", "reason");

    /// <summary>
    /// Repos that were left out for now, since too many of their kind wait, by who named them.
    /// </summary>
    internal CounterFamily LeftOut { get; } = new("left_out", "source");

    /// <summary>
    /// For how long the directory that all wait for has not answered; null while it does.
    /// </summary>
    internal Func<TimeSpan?> DirectorySilence { get; set; } = static () => null;

    /// <summary>The directory's host.</summary>
    internal string Directory { get; set; } = "";

    /// <summary>Resyncs under way.</summary>
    internal Counter Resyncing { get; } = new();

    /// <summary>Memory that they share and hold, in bytes.</summary>
    internal Counter ResyncBytes { get; } = new();

    internal IEnumerable<CounterFamily> Families =>
    [
        Events, Verdicts, Proofs, Unproven, Requests, Bytes, HostFaults, Refusals, IdentityFailures,
        LeftOut,
    ];

    internal IEnumerable<StreamGauge> Streams =>
        _streams.Values.OrderBy(stream => stream.Upstream, StringComparer.Ordinal);

    /// <summary>The one of that upstream.</summary>
    internal StreamGauge Stream(string upstream) =>
        _streams.GetOrAdd(upstream, static name => new StreamGauge(name));

    /// <summary>One number.</summary>
    internal sealed class Counter
    {
        private long _value;

        internal long Value => Volatile.Read(ref _value);

        internal void Add(long count = 1) => Interlocked.Add(ref _value, count);
    }

    /// <summary>
    /// Numbers of one thing by a label; labels beyond a thousand are put together.
    /// </summary>
    /// <param name="name">What is counted.</param>
    /// <param name="label">By what.</param>
    internal sealed class CounterFamily(string name, string label)
    {
        private const int LabelsMax = 1000;
        private const string Others = "others";

        private readonly ConcurrentDictionary<string, Counter> _counters = new();

        internal string Name => name;

        internal string Label => label;

        internal long Total => _counters.Values.Sum(counter => counter.Value);

        internal IEnumerable<(string Label, long Value)> Values => _counters
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (pair.Key, pair.Value.Value));

        internal long this[string of] =>
            _counters.TryGetValue(of, out var counter) ? counter.Value : 0;

        internal void Add(string of, long count = 1)
        {
            if (!_counters.TryGetValue(of, out var counter))
            {
                string key = _counters.Count < LabelsMax ? of : Others;
                counter = _counters.GetOrAdd(key, static _ => new Counter());
            }

            counter.Add(count);
        }
    }

    /// <summary>How a stream stands.</summary>
    internal sealed class StreamGauge(string upstream)
    {
        private long _seq;
        private long _lagMilliseconds;
        private long _connects;
        private volatile bool _isConnected;

        internal string Upstream => upstream;

        /// <summary>The last event's number.</summary>
        internal long Seq => Volatile.Read(ref _seq);

        /// <summary>Between the time that the last event names and when it was handled.</summary>
        internal TimeSpan Lag => TimeSpan.FromMilliseconds(Volatile.Read(ref _lagMilliseconds));

        /// <summary>How often it was connected.</summary>
        internal long Connects => Volatile.Read(ref _connects);

        internal bool IsConnected
        {
            get => _isConnected;
            set
            {
                if (value && !_isConnected) Interlocked.Increment(ref _connects);
                _isConnected = value;
            }
        }

        internal void Handled(long seq, TimeSpan lag)
        {
            Volatile.Write(ref _seq, seq);
            Volatile.Write(ref _lagMilliseconds, Math.Max(0, (long)lag.TotalMilliseconds));
        }
    }
}
