using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bench.Attacks;

/// <summary>
/// Keeps a file out of the kernel's memory while others read it, so that reads wait for the disk.
/// </summary>
internal sealed partial class ColdFile : IDisposable
{
    private const int DontNeed = 4;

    private readonly SafeFileHandle _file;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();

    internal ColdFile(string path)
    {
        _file = File.OpenHandle(path);
        _thread = new Thread(Live);
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
        _file.Dispose();
    }

    private void Live()
    {
        do _ = Advise(_file, 0, 0, DontNeed);
        while (!_stop.Wait(TimeSpan.FromMilliseconds(20)));
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise64")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
