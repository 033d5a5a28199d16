namespace PdsReadonly.Cli;

/// <summary>
/// Lets a line into the log once in a minute, and counts how often it would have come again: what
/// a request can cause, a client can cause ten thousand times. For one thread at a time.
/// </summary>
internal sealed class LogRepeats
{
    // Lines that differ. More in a minute are counted, but not told apart.
    internal const int LinesMax = 1000;

    private readonly Dictionary<string, long> _repeats = new(StringComparer.Ordinal);
    private long _others;

    /// <summary>Whether the line is to be written.</summary>
    internal bool Admit(string line)
    {
        if (_repeats.TryGetValue(line, out long count))
        {
            _repeats[line] = count + 1;
            return false;
        }

        if (_repeats.Count == LinesMax)
        {
            _others++;
            return false;
        }

        _repeats.Add(line, 0);
        return true;
    }

    /// <summary>
    /// To be called once a minute: what is to be said of the lines that were kept out. From then on
    /// each is admitted once more.
    /// </summary>
    internal List<string> Sweep()
    {
        var said = new List<string>();
        foreach (var (line, count) in _repeats)
        {
            if (count > 0) said.Add($"{line} ({Figures.Count(count, "time")} more)");
        }

        if (_others > 0)
        {
            said.Add($"warning: {Figures.Count(_others, "further line")} within a minute left out");
        }

        _repeats.Clear();
        _others = 0;
        return said;
    }
}
