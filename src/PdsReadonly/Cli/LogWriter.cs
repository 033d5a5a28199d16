using System.Globalization;
using System.Text;

namespace PdsReadonly.Cli;

/// <summary>
/// The log of a server. Writing to it never waits: lines go into a bounded queue, and a thread
/// brings them to stderr, which may be a pipe that nothing reads. What finds no room is counted,
/// and the count stands where the lines would have stood. Any thread may write.
/// </summary>
/// <remarks>
/// Text that comes from elsewhere cannot draw on a terminal or begin a line of its own: control
/// characters are written as \u001b.
/// </remarks>
internal sealed class LogWriter : TextWriter
{
    /// <summary>Characters that may wait to be written.</summary>
    internal const int QueueCharsMax = 1 << 20;

    /// <summary>Longer lines are cut.</summary>
    internal const int LineCharsMax = 8 << 10;

    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_flushLimit = TimeSpan.FromSeconds(1);

    private readonly TextWriter _inner;
    private readonly Thread _thread;
    private readonly ITimer _sweep;

    // Guards all that follows.
    private readonly object _gate = new();
    private readonly Queue<string> _queue = new();
    private readonly LogRepeats _repeats = new();
    private int _chars;
    private long _dropped;
    private bool _isEnded;

    /// <param name="inner">Where lines end up; only the thread uses it. Not disposed.</param>
    /// <param name="time">The clock.</param>
    internal LogWriter(TextWriter inner, TimeProvider time)
        : base(CultureInfo.InvariantCulture)
    {
        _inner = inner;
        _thread = new Thread(Run) { Name = "log", IsBackground = true };
        _thread.Start();
        _sweep = time.CreateTimer(_ => Sweep(), null, s_sweepEvery, s_sweepEvery);
    }

    public override Encoding Encoding => _inner.Encoding;

    public override void Write(char value) => Write(value.ToString());

    /// <summary>What draws on a terminal: it goes there as it is, or not at all.</summary>
    public override void Write(string? value)
    {
        if (value is null) return;
        lock (_gate)
        {
            if (HasRoomFor(value.Length)) Enqueue(value);
        }
    }

    /// <summary>What is said in any case.</summary>
    public override void WriteLine(string? value)
    {
        string line = Clean(value ?? "");
        lock (_gate) AddLine(line);
    }

    /// <summary>
    /// What others can cause again and again: the same line once in a minute, and so many that
    /// differ.
    /// </summary>
    internal void Report(string text)
    {
        string line = Clean(text);
        lock (_gate)
        {
            if (_repeats.Admit(line)) AddLine(line);
        }
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <summary>Waits a short time for what is queued to be written.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sweep.Dispose();
            Sweep();
            lock (_gate)
            {
                _isEnded = true;
                Monitor.Pulse(_gate);
            }

            _thread.Join(s_flushLimit);
        }

        base.Dispose(disposing);
    }

    private static string Clean(string text)
    {
        if (text.Length > LineCharsMax) text = text[..LineCharsMax] + "…";
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var clean = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            bool isUnseen = char.GetUnicodeCategory(c) is UnicodeCategory.Control
                or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
            if (isUnseen) clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else clean.Append(c);
        }

        return clean.ToString();
    }

    private void Sweep()
    {
        lock (_gate)
        {
            foreach (string line in _repeats.Sweep()) AddLine(line);
        }
    }

    private void AddLine(string line)
    {
        string text = line + Environment.NewLine;
        string gap = _dropped > 0 ? Gap() : "";
        if (!HasRoomFor(gap.Length + text.Length))
        {
            _dropped++;
            return;
        }

        if (_dropped > 0) Enqueue(gap);
        _dropped = 0;
        Enqueue(text);
    }

    private bool HasRoomFor(int chars) => !_isEnded && _chars + chars <= QueueCharsMax;

    private void Enqueue(string text)
    {
        _chars += text.Length;
        _queue.Enqueue(text);
        Monitor.Pulse(_gate);
    }

    private string Gap() =>
        $"warning: {Figures.Count(_dropped, "line")} of this log could not be written"
        + Environment.NewLine;

    private void Run()
    {
        while (TryTake(out string text)) _inner.Write(text);
    }

    private bool TryTake(out string text)
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                text = "";
                if (_dropped > 0)
                {
                    text = Gap();
                    _dropped = 0;
                    return true;
                }

                if (_isEnded) return false;
                Monitor.Wait(_gate);
            }

            text = _queue.Dequeue();
            _chars -= text.Length;
            return true;
        }
    }
}
