using System.CommandLine.Parsing;

namespace PdsReadonly.Cli;

/// <summary>What commands are called, and which of them a mistyped word may mean.</summary>
internal static class CommandNames
{
    // Edits, from a word to the command that was meant.
    private const int DistanceMax = 2;

    private static readonly string[] s_all =
        ["serve", "verify", "inspect", "collections", "lightrail", "help", "version"];

    /// <summary>
    /// Words that stand for options, as other tools have them: help, help COMMAND, version, -V.
    /// </summary>
    internal static string[] Translate(string[] args) => args switch
    {
        ["help"] => ["--help"],
        ["help", "help" or "version"] => ["--help"],
        ["help", var command] when s_all.Contains(command) => [command, "--help"],
        ["help", var word, ..] => [word],
        ["version" or "-V"] => ["--version"],
        _ => args,
    };

    /// <summary>
    /// Where a command may stand, what is neither one nor the name of a file was meant to be one.
    /// </summary>
    internal static void RefuseWord(IReadOnlyList<string> paths, SymbolResult result)
    {
        if (paths.Count == 0) return;
        string word = paths[0];
        bool isName = word.Length > 0 && word.All(char.IsAsciiLetter);
        if (!isName || Path.Exists(word)) return;
        string? meant = s_all.Where(command => Distance(word, command) <= DistanceMax)
            .MinBy(command => Distance(word, command));
        string hint = meant is null ? "" : $": did you mean {meant}?";
        result.AddError($"{word} is neither a command nor a file{hint}");
    }

    /// <summary>Insertions, deletions and exchanges of letters (Levenshtein).</summary>
    private static int Distance(string first, string second)
    {
        int[] row = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 1; i <= first.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int exchanged = diagonal + (first[i - 1] == second[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(exchanged, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
