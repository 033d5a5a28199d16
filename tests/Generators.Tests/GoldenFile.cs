namespace Generators.Tests;

/// <summary>
/// An expected output beside the tests. With UPDATE_GOLDEN=1 it is written anew, to be reviewed as
/// a diff.
/// </summary>
internal static class GoldenFile
{
    internal static void AssertEqual(string name, string actual)
    {
        string path = Path.Combine(Root(), "tests", "Generators.Tests", "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "pds-readonly.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("pds-readonly.sln is not above us");
    }
}
