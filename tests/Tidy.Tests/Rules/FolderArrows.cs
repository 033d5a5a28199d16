using System.Text.RegularExpressions;
using Tidy.Tests.Sources;

namespace Tidy.Tests.Rules;

/// <summary>
/// Which folder may use which: what a folder's files name, by using directive or in full, must be
/// in that folder's row. Files at a project's top may use all of the project.
/// </summary>
internal static partial class FolderArrows
{
    private static readonly string[] Projects = ["Atproto", "Http", "PdsReadonly"];

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Atproto.Syntax"] = [],
        // A CID checks itself as the other identifiers do, and is made by hashing.
        ["Atproto.Multiformats"] = ["Atproto.Syntax", "Atproto.Crypto"],
        ["Atproto.Crypto"] = ["Atproto.Syntax", "Atproto.Multiformats"],
        ["Atproto.Cbor"] = ["Atproto.Syntax", "Atproto.Multiformats", "Atproto.Crypto"],
        ["Atproto.Car"] =
            ["Atproto.Syntax", "Atproto.Multiformats", "Atproto.Crypto", "Atproto.Cbor"],
        ["Atproto.Mst"] =
        [
            "Atproto.Syntax", "Atproto.Multiformats", "Atproto.Crypto", "Atproto.Cbor",
            "Atproto.Car",
        ],
        // Identity documents and logs, apart from the tree of blocks.
        ["Atproto.Identity"] =
            ["Atproto.Syntax", "Atproto.Multiformats", "Atproto.Crypto", "Atproto.Cbor"],
        ["Atproto.Repo"] =
        [
            "Atproto.Syntax", "Atproto.Multiformats", "Atproto.Crypto", "Atproto.Cbor",
            "Atproto.Car", "Atproto.Mst", "Atproto.Identity",
        ],
        // Messages of the event stream are about repos; no repo knows of messages.
        ["Atproto.Firehose"] = ["Atproto"],

        ["Http.Messages"] = [],
        ["Http.Work"] = [],
        ["Http.WebSockets"] = ["Http.Messages"],
        ["Http.Connections"] = ["Http.Messages", "Http.WebSockets", "Http.Work"],
        ["Http.Transports"] = ["Http.Messages", "Http.WebSockets", "Http.Connections"],

