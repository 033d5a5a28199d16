using System.Globalization;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Cli;

/// <summary>
/// Says how loading goes on: a bar that is redrawn on a terminal, lines every few seconds
/// elsewhere. A file that is refused is one line, always.
/// </summary>
internal sealed class LoadReporter(TextWriter output, bool isTerminal, TimeProvider time)
    : ILoadObserver
{
    // With more files than this, those that went well are only counted.
    private const int FilesNamedMax = 100;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly ProgressBar _bar = new(output, time);
    private readonly long _started = time.GetTimestamp();
    private long _lastShown = time.GetTimestamp();
    private int _filesAll;
    private int _filesDone;
    private int _refused;
    private long _bytesAll;
    private long _bytesDone;
    private long _records;

    public void OnPlan(int files, long bytes, int unchanged)
    {
        _filesAll = files;
        _filesDone = 0;
        _bytesAll = bytes;
        if (unchanged > 0) Line($"{unchanged:N0} files unchanged since the last run");
        if (files > 0) Line($"loading {files:N0} files, {Figures.Megabytes(bytes)}");
    }

    public void OnProgress(long bytes)
    {
        _bytesDone = bytes;
        if (isTerminal)
        {
            string files = $"{Figures.Count(_filesDone)}/{Figures.Count(_filesAll)} files";
            _bar.Draw(_bytesDone, _bytesAll, files);
            return;
        }

        if (time.GetElapsedTime(_lastShown) < LineEvery) return;
        _lastShown = time.GetTimestamp();
        string done = Figures.Megabytes(_bytesDone);
        Line($"loading: {done} of {Figures.Megabytes(_bytesAll)}, {_filesDone:N0} files");
    }

    public void OnOutcome(LoadOutcome outcome)
    {
        _filesDone++;
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
                $"passed over {outcome.Path}: {outcome.Replaced?.SourcePath} "
                + $"has a later rev of {outcome.Did}",
            PublishVerdict.SameHead =>
                $"passed over {outcome.Path}: {outcome.Replaced?.SourcePath} "
                + $"has the same head of {outcome.Did}",
            PublishVerdict.RevInFuture =>
                $"passed over {outcome.Path}: rev {outcome.Rev} of {outcome.Did} "
                + "lies in the future",
            _ when outcome.Replaced is { } old && old.SourcePath != outcome.Path =>
                $"loaded {outcome.Path}: {outcome.Did} rev {outcome.Rev} "
                + $"takes the place of {old.SourcePath}",
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
        double elapsed = time.GetElapsedTime(_started).TotalSeconds;
        string seconds = elapsed.ToString("F1", CultureInfo.InvariantCulture);
        string refused = _refused > 0 ? $", {_refused:N0} files refused" : "";
        string loaded = $"{_records:N0} records loaded in {seconds} s";
        Line($"ready: {served:N0} repos served, {loaded}{refused}");
    }

    private void Line(string text)
    {
        _bar.Clear();
        output.WriteLine(text);
    }

    private static string Name(SignatureState signature) =>
        signature.ToString().ToLowerInvariant();
}
