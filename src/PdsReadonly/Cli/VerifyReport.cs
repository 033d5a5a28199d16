using System.Globalization;
using System.Text;
using System.Text.Json;
using Atproto.Syntax;

namespace PdsReadonly.Cli;

/// <summary>The line that verify prints for a file.</summary>
internal static class VerifyReport
{
    /// <summary>Names of files come from elsewhere, and so may do what terminals obey.</summary>
    internal static string Line(CheckedCar car) => PrintableText.Of(Text(car), int.MaxValue);

    private static string Text(CheckedCar car)
    {
        if (car.Fault is not null) return $"refused {car.Path}: {car.Fault}";
        var counts = car.Counts;
        var line = new StringBuilder($"ok {car.Path}: {car.Commit!.Did} rev {car.Commit.Rev}, ")
            .Append(CultureInfo.InvariantCulture, $"{Figures.Count(counts.Records, "record")}, ")
            .Append(CultureInfo.InvariantCulture, $"{Figures.Count(counts.Blocks, "block")}, ")
            .Append(CultureInfo.InvariantCulture, $"{Figures.Bytes(car.Bytes)}, ")
            .Append(CultureInfo.InvariantCulture, $"{Figures.Rate(car.Bytes, car.Elapsed)}, ")
            .Append(CultureInfo.InvariantCulture, $"signature {SignatureOf(car)}");
        foreach (string warning in car.Warnings) line.Append("; warning: ").Append(warning);
        return line.ToString();
    }

    internal static string Json(CheckedCar car) => JsonLine.Of(json =>
    {
        WriteVerdict(json, car);
        WriteCommit(json, car);
        // Half a walk counts nothing.
        var counts = car.Identity is null ? null : car.Counts;
        json.WriteCount("records", counts?.Records);
        json.WriteCount("nodes", counts?.Nodes);
        json.WriteCount("blocks", counts?.Blocks);
        json.WriteNumber("bytes", car.Bytes);
        json.WriteCount("exportBytes", counts?.ExportBytes);
        json.WriteNumber("seconds", Math.Round(car.Elapsed.TotalSeconds, 6));
        WriteWarnings(json, car);
    });

    /// <summary>file, ok, fault.</summary>
    internal static void WriteVerdict(Utf8JsonWriter json, CheckedCar car)
    {
        json.WriteString("file", car.Path);
        json.WriteBoolean("ok", car.Fault is null);
        if (car.Fault is not { } fault)
        {
            json.WriteNull("fault");
            return;
        }

        json.WriteStartObject("fault");
        json.WriteString("code", fault.Code);
        json.WriteString("message", fault.Message);
        json.WriteCount("offset", fault.Offset);
        json.WriteString("cid", fault.Cid?.ToString());
        json.WriteString("key", fault.Key);
        json.WriteEndObject();
    }

    /// <summary>did, rev, commit, version, signature, handle.</summary>
    internal static void WriteCommit(Utf8JsonWriter json, CheckedCar car)
    {
        var commit = car.Commit;
        json.WriteString("did", commit?.Did.ToString());
        json.WriteString("rev", commit?.Rev.ToString());
        json.WriteString("commit", commit?.Cid.ToString());
        json.WriteCount("version", commit?.Version);
        json.WriteString("signature", SignatureOf(car));
        json.WriteString("handle", car.Identity?.Handle?.ToString());
    }

    internal static void WriteWarnings(Utf8JsonWriter json, CheckedCar car)
    {
        json.WriteStartArray("warnings");
        foreach (string warning in car.Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
    }

    /// <summary>valid, historical, unchecked or mismatch; null when it was not come to.</summary>
    internal static string? SignatureOf(CheckedCar car) =>
        car.Identity?.Signature.ToString().ToLowerInvariant();
}
