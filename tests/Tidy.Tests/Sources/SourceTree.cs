namespace Tidy.Tests.Sources;

/// <summary>The files of this repository that people write, read once.</summary>
internal static class SourceTree
{
    private static readonly string[] Extensions =
    [
        ".cs", ".js", ".csproj", ".props", ".targets", ".md", ".sh", ".ps1", ".yml", ".json",
        ".txt",
    ];

    private static readonly string[] SkippedFolders =
        ["artifacts", "bin", "obj", ".git", "node_modules", "TestResults"];

    public static IReadOnlyList<SourceFile> Files { get; } = Read(FindRoot());

    /// <summary>A made-up tree for trying a rule.</summary>
    public static IReadOnlyList<SourceFile> Of(params (string Path, string Text)[] files) =>
        [.. files.Select(file => new SourceFile(file.Path, file.Text))];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "pds-readonly.sln")))
        {
            folder = folder.Parent
                ?? throw new DirectoryNotFoundException("no pds-readonly.sln above the tests");
        }

        return folder.FullName;
    }

    private static List<SourceFile> Read(string root)
    {
        var files = new List<SourceFile>();
        Collect(new DirectoryInfo(root), root, files);
        return files;
    }

    private static void Collect(DirectoryInfo folder, string root, List<SourceFile> files)
    {
        foreach (var file in folder.EnumerateFiles())
        {
            if (!Extensions.Contains(file.Extension) && file.Name is not "LICENSE") continue;
            string path = Path.GetRelativePath(root, file.FullName).Replace('\\', '/');
            files.Add(new SourceFile(path, File.ReadAllText(file.FullName)));
        }

        foreach (var inner in folder.EnumerateDirectories())
        {
            if (!SkippedFolders.Contains(inner.Name)) Collect(inner, root, files);
        }
    }
}
