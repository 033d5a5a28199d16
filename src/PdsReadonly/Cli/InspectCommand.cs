namespace PdsReadonly.Cli;

/// <summary>Says what is in each CAR.</summary>
internal static class InspectCommand
{
    internal const string Description = """
        Show what CAR files hold: whose repo, which collections, how many records, from when.

        Each file is checked as verify does; one that is refused gets its fault instead of figures.
        Times are those of keys that are TIDs, first and last; other keys tell none.

        With --json each line is an object: file, ok, fault, did, rev, commit, version, signature,
        handle (as verify); revTime, bytes, warnings; and where ok: exportBytes, blocks, nodes,
        layers, records, recordBytes {min, median, max, total}, earliest, latest, blobs, rawBlocks,
        rawBytes, rawUnused, rawUnusedBytes (that no record refers to), duplicates, unreached,
        foreign, undecodable, collections [{nsid, records, bytes, earliest, latest}].
        What is not known is null; times are RFC 3339.

        Exit codes are those of verify.
        """;

    internal static int Run(CarSettings settings, CommandContext context)
    {
        bool first = true;
        return CarFiles.ForEach(settings, context, (check, path, onProgress) =>
        {
            var survey = new RepoSurvey();
            var found = check.Check(path, survey, onProgress);
            if (found.Fault is null) survey.CountLeftovers(check.Blocks, found.Counts);
            string text = settings.Json
                ? InspectJson.Line(found, survey)
                : InspectReport.Text(found, survey);
            if (!first && !settings.Json) text = Environment.NewLine + text;
            first = false;
            return (found, text);
        });
    }
}
