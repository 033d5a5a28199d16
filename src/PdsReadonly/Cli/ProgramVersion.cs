using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PdsReadonly.Index;

namespace PdsReadonly.Cli;

/// <summary>The version this program was built as.</summary>
internal static class ProgramVersion
{
    internal static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>
    /// One line for a report of a fault: also the commit and its date, which are the same for
    /// everyone who builds it, and what is linked in.
    /// </summary>
    internal static string Described()
    {
        string framework = RuntimeInformation.FrameworkDescription
            + (RuntimeFeature.IsDynamicCodeSupported ? "" : " AOT");
        string[] parts =
        [
            .. Commit is { Length: > 0 } commit ? [$"commit {commit}"] : Array.Empty<string>(),
            framework,
            "SQLite " + SqliteDatabase.LibraryVersion,
            .. OperatingSystem.IsWindows() ? Array.Empty<string>() : ["OpenSSL " + OpenSsl()],
        ];
        return $"pds-readonly {Text} ({string.Join(", ", parts)})";
    }

    // Set by the build from git; not where there is none.
    private static string? Commit => typeof(ProgramVersion).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(each => each.Key == "Commit")?.Value;

    // 0xMNN00PP0: major, minor, patch (OPENSSL_VERSION_NUMBER(3)).
    private static string OpenSsl()
    {
        if (OperatingSystem.IsWindows()) return "";
        long number = SafeEvpPKeyHandle.OpenSslVersion;
        return $"{number >> 28}.{(number >> 20) & 0xff}.{(number >> 4) & 0xff}";
    }
}
