using System.Diagnostics;

namespace EndToEnd.Tests.Harness;

/// <summary>Pipes with names.</summary>
internal static class Pipes
{
    public static async Task MakeAsync(string path)
    {
        using var made = Process.Start("mkfifo", path);
        await made.WaitForExitAsync();
        Assert.Equal(0, made.ExitCode);
    }
}
