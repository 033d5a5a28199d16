using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>
/// One endpoint is one file named by its NSID, its class by the NSID's last two segments: the
/// listing of the folder is the API.
/// </summary>
internal static partial class MethodFiles
{
    private const string Folder = "src/PdsReadonly/Xrpc/Methods";

    public static IEnumerable<Finding> Find(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.IsCSharp && file.IsUnder("src/PdsReadonly"))
            .SelectMany(file => file.IsUnder(Folder) ? InFolder(file) : Elsewhere(file));

    private static IEnumerable<Finding> InFolder(SourceFile file)
    {
        string name = file.Path[(Folder.Length + 1)..^".cs".Length];
        var attributes = Attribute().Matches(file.Text);
        if (attributes.Count != 1)
        {
            yield return new Finding(file.Path, 1, $"{attributes.Count} methods in one file");
            yield break;
        }

        string nsid = attributes[0].Groups[1].Value;
        if (nsid != name) yield return new Finding(file.Path, 1, $"holds {nsid}");
        string expected = ClassName(nsid);
        if (!Regex.IsMatch(file.Code, $@"\bclass\s+{expected}\b"))
            yield return new Finding(file.Path, 1, $"its class is not {expected}");
    }

    private static IEnumerable<Finding> Elsewhere(SourceFile file) =>
        Attribute().Matches(file.Text)
            .Select(match => file.At(match.Index, $"{match.Groups[1].Value} is not in {Folder}"));

    private static string ClassName(string nsid) =>
        string.Concat(nsid.Split('.').TakeLast(2)
            .Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    [GeneratedRegex("""^\s*\[Xrpc(?:Query|Subscription)\("([^"]+)"\)\]""", RegexOptions.Multiline)]
    private static partial Regex Attribute();
}
