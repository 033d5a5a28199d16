using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>Every package has its version in one file and nowhere else.</summary>
internal static partial class Packages
{
    private const string Versions = "Directory.Packages.props";

    public static IEnumerable<Finding> Find(IReadOnlyList<SourceFile> files)
    {
        var known = files.Where(file => file.Path == Versions)
            .SelectMany(file => Version().Matches(file.Text))
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        return files.Where(IsBuildFile).SelectMany(file => InBuildFile(file, known));
    }

    private static IEnumerable<Finding> InBuildFile(SourceFile file, HashSet<string> known)
    {
        foreach (Match match in Reference().Matches(file.Text))
        {
            string name = match.Groups["name"].Value;
            if (!known.Contains(name))
                yield return new Finding(file.Path, 1, $"{name} is not in {Versions}");
            if (match.Groups["rest"].Value.Contains("Version", StringComparison.Ordinal))
                yield return new Finding(file.Path, 1, $"{name} has a version of its own");
        }

        foreach (Match match in Version().Matches(file.Text))
        {
            string name = match.Groups[1].Value;
            yield return new Finding(file.Path, 1, $"{name} belongs to {Versions}");
        }
    }

    private static bool IsBuildFile(SourceFile file) =>
        file.Path != Versions
        && (file.IsProject || Path.GetExtension(file.Path) is ".props" or ".targets");

    [GeneratedRegex("""<PackageVersion\s+Include="([^"]+)""")]
    private static partial Regex Version();

    [GeneratedRegex("""<PackageReference\s+Include="(?<name>[^"]+)"(?<rest>[^>]*)""")]
    private static partial Regex Reference();
}
