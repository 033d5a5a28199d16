using System.Globalization;
using Atproto.Syntax;
using PdsReadonly.Archive;
using PdsReadonly.Catalog;

namespace PdsReadonly.Cli;

/// <summary>
/// Says how loading goes on: a bar that is redrawn on a terminal, lines every few seconds
/// elsewhere, and a summary. A file that is refused is one line, always; others only if
/// <paramref name="isVerbose"/>.
/// </summary>
internal sealed class LoadReporter(
    LogWriter output, bool isTerminal, bool isVerbose, TimeProvider time) : ILoadObserver
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly ProgressBar _bar = new(output, time);
    private readonly long _started = time.GetTimestamp();
    private long _lastShown = time.GetTimestamp();
    private int _filesAll;
    private int _filesDone;
    private int _passedOver;
    private int _refused;
    private int _waiting;
    private bool _isDone;
    private long _bytesAll;
    private long _bytesDone;
    private long _records;

    public void OnPlan(int files, long bytes, int unchanged)
    {
        _filesAll = files;
        _filesDone = 0;
        _bytesAll = bytes;
        if (unchanged > 0) Line($"{Figures.Count(unchanged, "file")} unchanged since the last run");
        if (files > 0) Line($"loading {Figures.Count(files, "file")}, {Figures.Megabytes(bytes)}");
    }

    public void OnProgress(long bytes)
    {
        // What is read again is in no plan.
        if (_isDone) return;
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
        string count = Figures.Count(_filesDone, "file");
        Line($"loading: {done} of {Figures.Megabytes(_bytesAll)}, {count}");
    }

    public void OnOutcome(LoadOutcome outcome)
    {
        _filesDone++;
        if (outcome.IsWaiting)
        {
            // They all wait for the same.
            if (_waiting++ == 0) Line($"warning: the data folder has no room: {outcome.Fault}");
            return;
        }

        if (outcome.Fault is not null)
        {
            _refused++;
            Line($"refused {outcome.Path}: {outcome.Fault}");
            return;
        }

        if (outcome.Warning is not null) Line($"warning: {outcome.Path}: {outcome.Warning}");
        bool isPassedOver = outcome.Verdict != PublishVerdict.Published;
        if (isPassedOver) _passedOver++;
        else _records += outcome.Counts.Records;
        if (isVerbose) Line(isPassedOver ? PassedOver(outcome) : Loaded(outcome));
    }

    public void OnProblem(InputProblem problem) =>
        Line($"warning: --car {problem.Argument} {problem.Reason}");

    public void OnRenewal(int repos) => Line(repos > 0
        ? $"making the indexes of {Figures.Count(repos, "repo")} again, which an earlier version "
            + "made; they are served meanwhile"
        : "all indexes are of this version now");

    public void OnDone(int served)
    {
        double elapsed = time.GetElapsedTime(_started).TotalSeconds;
        string seconds = elapsed.ToString("F1", CultureInfo.InvariantCulture);
        string loaded = $"{Figures.Count(_records, "record")} loaded in {seconds} s";
        string passedOver =
            _passedOver > 0 ? $", {Figures.Count(_passedOver, "file")} passed over (-v)" : "";
        string refused = _refused > 0 ? $", {Figures.Count(_refused, "file")} refused" : "";
        string waiting =
            _waiting > 0 ? $", {Figures.Count(_waiting, "file")} waiting for room" : "";
        string repos = Figures.Count(served, "repo");
        Line($"ready: {repos} served, {loaded}{passedOver}{refused}{waiting}");
        _isDone = true;
    }

    public void OnRetried(int waiting, int served)
    {
        _waiting = waiting;
        string repos = Figures.Count(served, "repo");
        Line(waiting > 0
            ? $"warning: {Figures.Count(waiting, "file")} still waiting for room, {repos} served"
            : $"no file waits for room any longer, {repos} served");
    }

    private static string Loaded(LoadOutcome outcome)
    {
        string what = $"loaded {outcome.Path}: {outcome.Did} rev {outcome.Rev}";
        return outcome.Replaced is { } old && old.SourcePath != outcome.Path
            ? $"{what} takes the place of {old.SourcePath}"
            : $"{what}, {Figures.Count(outcome.Counts.Records, "record")}, "
                + $"signature {Name(outcome.Signature)}";
    }

    private static string PassedOver(LoadOutcome outcome)
    {
        string why = outcome.Verdict switch
        {
            PublishVerdict.OlderRev =>
                $"{outcome.Replaced?.SourcePath} has a later rev of {outcome.Did}",
            PublishVerdict.SameHead =>
                $"{outcome.Replaced?.SourcePath} has the same head of {outcome.Did}",
            _ => $"rev {outcome.Rev} of {outcome.Did} lies in the future",
        };
        return $"passed over {outcome.Path}: {why}";
    }

    private void Line(string text)
    {
        _bar.Clear();
        // Names of files come from elsewhere, and so may do what terminals obey.
        text = PrintableText.Of(text, int.MaxValue);
        // Later a request has files read again, as often as it meets one that is damaged.
        if (_isDone) output.Report(text);
        else output.WriteLine(text);
    }

    private static string Name(SignatureState signature) =>
        signature.ToString().ToLowerInvariant();
}
