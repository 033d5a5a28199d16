using System.Diagnostics;
using System.Globalization;

namespace Bench.Attacks;

/// <summary>RssAnon of a server in every second, for as long as it lives.</summary>
internal sealed class MemorySeries : IDisposable
{
    private readonly LocalProcess _process;
    private readonly List<double> _megabytes = [];
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();

    internal MemorySeries(LocalProcess process)
    {
        _process = process;
        _thread = new Thread(Live);
        _thread.Start();
    }

    internal double Most()
    {
        lock (_megabytes) return _megabytes.DefaultIfEmpty(double.NaN).Max();
    }

    internal double Last()
    {
        lock (_megabytes) return _megabytes.Count == 0 ? double.NaN : _megabytes[^1];
    }

    /// <summary>Every fifth second.</summary>
    internal string Print()
    {
        lock (_megabytes)
        {
            return string.Join(
                ' ',
                _megabytes.Where((_, second) => second % 5 == 0)
                    .Select(value => value.ToString("F0", CultureInfo.InvariantCulture)));
        }
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Live()
    {
        var watch = Stopwatch.StartNew();
        for (int second = 0; ; second++)
        {
            var due = TimeSpan.FromSeconds(second) - watch.Elapsed;
            if (_stop.Wait(due > TimeSpan.Zero ? due : TimeSpan.Zero)) return;
            try
            {
                double megabytes = _process.StatusKilobytes("RssAnon") / 1024.0;
                lock (_megabytes) _megabytes.Add(megabytes);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // It has ended: what is left of a process has no memory to report.
                return;
            }
        }
    }
}
