namespace Http.Tests.Support;

/// <summary>
/// Test data beside the project: at PDS_CORPUS, or ../shared/corpus from the repository.
/// </summary>
internal static class Corpus
{
    /// <summary>
    /// The whole path; null, which is a failure only under CI=true, when it is missing.
    /// </summary>
    internal static string? Find(string relativePath)
    {
        string? root = Environment.GetEnvironmentVariable("PDS_CORPUS") ?? BesideRepository();
        string? path = root is null ? null : Path.Combine(root, relativePath);
        if (path is not null && File.Exists(path)) return path;
        Assert.False(
            Environment.GetEnvironmentVariable("CI") == "true", $"the corpus lacks {relativePath}");
        return null;
    }

    private static string? BesideRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null
            && !File.Exists(Path.Combine(folder.FullName, "pds-readonly.sln")))
        {
            folder = folder.Parent;
        }

        return folder is null ? null : Path.Combine(folder.FullName, "..", "shared", "corpus");
    }
}
