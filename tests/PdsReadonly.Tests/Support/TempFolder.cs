using System.Diagnostics;

namespace PdsReadonly.Tests.Support;

/// <summary>A folder of its own for a test, gone with it.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("pds-readonly-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>The full path of something in it, whether it is there or not.</summary>
    internal string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file, and the folders it wants; returns its path.</summary>
    internal string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = At(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Makes a pipe with a name, which nothing writes to; returns its path.</summary>
    internal string MakePipe(string name)
    {
        using var made = Process.Start("mkfifo", At(name));
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        return At(name);
    }

    /// <summary>Names of the files directly in a folder of it, in order.</summary>
    internal string[] Names(string folder = "") =>
        [.. Directory.EnumerateFiles(At(folder)).Select(System.IO.Path.GetFileName).Order()!];

    /// <summary>Opens a file to write into it while others have it open.</summary>
    internal static FileStream OpenShared(string path) =>
        new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
