using System.Runtime.InteropServices;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// The native binary under test: $PDS_BINARY, else what `build.sh publish` left. These tests are
/// about what ships, so that without it they fail.
/// </summary>
internal static class PublishedBinary
{
    private static readonly Lazy<string> s_found = new(Find);

    public static string Location => s_found.Value;

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(
        params string[] arguments)
    {
        await using var child = ChildProcess.Start(Location, arguments);
        int code = await child.WaitForExitAsync(TimeSpan.FromMinutes(5));
        return (code, string.Join('\n', child.Output.Out), string.Join('\n', child.Output.Error));
    }

    private static string Find()
    {
        string? named = Environment.GetEnvironmentVariable("PDS_BINARY");
        string path = string.IsNullOrEmpty(named) ? Published() : Path.GetFullPath(named);
        Assert.True(File.Exists(path), $"no binary at {path}: run ./build.sh publish first");
        return path;
    }

    /// <summary>The project's folder.</summary>
    public static string TreeRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "pds-readonly.sln")))
        {
            folder = folder.Parent
                ?? throw new DirectoryNotFoundException("no pds-readonly.sln above the tests");
        }

        return folder.FullName;
    }

    private static string Published()
    {
        string rid = RuntimeInformation.OSArchitecture is Architecture.Arm64
            ? "linux-arm64"
            : "linux-x64";
        return Path.Combine(TreeRoot(), "artifacts", "publish", rid, "pds-readonly");
    }
}
