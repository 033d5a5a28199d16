using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>What Linux says about a process at one moment.</summary>
/// <param name="ResidentBytes">VmRSS: memory in use, pages of the binary's file included.</param>
/// <param name="PeakResidentBytes">VmHWM: the most it ever was.</param>
/// <param name="AnonymousBytes">RssAnon: memory of its own.</param>
/// <param name="Descriptors">Open files and sockets.</param>
/// <param name="Sockets">The sockets among them.</param>
internal sealed record ProcessReadings(
    long ResidentBytes, long PeakResidentBytes, long AnonymousBytes, int Descriptors, int Sockets)
{
    public static ProcessReadings Of(int processId)
    {
        var status = File.ReadLines($"/proc/{processId}/status")
            .Select(line => line.Split(':', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim());
        // One that is closed meanwhile leads nowhere.
        var targets = Directory.GetFileSystemEntries($"/proc/{processId}/fd")
            .Select(path => new FileInfo(path).LinkTarget)
            .ToList();
        return new ProcessReadings(
            Bytes(status["VmRSS"]),
            Bytes(status["VmHWM"]),
            Bytes(status["RssAnon"]),
            targets.Count,
            targets.Count(target => target?.StartsWith("socket:", default) is true));
    }

    // The kernel's "kB" are 1024 bytes.
    private static long Bytes(string value) =>
        1024 * long.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
}
