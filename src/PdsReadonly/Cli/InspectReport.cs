using System.Text;
using Atproto.Syntax;

namespace PdsReadonly.Cli;

/// <summary>What inspect prints for a file, for people.</summary>
internal static class InspectReport
{
    private const int LabelWidth = 11;

    internal static string Text(CheckedCar car, RepoSurvey survey)
    {
        var text = new StringBuilder();
        text.Append(PrintableText.Of(car.Path, int.MaxValue));
        if (car.Commit is not null) AppendCommit(text, car);
        if (car.Fault is not null) return Row(text, "refused", car.Fault.ToString()).ToString();
        AppendFigures(text, car, survey);
        foreach (string warning in car.Warnings) Row(text, "warning", warning);
        AppendCollections(text, survey);
        return text.ToString();
    }

    private static void AppendCommit(StringBuilder text, CheckedCar car)
    {
        var commit = car.Commit!;
        Row(text, "did", commit.Did.ToString());
        if (car.Identity?.Handle is { } handle) Row(text, "handle", handle.ToString());
        Row(text, "rev", $"{commit.Rev} ({KeyTimes.Text(commit.Rev)})");
        Row(text, "commit", commit.Cid.ToString());
        Row(text, "version", Figures.Count(commit.Version));
        if (VerifyReport.SignatureOf(car) is { } signature) Row(text, "signature", signature);
    }

    private static void AppendFigures(StringBuilder text, CheckedCar car, RepoSurvey survey)
    {
        var counts = car.Counts;
        string collections = Figures.Count(survey.Collections.Count, "collection");
        Row(text, "records", $"{Figures.Count(counts.Records)} in {collections}");
        if (survey.RecordBytes() is { } sizes)
        {
            Row(
                text,
                "sizes",
                $"{Figures.Bytes(sizes.Min)} smallest, {Figures.Bytes(sizes.Median)} median, "
                + $"{Figures.Bytes(sizes.Max)} largest, {Figures.Bytes(sizes.Total)} in all");
        }

        Row(
            text,
            "tree",
            $"{Figures.Count(counts.Nodes, "node")} in {Figures.Count(counts.Layers, "layer")}");
        Row(
            text,
            "file",
            $"{Figures.Count(car.Bytes)} bytes, "
            + $"{Figures.Count(counts.ExportBytes)} as an export of "
            + Figures.Count(counts.Blocks, "block"));
        var times = survey.Times();
        if (times.Earliest is { } from && times.Latest is { } to)
        {
            Row(text, "keys from", $"{KeyTimes.Text(from)} to {KeyTimes.Text(to)}");
        }

        string raw = car.Raw.Blocks == 0 ? "" : $", {Figures.Bytes(car.Raw.Bytes)}";
        string unused = car.Raw.Unused == 0
            ? ""
            : $"{Figures.Count(car.Raw.Unused)} raw ({Figures.Bytes(car.Raw.UnusedBytes)}), ";
        Row(
            text,
            "blobs",
            $"{Figures.Count(survey.Blobs)} referenced; "
            + $"{Figures.Count(car.Raw.Blocks, "raw block")} in the file{raw}");
        Row(
            text,
            "not used",
            unused
            + $"{Figures.Count(survey.Unreached)} unreached, "
            + $"{Figures.Count(survey.Duplicates)} duplicate, "
            + $"{Figures.Count(counts.SectionsSkipped)} foreign blocks");
        if (counts.RecordsUndecodable > 0)
        {
            Row(text, "undecodable", Figures.Count(counts.RecordsUndecodable, "record"));
        }
    }

    private static void AppendCollections(StringBuilder text, RepoSurvey survey)
    {
        if (survey.Collections.Count == 0) return;
        int nsid = Math.Max("collection".Length, survey.Collections.Max(row => row.Nsid.Length));
        int records = Width("records", survey.Collections.Max(row => row.Records));
        int bytes = Width("bytes", survey.Collections.Max(row => row.Bytes));
        text.Append("\n\n  ").Append("collection".PadRight(nsid))
            .Append("  ").Append("records".PadLeft(records))
            .Append("  ").Append("bytes".PadLeft(bytes))
            .Append("  earliest    latest");
        foreach (var row in survey.Collections)
        {
            text.Append("\n  ").Append(row.Nsid.PadRight(nsid))
                .Append("  ").Append(Figures.Count(row.Records).PadLeft(records))
                .Append("  ").Append(Figures.Count(row.Bytes).PadLeft(bytes));
            if (row.Times.Earliest is { } from && row.Times.Latest is { } to)
            {
                text.Append("  ").Append(KeyTimes.Day(from)).Append("  ").Append(KeyTimes.Day(to));
            }
        }
    }

    private static int Width(string title, long largest) =>
        Math.Max(title.Length, Figures.Count(largest).Length);

    private static StringBuilder Row(StringBuilder text, string label, string value) =>
        text.Append("\n  ").Append(label.PadRight(LabelWidth)).Append("  ")
            .Append(PrintableText.Of(value, int.MaxValue));
}
