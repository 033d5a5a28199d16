using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>Every cause has its code, and every code a test that names it.</summary>
internal static partial class ErrorCodes
{
    // Only a platform without secp256k1 can provoke it.
    private const string NotProvokable = "PlcLogError.CurveUnavailable";

    public static IEnumerable<Finding> Find(IReadOnlyList<SourceFile> files)
    {
        var named = files.Where(file => file.IsCSharp && file.IsUnder("tests"))
            .SelectMany(file => Named().Matches(file.Code))
            .Select(match => match.Value)
            .Append(NotProvokable)
            .ToHashSet();
        return files.Where(file => file.IsCSharp && file.IsUnder("src"))
            .SelectMany(file => InEnums(file).Where(code => !named.Contains(code.Name))
                .Select(code => file.At(code.Offset, $"no test names {code.Name}")));
    }

    private static IEnumerable<(string Name, int Offset)> InEnums(SourceFile file)
    {
        foreach (Match match in Enumeration().Matches(file.Code))
        {
            foreach (Capture member in match.Groups["member"].Captures)
            {
                // Nothing went wrong: not a cause.
                if (member.Value is "None") continue;
                yield return ($"{match.Groups["name"].Value}.{member.Value}", member.Index);
            }
        }
    }

    [GeneratedRegex(@"\benum\s+(?<name>\w*(?:Error|Rejection))\b[^{;]*\{(?:\s*(?:\[[^\]]*\]\s*)*"
        + @"(?<member>\w+)\s*(?:=[^,}]*)?,?)*\s*\}")]
    private static partial Regex Enumeration();

    [GeneratedRegex(@"\b\w*(?:Error|Rejection)\.\w+\b")]
    private static partial Regex Named();
}
