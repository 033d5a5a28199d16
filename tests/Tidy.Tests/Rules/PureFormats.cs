using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>Formats: bytes in, values out; no file, socket, clock, SQL or log.</summary>
internal static partial class PureFormats
{
    public static IEnumerable<Finding> Find(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.IsCSharp && file.IsUnder("src/Atproto"))
            .SelectMany(file => file.Matches(Namespaces(), "a format uses")
                .Concat(file.Matches(Types(), "a format uses")));

    [GeneratedRegex(@"\busing\s+(?:static\s+)?"
        + @"(?:System\.(?:IO|Net|Data|Threading|Diagnostics\.Process)"
        + @"|Microsoft\.(?:Data|Extensions)|SQLitePCL)\b[\w.]*")]
    private static partial Regex Namespaces();

    // The static ones count only before a dot, since a value may well be named after a file.
    [GeneratedRegex(@"(?<![\w.])(?:(?:File|Directory|Path|RandomAccess|Console|Environment|Dns|Task"
        + @"|Thread|Process)\.(?=[A-Z])|(?:FileStream|Stream|StreamReader|StreamWriter|FileInfo"
        + @"|DirectoryInfo|SafeFileHandle|Socket|HttpClient|TimeProvider|Stopwatch|Timer|ILogger"
        + @"|Random)\b)|\bDateTime(?:Offset)?\.(?:Utc)?Now\b")]
    private static partial Regex Types();
}