        // What is asked of the operating system, for all others.
        ["PdsReadonly.Platform"] = [],
        ["PdsReadonly.Index"] = ["Atproto"],
        ["PdsReadonly.Catalog"] = ["Atproto", "PdsReadonly.Index"],
        ["PdsReadonly.Archive"] =
        [
            "Atproto", "Http.Work",
            "PdsReadonly.Platform", "PdsReadonly.Index", "PdsReadonly.Catalog",
        ],
        // A subscription is a source of messages; it sees no socket either.
        ["PdsReadonly.Events"] =
        [
            "Atproto", "Http.Connections", "Http.Work",
            "PdsReadonly.Index", "PdsReadonly.Catalog", "PdsReadonly.Archive",
        ],
        ["PdsReadonly.Upstream"] = ["Atproto", "PdsReadonly.Platform"],
        // Lightrail follows other people's repos: what we hold ourselves it asks of the index.
        ["PdsReadonly.Lightrail"] = ["Atproto", "PdsReadonly.Index", "PdsReadonly.Upstream"],
        // Handlers see messages and bodies, never a socket: no Http.Transports here.
        ["PdsReadonly.Xrpc"] =
        [
            "Atproto", "Http.Messages", "Http.WebSockets", "Http.Connections", "Http.Work",
            "PdsReadonly.Index", "PdsReadonly.Catalog", "PdsReadonly.Archive",
            "PdsReadonly.Events", "PdsReadonly.Lightrail",
        ],
        ["PdsReadonly.Web"] =
        [
            "Atproto", "Http.Messages", "Http.Connections", "Http.Work",
            "PdsReadonly.Index", "PdsReadonly.Catalog", "PdsReadonly.Archive",
            "PdsReadonly.Lightrail", "PdsReadonly.Xrpc",
        ],
        ["PdsReadonly.Server"] =
        [
            "Atproto", "Http",
            "PdsReadonly.Index", "PdsReadonly.Catalog", "PdsReadonly.Archive",
            "PdsReadonly.Events", "PdsReadonly.Lightrail", "PdsReadonly.Xrpc", "PdsReadonly.Web",
        ],
        ["PdsReadonly.Cli"] = ["Atproto", "Http", "PdsReadonly"],
    };

    public static IEnumerable<Finding> Find(IReadOnlyList<SourceFile> files)
    {
        var own = files.Where(file => file.IsUnder("src")).ToList();
        var types = own.SelectMany(Declarations).ToLookup(pair => pair.Folder, pair => pair.Type);
        return own.SelectMany(file => file.IsCSharp ? InCode(file, types) : InProject(file));
    }

    private static IEnumerable<Finding> InCode(SourceFile file, ILookup<string, string> types)
    {
        string folder = FolderOf(file);
        string project = folder.Split('.')[0];
        var allowed = folder.Contains('.')
            ? MayUse.GetValueOrDefault(folder)
            : TopMayUse(project);
        if (allowed is null)
        {
            yield return new Finding(file.Path, 1, $"{folder} has no row among the arrows");
            yield break;
        }

        foreach (Match match in GlobalUsing().Matches(file.Code))
            yield return file.At(match.Index, "a global using hides an arrow");

        foreach (Match match in References(types, project).Matches(file.Code))
        {
            string target = FolderNamed(match.Value, project);
            bool inside = target == folder || allowed.Any(row => Covers(row, target));
            if (!inside) yield return file.At(match.Index, $"{folder} must not use {target}");
        }
    }

    private static IEnumerable<Finding> InProject(SourceFile file)
    {
        if (!file.IsProject) yield break;
        string project = FolderOf(file);
        foreach (Match match in ProjectReference().Matches(file.Text))
        {
            string target = match.Groups[1].Value;
            if (project is "PdsReadonly") continue;
            yield return new Finding(file.Path, 1, $"{project} must not refer to {target}");
        }

        foreach (Match match in OwnUsing().Matches(file.Text))
            yield return new Finding(file.Path, 1, $"a global using hides an arrow: {match.Value}");
    }

    private static string[] TopMayUse(string project) =>
        project is "PdsReadonly" ? Projects : project is "Generators" ? [] : [project];

    /// <summary>Namespace of a file: the project and the first folder in it.</summary>
    private static string FolderOf(SourceFile file)
    {
        var parts = file.Path.Split('/');
        return parts.Length > 3 ? $"{parts[1]}.{parts[2]}" : parts[1];
    }

    private static bool Covers(string row, string target) =>
        target == row || target.StartsWith(row + ".", StringComparison.Ordinal);

    /// <summary>Full names of folders, and short ones in front of a type of that folder.</summary>
    private static Regex References(ILookup<string, string> types, string project)
    {
        var shortNames = types
            .Where(group => group.Key.StartsWith(project + ".", StringComparison.Ordinal))
            .Select(group => $@"{group.Key.Split('.')[1]}\.(?:{string.Join('|', group)})\b");
        var fullNames = Projects.Select(name => $@"{name}\.[A-Z]\w*|{name}(?=\s*;)");
        string either = string.Join('|', fullNames.Concat(shortNames));
        return new Regex($@"(?<![\w.])(?<!namespace\s+)(?:global::)?(?:{either})");
    }

    private static string FolderNamed(string reference, string project)
    {
        string name = reference.Replace("global::", "", StringComparison.Ordinal);
        string full = Projects.Contains(name.Split('.')[0]) ? name : $"{project}.{name}";
        string folder = string.Join('.', full.Split('.').Take(2));
        return MayUse.ContainsKey(folder) ? folder : full.Split('.')[0];
    }

    private static IEnumerable<(string Folder, string Type)> Declarations(SourceFile file) =>
        file.IsCSharp
            ? Declaration().Matches(file.Code).Select(m => (FolderOf(file), m.Groups[1].Value))
            : [];

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum|delegate)\s+(?!class|struct)(\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\bglobal\s+using\s+(?:static\s+)?(?:Atproto|Http|PdsReadonly)\b")]
    private static partial Regex GlobalUsing();

    [GeneratedRegex("""<ProjectReference\s[^>]*?([\w.]+)\.csproj""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex("""<Using\s+Include="(?:Atproto|Http|PdsReadonly)\b[^"]*""")]
    private static partial Regex OwnUsing();
}
