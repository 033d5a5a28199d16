using System.Diagnostics;
using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>A disk in memory that can be filled; gone when it is disposed.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int RoomBytes = 200 << 10;

    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    private string Filler => Path.Combine(_path, "filler");

    /// <summary>Null where disks may not be made.</summary>
    public static SmallDisk? TryMount(string path, int kilobytes)
    {
        Directory.CreateDirectory(path);
        string size = $"size={kilobytes.ToString(CultureInfo.InvariantCulture)}k";
        return Run("mount", "-t", "tmpfs", "-o", size, "tmpfs", path) ? new SmallDisk(path) : null;
    }

    /// <summary>Leaves room for a start, and not for an index.</summary>
    public void Fill()
    {
        byte[] page = new byte[4096];
        using var filler = File.OpenHandle(Filler, FileMode.Create, FileAccess.Write);
        try
        {
            for (long offset = 0; ; offset += page.Length)
            {
                RandomAccess.Write(filler, page, offset);
            }
        }
        catch (IOException)
        {
            // Now it is full.
        }

        RandomAccess.SetLength(filler, RandomAccess.GetLength(filler) - RoomBytes);
    }

    public void Free() => File.Delete(Filler);

    public void Dispose() => Run("umount", "-l", _path);

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
