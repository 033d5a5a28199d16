using System.Runtime.InteropServices;
using System.Text;

namespace PdsReadonly.Platform;

/// <summary>
/// The three files a process is given. Where one was closed by who started us, the next file
/// to be opened would get its number, and words for people would be written into a database.
/// </summary>
internal static partial class StandardStreams
{
    private const int Output = 1;
    private const int Error = 2;
    private const int GetFlags = 1;
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;

    /// <summary>Whether stdout was closed when the process began.</summary>
    internal static bool IsOutputClosed { get; private set; }

    /// <summary>
    /// To be called before anything is opened. What takes the place of a closed stream fails when
    /// it is used, as the closed one would: it is open for the other direction.
    /// </summary>
    internal static void Prepare()
    {
        if (!OperatingSystem.IsLinux()) return;
        for (int file = 0; file <= Error; file++)
        {
            if (Control(file, GetFlags, 0) >= 0) continue;
            IsOutputClosed |= file == Output;
            // The lowest free number is the one that is missing.
            _ = OpenFile("/dev/null", file == 0 ? WriteOnly : ReadOnly);
        }
    }

    /// <summary>
    /// One line to stderr without the console of the runtime, which needs files of its own.
    /// </summary>
    internal static void WriteError(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        _ = Write(Error, bytes, bytes.Length);
    }

    // Both are variadic in C; these commands have one more argument at most, a number.
    [LibraryImport("libc", EntryPoint = "fcntl64")]
    private static partial int Control(int file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "open64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, byte[] bytes, nint count);
}
