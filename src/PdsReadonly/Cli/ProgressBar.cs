namespace PdsReadonly.Cli;

/// <summary>
/// One line that is drawn over itself on a terminal, a few times a second at most. Lines of text
/// come between only after <see cref="Clear"/>.
/// </summary>
internal sealed class ProgressBar(TextWriter output, TimeProvider time)
{
    private const int Width = 30;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private long _lastDrawn = time.GetTimestamp();
    private bool _isShown;

    /// <summary>Draws how much is done and what of, unless it was drawn a moment ago.</summary>
    internal void Draw(long done, long all, string label)
    {
        if (time.GetElapsedTime(_lastDrawn) < Every) return;
        _lastDrawn = time.GetTimestamp();
        double part = all == 0 ? 1 : Math.Clamp((double)done / all, 0, 1);
        string bar = new string('#', (int)(part * Width)).PadRight(Width, '.');
        output.Write($"\r[{bar}] {part:P0} {label}\u001b[K");
        _isShown = true;
    }

    /// <summary>Makes room for a line.</summary>
    internal void Clear()
    {
        if (_isShown) output.Write("\r\u001b[K");
        _isShown = false;
    }
}
