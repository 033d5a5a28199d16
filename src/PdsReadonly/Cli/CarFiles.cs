using PdsReadonly.Archive;

namespace PdsReadonly.Cli;

/// <summary>
/// Checks one file after the other, with a bar for the large ones, and tells the exit code.
/// </summary>
internal static class CarFiles
{
    /// <summary>The name of what is not a file: standard input.</summary>
    internal const string StandardInput = "-";

    /// <summary>Checks a file and says what is to be printed of it.</summary>
    internal delegate (CheckedCar Found, string Text) Look(
        CarCheck check, string path, Action<long, long> onProgress);

    /// <summary>
    /// <see cref="ExitCode.No"/> when a file is refused; else <see cref="ExitCode.CannotRun"/> when
    /// an argument names nothing or a file cannot be read.
    /// </summary>
    internal static int ForEach(CarSettings settings, CommandContext context, Look look)
    {
        var error = context.Error;
        var files = Expand(settings.Cars, out var problems);
        foreach (var problem in problems)
        {
            error.WriteLine($"error: {problem.Argument} {problem.Reason}");
        }
        if (files.Count == 0 && problems.Count == 0) error.WriteLine("error: no CAR files there");
        bool lacking = problems.Count > 0 || files.Count == 0;
        bool refused = false;

        using var check = new CarCheck(context.Time);
        var bar = new ProgressBar(error, context.Time);
        for (int i = 0; i < files.Count; i++)
        {
            string label = $"{i + 1}/{files.Count} {Path.GetFileName(files[i])}";
            var (found, text) = look(check, files[i], (done, all) =>
            {
                if (context.IsTerminal) bar.Draw(done, all, label);
            });
            bar.Clear();
            context.Output.WriteLine(text);
            refused |= found.Fault is not null && !found.IsUnread;
            lacking |= found.IsUnread;
        }

        if (refused) return ExitCode.No;
        return lacking ? ExitCode.CannotRun : ExitCode.Done;
    }

    // Each file once, in the order and as the command line spells it.
    private static List<string> Expand(
        IEnumerable<string> arguments, out List<InputProblem> problems)
    {
        var files = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        problems = [];
        foreach (string argument in arguments)
        {
            if (argument == StandardInput)
            {
                if (seen.Add(argument)) files.Add(argument);
                continue;
            }

            var named = ArchiveFiles.Expand([argument], out var found);
            problems.AddRange(found);
            files.AddRange(named.Where(seen.Add).Select(path => Spell(argument, path)));
        }

        return files;
    }

    private static string Spell(string argument, string path)
    {
        string full = Path.GetFullPath(argument);
        if (path == full) return argument;
        if (Directory.Exists(full))
        {
            return Path.Combine(argument, Path.GetRelativePath(full, path));
        }

        return Path.IsPathRooted(argument)
            ? path
            : Path.GetRelativePath(Environment.CurrentDirectory, path);
    }
}
