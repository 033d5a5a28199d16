using System.Globalization;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Cli;

/// <summary>
/// Says how loading goes on: a bar that is redrawn on a terminal, lines every few seconds elsewhere. A
/// file that is refused is one line, always.
/// </summary>
internal sealed class LoadReporter(TextWriter output, bool isTerminal, TimeProvider time) : ILoadObserver
{
    // With more files than this, those that went well are only counted.
    private const int FilesNamedMax = 100;
    private const int BarWidth = 30;
    private static readonly TimeSpan BarEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly long _started = time.GetTimestamp();
    private long _lastShown = time.GetTimestamp();
    private bool _barShown;
    private int _filesAll;
    private int _filesDone;
    private int _refused;
    private long _bytesAll;
    private long _bytesDone;
    private long _records;

    public void OnPlan(int files, long bytes, int unchanged)
    {
        _filesAll = files;
        _bytesAll = bytes;
        if (unchanged > 0) Line($"{unchanged:N0} files unchanged since the last run");
        if (files > 0) Line($"loading {files:N0} files, {Megabytes(bytes)}");
    }

    public void OnProgress(long bytes)
    {
        _bytesDone = bytes;
        if (time.GetElapsedTime(_lastShown) < (isTerminal ? BarEvery : LineEvery)) return;
        _lastShown = time.GetTimestamp();
        if (isTerminal) DrawBar();
        else Line($"loading: {Megabytes(_bytesDone)} of {Megabytes(_bytesAll)}, {_filesDone:N0} files");
    }

    public void OnOutcome(LoadOutcome outcome)
    {
        if (outcome.Verdict is not null) _filesDone++;
        _records += outcome.Counts.Records;
        if (outcome.Fault is not null)
        {
            _refused++;
            Line($"refused {outcome.Path}: {outcome.Fault}");
            return;
        }

        if (outcome.Warning is not null) Line($"warning: {outcome.Path}: {outcome.Warning}");
        string? note = outcome.Verdict switch
        {
            PublishVerdict.OlderRev =>
                $"passed over {outcome.Path}: {outcome.Replaced?.SourcePath} has a later rev of {outcome.Did}",
            PublishVerdict.SameHead =>
                $"passed over {outcome.Path}: {outcome.Replaced?.SourcePath} has the same head of {outcome.Did}",
            PublishVerdict.RevInFuture =>
                $"passed over {outcome.Path}: rev {outcome.Rev} of {outcome.Did} lies in the future",
            _ when outcome.Replaced is { } old && old.SourcePath != outcome.Path =>
                $"loaded {outcome.Path}: {outcome.Did} rev {outcome.Rev} takes the place of {old.SourcePath}",
            _ when _filesAll <= FilesNamedMax =>
                $"loaded {outcome.Path}: {outcome.Did} rev {outcome.Rev}, "
                + $"{outcome.Counts.Records:N0} records, signature {Name(outcome.Signature)}",
            _ => null,
        };
        if (note is not null) Line(note);
    }

    public void OnUnmatched(string argument) => Line($"warning: --car {argument} names no file");

    public void OnDone(int served)
    {
        double seconds = time.GetElapsedTime(_started).TotalSeconds;
        string refused = _refused > 0 ? $", {_refused:N0} files refused" : "";
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"ready: {served:N0} repos served, {_records:N0} records loaded in {seconds:F1} s{refused}"));
    }

    private void DrawBar()
    {
        double part = _bytesAll == 0 ? 1 : Math.Min(1, (double)_bytesDone / _bytesAll);
        string bar = new string('#', (int)(part * BarWidth)).PadRight(BarWidth, '.');
        output.Write($"\r[{bar}] {part:P0} {_filesDone:N0}/{_filesAll:N0} files ");
        _barShown = true;
    }

    private void Line(string text)
    {
        if (_barShown) output.Write("\r\u001b[K");
        _barShown = false;
        output.WriteLine(text);
    }

    private static string Megabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB");

    private static string Name(SignatureState signature) =>
        signature.ToString().ToLowerInvariant();
}
