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

    private static string Published()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "pds-readonly.sln")))
        {
            folder = folder.Parent
                ?? throw new DirectoryNotFoundException("no pds-readonly.sln above the tests");
        }

        string rid = RuntimeInformation.OSArchitecture is Architecture.Arm64
            ? "linux-arm64"
            : "linux-x64";
        return Path.Combine(folder.FullName, "artifacts", "publish", rid, "pds-readonly");
    }
}
