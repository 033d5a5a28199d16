using System.Text.Json;
using Atproto.Syntax;

namespace PdsReadonly.Cli;

/// <summary>What inspect prints for a file, for programs.</summary>
internal static class InspectJson
{
    internal static string Line(CheckedCar car, RepoSurvey survey) => JsonLine.Of(json =>
    {
        VerifyReport.WriteVerdict(json, car);
        VerifyReport.WriteCommit(json, car);
        WriteTime(json, "revTime", car.Commit?.Rev);
        json.WriteNumber("bytes", car.Bytes);
        if (car.Fault is null) WriteFigures(json, car, survey);
        VerifyReport.WriteWarnings(json, car);
    });

    private static void WriteFigures(Utf8JsonWriter json, CheckedCar car, RepoSurvey survey)
    {
        var counts = car.Counts;
        json.WriteNumber("exportBytes", counts.ExportBytes);
        json.WriteNumber("blocks", counts.Blocks);
        json.WriteNumber("nodes", counts.Nodes);
        json.WriteNumber("layers", counts.Layers);
        json.WriteNumber("records", counts.Records);
        WriteSizes(json, survey);
        WriteTimes(json, survey.Times());
        json.WriteNumber("blobs", survey.Blobs);
        json.WriteNumber("rawBlocks", car.Raw.Blocks);
        json.WriteNumber("rawBytes", car.Raw.Bytes);
        json.WriteNumber("rawUnused", car.Raw.Unused);
        json.WriteNumber("rawUnusedBytes", car.Raw.UnusedBytes);
        json.WriteNumber("duplicates", survey.Duplicates);
        json.WriteNumber("unreached", survey.Unreached);
        json.WriteNumber("foreign", counts.SectionsSkipped);
        json.WriteNumber("undecodable", counts.RecordsUndecodable);
        json.WriteStartArray("collections");
        foreach (var collection in survey.Collections)
        {
            json.WriteStartObject();
            json.WriteString("nsid", collection.Nsid);
            json.WriteNumber("records", collection.Records);
            json.WriteNumber("bytes", collection.Bytes);
            WriteTimes(json, collection.Times);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSizes(Utf8JsonWriter json, RepoSurvey survey)
    {
        if (survey.RecordBytes() is not { } sizes)
        {
            json.WriteNull("recordBytes");
            return;
        }

        json.WriteStartObject("recordBytes");
        json.WriteNumber("min", sizes.Min);
        json.WriteNumber("median", sizes.Median);
        json.WriteNumber("max", sizes.Max);
        json.WriteNumber("total", sizes.Total);
        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, KeyTimes times)
    {
        WriteTime(json, "earliest", times.Earliest);
        WriteTime(json, "latest", times.Latest);
    }

    private static void WriteTime(Utf8JsonWriter json, string name, Tid? tid) =>
        json.WriteString(name, tid is { } known ? KeyTimes.Text(known) : null);
}
